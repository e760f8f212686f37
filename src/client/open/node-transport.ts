import type { Agent, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import type { ClientRequest, ClientResponse, ClientTransport } from '../api/transport.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import { directBody } from './direct-body.ts';
import { gather } from './gather.ts';
import { OneBufferAgent } from './one-buffer-agent.ts';

/** How to show who we are, and whom to trust. PEM texts. */
export interface NodeTransportOptions {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Sent as bearer token, as it is then; over plain HTTP only within this machine. */
  readonly token?: () => string | undefined;
  /** A connection that brings nothing for so long is given up. Default: the client's limit. */
  readonly idleMs?: number;
}

/**
 * The client's transport on node:https: client certificates, own trust anchors, backpressure.
 * Follows no redirect, so the token goes to the address that was configured and to no other.
 */
export function createNodeTransport(options: NodeTransportOptions): ClientTransport {
  const shared = { keepAlive: true, noDelay: true, maxSockets: clientLimits.connectionsMax };
  let plain: Agent | undefined;
  const secure = new OneBufferAgent({
    ...shared,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.certificate === undefined ? {} : { cert: options.certificate }),
    ...(options.key === undefined ? {} : { key: options.key }),
  });
  const idleMs = options.idleMs ?? clientLimits.idleMs;
  return {
    async send(request) {
      const url = checkUrl(request.url);
      const token = options.token?.();
      const credential = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const isPlain = url.protocol === 'http:';
      // An `import` of node:http loads Node's fetch too: a tenth of what starting a command costs.
      const http = isPlain ? process.getBuiltinModule('node:http') : undefined;
      if (http !== undefined) plain ??= new http.Agent(shared);
      const { promise, resolve, reject } = Promise.withResolvers<ClientResponse>();
      const outgoing = (http?.request ?? httpsRequest)(url, {
        method: request.method,
        agent: isPlain ? plain : secure,
        headers: { ...credential, ...request.headers },
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      outgoing.setTimeout(idleMs, () =>
        outgoing.destroy(clientErrors.create('CLIENT_UNREACHABLE', { message: 'no answer' })),
      );
      outgoing.on('response', (incoming) => {
        const direct = request.method === 'GET' ? directBody(incoming, secure, idleMs) : undefined;
        resolve(responseOf(incoming, direct ?? bodyOf(incoming)));
      });
      outgoing.on('error', (error) => reject(unreachable(request, error)));
      outgoing.end(request.body);
      return promise;
    },
    close() {
      plain?.destroy();
      secure.destroy();
    },
  };
}

const thisMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @throws CLIENT_SETTINGS for what is no address, or one where others could listen in */
function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && thisMachine.has(url.hostname)) return url;
  const message =
    url?.protocol === 'http:'
      ? 'gateway: http:// only within this machine; https:// elsewhere'
      : 'gateway: not an https:// address';
  throw clientErrors.create('CLIENT_SETTINGS', { message });
}

function responseOf(incoming: IncomingMessage, body: ByteStream): ClientResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: incoming.statusCode ?? 0, headers, body };
}

/** Listens at once: the connection may end before somebody reads. */
function bodyOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  return checked(incoming, gather(incoming));
}

async function* checked(incoming: IncomingMessage, body: ByteStream): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw clientErrors.create('CLIENT_INTERRUPTED', { cause });
  }
  if (!incoming.complete) throw clientErrors.create('CLIENT_INTERRUPTED');
}

function unreachable(request: ClientRequest, cause: Error): Error {
  if (clientErrors.has(cause)) return cause;
  if (request.signal?.aborted === true) return clientErrors.create('CLIENT_INTERRUPTED', { cause });
  const { host } = new URL(request.url);
  const system = (cause as NodeJS.ErrnoException).code;
  const message = system === undefined ? host : `${host} (${system})`;
  return clientErrors.create('CLIENT_UNREACHABLE', { message, cause });
}
