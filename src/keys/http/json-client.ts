import type { Agent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../lib/clock.ts';
import { collectBytes } from '../../lib/streams/byte-stream.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import { signProof } from './dpop-proof.ts';
import type { ClientCertificate, KeyServerAddress, ServerCredential } from './server-address.ts';

/** What a server answered. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One question to a server. */
export interface JsonQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential?: ServerCredential;
  readonly signal?: AbortSignal;
}

/** Asks one key server; connections are kept and shared by its questions. */
export interface JsonClient {
  readonly server: string;
  /** @throws KEYS_SERVER_UNREACHABLE, KEYS_ANSWER_INVALID */
  ask(question: JsonQuestion): Promise<JsonAnswer>;
  close(): void;
}

/** One try for each kept connection that may be stale, and one more. */
const connectionsMax = 32;
const staleRetriesMax = connectionsMax + 1;

/** Never follows redirects; an answer is JSON within the limit or nothing. */
export function createJsonClient(address: KeyServerAddress, clock: Clock): JsonClient {
  const secure = address.baseUrl.startsWith('https:');
  // A resumed TLS session carries no client certificate chain, so sessions are not kept.
  const options = { keepAlive: true, maxSockets: connectionsMax, maxCachedSessions: 0 };
  const agent = secure ? new HttpsAgent(options) : new (plainHttp().Agent)(options);
  return {
    server: address.name,
    async ask(question) {
      const deadline = new AbortController();
      const timer = clock.schedule(keysLimits.requestTimeoutMs, () => deadline.abort());
      const { signal } = question;
      const signals = signal === undefined ? [deadline.signal] : [deadline.signal, signal];
      try {
        return await exchange(address, question, {
          agent,
          clock,
          signal: AbortSignal.any(signals),
        });
      } catch (cause) {
        signal?.throwIfAborted();
        if (keysErrors.has(cause)) throw cause;
        const context = { server: address.name };
        throw keysErrors.create('KEYS_SERVER_UNREACHABLE', { context, cause });
      } finally {
        timer.cancel();
      }
    },
    close: () => agent.destroy(),
  };
}

/** Not imported: that would load Node's fetch too, a tenth of what starting a command costs. */
function plainHttp(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

async function exchange(
  address: KeyServerAddress,
  question: JsonQuestion,
  via: { readonly agent: Agent; readonly signal: AbortSignal; readonly clock: Clock },
): Promise<JsonAnswer> {
  const url = new URL(question.path, address.baseUrl);
  const payload = question.body === undefined ? undefined : JSON.stringify(question.body);
  const send = url.protocol === 'https:' ? httpsRequest : plainHttp().request;
  const options = {
    method: question.method,
    ...via,
    ...tlsOf(address, question.credential),
  };
  const attempt = async (): Promise<IncomingMessage | 'stale'> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | 'stale'>();
    // Anew each time: a proof counts once.
    const shown = await shownBy(question, via.clock);
    const headers = { ...question.headers, ...headersOf(payload), ...shown };
    const request = send(url, { ...options, headers });
    request.once('response', resolve);
    // A kept connection that the server closed meanwhile says nothing of the server.
    request.on('error', (error) => {
      if (request.reusedSocket && !via.signal.aborted) resolve('stale');
      else reject(error);
    });
    request.end(payload);
    return promise;
  };
  for (let tries = 0; tries < staleRetriesMax; tries++) {
    const response = await attempt();
    if (response !== 'stale')
      return { status: response.statusCode ?? 0, body: await jsonOf(response, address.name) };
  }
  throw keysErrors.create('KEYS_SERVER_UNREACHABLE', { context: { server: address.name } });
}

function headersOf(payload: string | undefined): Record<string, string | number> {
  const headers: Record<string, string | number> = { accept: 'application/json' };
  if (payload !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(payload);
  }
  return headers;
}

async function shownBy(
  { credential, method, path }: JsonQuestion,
  clock: Clock,
): Promise<Record<string, string>> {
  if (credential?.kind === 'token') return { authorization: `Bearer ${credential.token.expose()}` };
  if (credential?.kind !== 'ticket') return {};
  const token = credential.ticket.expose();
  const url = `${credential.publicUrl}${path}`;
  const request = { method, url, token, nowMs: clock.nowMs() };
  return {
    authorization: `DPoP ${token}`,
    dpop: await signProof(request, credential.key),
  };
}

function tlsOf(
  address: KeyServerAddress,
  credential: ServerCredential | undefined,
): { ca?: string; cert?: string; key?: string } {
  const trust = address.authorities === undefined ? {} : { ca: address.authorities };
  const shown = certificateIn(credential);
  if (shown === undefined) return trust;
  return { ...trust, cert: shown.certificate, key: shown.privateKey.expose() };
}

function certificateIn(credential: ServerCredential | undefined): ClientCertificate | undefined {
  if (credential?.kind === 'token') return credential.boundTo;
  return credential?.kind === 'certificate' ? credential : undefined;
}

async function jsonOf(response: IncomingMessage, server: string): Promise<unknown> {
  const invalid = (cause?: unknown): Error =>
    keysErrors.create('KEYS_ANSWER_INVALID', {
      context: { server, status: response.statusCode ?? 0 },
      cause,
    });
  const bytes = await collectBytes(response as AsyncIterable<Uint8Array>, {
    maxBytes: keysLimits.answerSizeMax,
    tooLong: () => invalid(),
  });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid(cause);
  }
}
