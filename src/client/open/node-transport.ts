import type { Agent, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ClientRequest, ClientResponse, ClientTransport } from '../api/transport.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import { gather } from './gather.ts';
import { OneBufferAgent } from './one-buffer-agent.ts';

/** How to show who we are, and whom to trust. PEM texts. */
export interface NodeTransportOptions {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Sent as bearer token. */
  readonly token?: string;
}

/** The client's transport on node:https: client certificates, own trust anchors, backpressure. */
export function createNodeTransport(options: NodeTransportOptions): ClientTransport {
  const shared = { keepAlive: true, noDelay: true, maxSockets: clientLimits.connectionsMax };
  let plain: Agent | undefined;
  const secure = new OneBufferAgent({
    ...shared,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.certificate === undefined ? {} : { cert: options.certificate }),
    ...(options.key === undefined ? {} : { key: options.key }),
  });
  const credential =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  return {
    send: (request) =>
      new Promise<ClientResponse>((resolve, reject) => {
        const isPlain = request.url.startsWith('http:');
        // An `import` of node:http loads Node's fetch too: a tenth of what starting a command costs.
        const http = isPlain ? process.getBuiltinModule('node:http') : undefined;
        if (http !== undefined) plain ??= new http.Agent(shared);
        const outgoing = (http?.request ?? httpsRequest)(request.url, {
          method: request.method,
          agent: isPlain ? plain : secure,
          headers: { ...credential, ...request.headers },
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
        outgoing.setTimeout(clientLimits.idleMs, () =>
          outgoing.destroy(clientErrors.create('CLIENT_UNREACHABLE', { message: 'no answer' })),
        );
        outgoing.on('response', (incoming) => resolve(responseOf(incoming)));
        outgoing.on('error', (error) => reject(unreachable(request, error)));
        outgoing.end(request.body);
      }),
    close() {
      plain?.destroy();
      secure.destroy();
    },
  };
}

function responseOf(incoming: IncomingMessage): ClientResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: incoming.statusCode ?? 0, headers, body: bodyOf(incoming) };
}

async function* bodyOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* gather(incoming);
  } catch (cause) {
    throw clientErrors.create('CLIENT_INTERRUPTED', { cause });
  }
  if (!incoming.complete) throw clientErrors.create('CLIENT_INTERRUPTED');
}

function unreachable(request: ClientRequest, cause: Error): Error {
  if (request.signal?.aborted === true || clientErrors.has(cause)) return cause;
  const { host } = new URL(request.url);
  return clientErrors.create('CLIENT_UNREACHABLE', { message: host, cause });
}
