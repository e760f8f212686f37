import { keyServerPath, upkeepPath } from '../keys/index.ts';
import type { Exchange, HttpDoor } from '../listener/door.ts';
import { readBody } from '../listener/read-body.ts';
import { codeFor, errorAnswer, statusOf } from './error-answer.ts';
import { type KeyserverErrorCode, keyserverErrors } from './errors.ts';
import { hasMoreMarks } from './json-marks.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { keyserverLimits } from './limits.ts';
import { createOperations, type Operation } from './operations.ts';
import { upkeepSteps } from './upkeep/upkeep-operations.ts';

/** The protocol of a key server over HTTP, JSON both ways. */
export function createKeyServerDoor(core: KeyServerCore): HttpDoor {
  const operations = createOperations(core);
  const { deposits, ownDeposits, feed, feedRead, shares, status, tickets } = operations;
  const routes = new Map<string, Operation>([
    [`POST ${keyServerPath.deposits}`, deposits],
    [`POST ${keyServerPath.ownDeposits}`, ownDeposits],
    [`POST ${keyServerPath.feed}`, feed],
    [`GET ${keyServerPath.feed}`, feedRead],
    [`POST ${keyServerPath.shares}`, shares],
    [`POST ${keyServerPath.tickets}`, tickets],
    [`GET ${keyServerPath.status}`, status],
    ...upkeepSteps.map((step) => [`POST ${upkeepPath[step]}`, operations[step]] as const),
  ]);
  return {
    name: 'keyserver',
    accepts: () => true,
    async serve(exchange) {
      const { method, url } = exchange.request;
      const operation = routes.get(`${method} ${url?.split('?')[0]}`);
      if (operation === undefined) {
        send(exchange, 404, { code: 'KEYSERVER_REQUEST_INVALID', position: null });
        return;
      }
      try {
        send(exchange, 200, await answer(exchange, operation));
      } catch (error) {
        if (exchange.signal.aborted) throw error;
        sendFailure(core, exchange, error);
      }
    },
    refuse: (exchange) => {
      send(exchange, 503, { code: 'KEYSERVER_CALLER_BUSY', position: null });
      return Promise.resolve();
    },
  };
}

async function answer(exchange: Exchange, operation: Operation): Promise<unknown> {
  const ended = operation.admit(exchange);
  try {
    const isGet = exchange.request.method === 'GET';
    return await operation.answer(
      exchange,
      isGet ? undefined : await readJson(exchange, operation),
    );
  } finally {
    ended();
  }
}

async function readJson(exchange: Exchange, { bodyBytesMax }: Operation): Promise<unknown> {
  const invalid = (message: string, cause?: unknown): Error =>
    keyserverErrors.create('KEYSERVER_REQUEST_INVALID', { message, cause });
  const [type] = (exchange.request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') throw invalid('content-type');
  const bytes = await readBody(exchange, {
    maxBytes: bodyBytesMax,
    tooLong: () => keyserverErrors.create('KEYSERVER_REQUEST_TOO_LARGE'),
  });
  // Before anything is made of it: a signed statement is one long text, whatever it says.
  if (hasMoreMarks(bytes, keyserverLimits.jsonMarksMax)) throw invalid('too many values');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid('not JSON', cause);
  }
}

function sendFailure(core: KeyServerCore, exchange: Exchange, error: unknown): void {
  const { request, response, requestId } = exchange;
  const code = codeFor(error);
  const fields = { code, path: request.url?.split('?')[0], requestId, detail: String(error) };
  if (statusOf[code] >= 500) core.log.error('keyserver.failed', fields);
  else core.log.info('keyserver.refused', fields);
  if (code === 'KEYSERVER_RATE_LIMITED' || code === 'KEYSERVER_LEASE_EXPIRED')
    response.setHeader('Retry-After', keyserverLimits.retryAfterSeconds);
  if (refusals.has(code)) exchange.refused(exchange.refusal?.code ?? code);
  // What is left of a refused body is not waited for.
  response.shouldKeepAlive &&= request.complete;
  send(exchange, statusOf[code], errorAnswer(error));
}

/** What says no to who asks. That of a share is in the record of its request. */
const refusals: ReadonlySet<KeyserverErrorCode> = new Set<KeyserverErrorCode>([
  'KEYSERVER_UNAUTHENTICATED',
  'KEYSERVER_CREDENTIAL_SHARED',
  'KEYSERVER_RATE_LIMITED',
  'KEYSERVER_SIGNER_UNKNOWN',
  'KEYSERVER_NOT_ADDRESSED',
  'KEYSERVER_NOT_OWNER',
]);

function send({ response }: Exchange, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}
