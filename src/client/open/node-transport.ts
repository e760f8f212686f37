import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ClientRequest, ClientResponse, ClientTransport } from '../api/transport.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';

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
  const plain = new HttpAgent(shared);
  const secure = new HttpsAgent({
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
        const send = isPlain ? httpRequest : httpsRequest;
        const outgoing = send(request.url, {
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
      plain.destroy();
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
    for await (const chunk of incoming) yield chunk as Uint8Array;
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
