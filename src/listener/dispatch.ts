import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Authenticate, Authentication } from '../identity/authenticate.ts';
import { readPeerChain } from '../identity/chain/peer-chain.ts';
import { identityLimits } from '../identity/limits.ts';
import type { Refusal } from '../identity/outcome.ts';
import type { ShownRequest } from '../identity/token/dpop-proof.ts';
import { addressGroup } from '../lib/address/address-group.ts';
import { toBase32 } from '../lib/bytes/base32.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { Exchange, HttpDoor } from './door.ts';
import { listenerErrors } from './errors.ts';
import type { ListenerLimits } from './limits.ts';
import { RequestTurns } from './request-turns.ts';

interface Options {
  readonly doors: readonly HttpDoor[];
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly limits: ListenerLimits;
  /** Count the connection against who proved who he is; false when that is one too many. */
  readonly recognise: (socket: Socket, subject: string) => boolean;
  readonly onRefused?: OnRefused;
  /** Whether the connection opened with the GSI byte. */
  readonly isHttpg: (socket: Socket) => boolean;
}

/** Hears of refusals, with who asked and from where. Must not throw. */
export type OnRefused = (refusal: {
  readonly caller: string | undefined;
  /** As connections are counted: of IPv6 the /64. */
  readonly address: string;
  readonly code: string;
}) => void;

/** Answers one request; never rejects. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Make what stands between the HTTP server and the doors: who asks, which door, and that a failed
 * answer is cut off rather than ended as if it were whole.
 */
export function createDispatch(options: Options): Dispatch {
  const { clock } = options;
  const readChain = createChainReader();
  const turns = new RequestTurns(clock, options.limits);
  return async (request, response) => {
    const requestId = toBase32(options.random.bytes(10));
    const startMs = clock.monotonicMs();
    const log = options.log.with({ requestId });
    let door: HttpDoor | undefined;
    const signal = leavingOf(response);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      door = options.doors.find((each) => each.accepts(request));
      if (door === undefined) answer(response, 404, 'There is nothing here.');
      else if (isTwice(request, 'host')) answer(response, 400, 'More than one Host header.');
      else if (isTwice(request, 'authorization')) {
        answer(response, 400, 'More than one Authorization header.');
      } else if (expectsMore(request)) answer(response, 417, 'Only 100-continue may be expected.');
      else {
        const { authorization } = request.headers;
        const chain = readChain(request.socket);
        const shown = { authorization, chain, request: shownRequestOf(request) };
        const authentication = await options.authenticate(shown);
        if (authentication.kind === 'refused') logRefusal(log, authentication, authorization);
        const about = { ...options, authentication, requestId, signal };
        const exchange = exchangeOf(request, response, about);
        const { caller } = exchange;
        if (caller === undefined || exchange.recognise(caller.subject)) {
          await serveInTurn(exchange, { door, turns });
        } else await refuseBusy(exchange, { door, limits: options.limits });
        if (!response.writableEnded) throw new Error('the door left its answer unfinished');
      }
    } catch (error) {
      // A client that leaves is no failure, whatever its leaving broke on our side.
      const hasLeft = signal.aborted || request.socket.destroyed;
      request.socket.destroy();
      if (hasLeft) log.info('listener.left', { door: door?.name });
      else {
        const [code, reason] = [codeOf(error), reasonOf(error)];
        log.error('listener.failed', { door: door?.name, code, reason });
      }
    }
    log.info('listener.request', {
      door: door?.name,
      method: request.method,
      status: response.statusCode,
      elapsedMs: Math.round(clock.monotonicMs() - startMs),
    });
  };
}

/** Of the credential itself only its kind; the explanation may name a certificate's subject. */
function logRefusal(log: Log, { code, explanation }: Refusal, authorization?: string): void {
  const shown = authorization === undefined ? 'certificate' : 'token';
  log.warn('identity.refused', { code, shown, explanation: explanation.slice(0, 300) });
}

function exchangeOf(
  request: IncomingMessage,
  response: ServerResponse,
  about: Options & {
    readonly authentication: Authentication;
    readonly requestId: string;
    readonly signal: AbortSignal;
  },
): Exchange {
  const { authentication, requestId, signal } = about;
  const caller = authentication.kind === 'accepted' ? authentication.principal : undefined;
  return {
    request,
    response,
    caller,
    refusal: authentication.kind === 'refused' ? authentication : undefined,
    httpg: about.isHttpg(request.socket),
    signal,
    requestId,
    recognise: (subject) => about.recognise(request.socket, subject),
    refused: (code) =>
      about.onRefused?.({ caller: caller?.subject, address: addressOf(request), code }),
  };
}

async function serveInTurn(
  exchange: Exchange,
  { door, turns }: { readonly door: HttpDoor; readonly turns: RequestTurns },
): Promise<void> {
  const { caller, request, signal } = exchange;
  const endTurn = await turns.take(caller?.subject ?? addressOf(request));
  try {
    signal.throwIfAborted();
    await door.serve(exchange);
  } finally {
    endTurn();
  }
}

/** Strangers are told apart by where they come from. No subject looks like an address. */
function addressOf({ socket }: IncomingMessage): string {
  return addressGroup(socket.remoteAddress ?? '');
}

/** The caller has too many connections: this one is closed, and he may come back. */
async function refuseBusy(
  exchange: Exchange,
  options: { readonly door: HttpDoor; readonly limits: ListenerLimits },
): Promise<void> {
  const { response } = exchange;
  response.shouldKeepAlive = false;
  response.setHeader('Retry-After', options.limits.busyRetryAfterSeconds);
  const code = 'LISTENER_CALLER_BUSY';
  exchange.refused(code);
  if (options.door.refuse !== undefined) return options.door.refuse(exchange, code);
  const { meaning, user, operator } = listenerErrors.rows[code];
  const body = { code, meaning, user, operator, requestId: exchange.requestId };
  response.writeHead(503, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Aborts when the client goes away before it has its answer. */
function leavingOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client has left'));
  });
  return gone.signal;
}

/** A connection has one chain: read once. Every request judges it anew, as it may have ended. */
function createChainReader(): (socket: Socket) => readonly Uint8Array[] {
  const known = new WeakMap<Socket, readonly Uint8Array[]>();
  return (socket) => {
    if (!(socket instanceof TLSSocket)) return [];
    const chain = known.get(socket) ?? readPeerChain(socket, identityLimits.chainLengthMax);
    known.set(socket, chain);
    return chain;
  };
}

function shownRequestOf({ method = '', url = '', headersDistinct }: IncomingMessage): ShownRequest {
  return { method, target: url, proofs: headersDistinct['dpop'] ?? [] };
}

/** @standard RFC 9110 §10.1.1 */
function expectsMore({ headers: { expect } }: IncomingMessage): boolean {
  return expect !== undefined && expect.trim().toLowerCase() !== '100-continue';
}

/** What a server and a proxy before it may read apart: each could take another of the two. */
function isTwice({ headersDistinct }: IncomingMessage, name: string): boolean {
  return (headersDistinct[name]?.length ?? 0) > 1;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

/** The message of what is ours; of anything else only its kind, as it may quote data. */
function reasonOf(error: unknown): string {
  if (codeOf(error) !== undefined) return (error as Error).message;
  return error instanceof Error ? error.name : typeof error;
}
