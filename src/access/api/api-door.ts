import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Exchange, HttpDoor } from '../../listener/door.ts';
import { readBody } from '../../listener/read-body.ts';

import { isRefusal } from '../is-refusal.ts';
import { originForm } from '../origin-form.ts';
import { apiErrors } from './errors.ts';
import { apiFailureOf } from './failure.ts';
import { apiLimits } from './limits.ts';
import { type ApiPorts, apiOperations } from './operations.ts';
import { Parameters } from './parameters.ts';

const prefix = '/.mdm/v1/';

/** The door of the `mdm` client and of the web pages: JSON below `/.mdm/v1/`. */
export function createApiDoor(ports: ApiPorts & { readonly log: Log }): HttpDoor {
  return {
    name: 'api',
    accepts: (request) => originForm(request.url ?? '').startsWith(prefix),
    async serve(exchange) {
      try {
        send(exchange, { status: 200, body: await answer(ports, exchange) });
      } catch (error) {
        // Nobody is there to be told: the listener ends it.
        if (exchange.signal.aborted) throw error;
        sendFailure(exchange, { error, log: ports.log });
      }
    },
  };
}

function sendFailure(
  exchange: Exchange,
  { error, log }: { readonly error: unknown; readonly log: Log },
): void {
  const { response, requestId } = exchange;
  const failure = apiFailureOf(error, exchange);
  if (failure.body.code === 'API_FAILED') {
    const name = error instanceof Error ? error.name : typeof error;
    log.error('api.failed', { requestId, error: name, code: codeOf(error) });
  }
  if (failure.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', failure.retryAfterSeconds);
  }
  if (isRefusal(failure.status)) {
    const { code, reason } = failure.body;
    exchange.refused(failure.status === 401 ? (reason ?? code) : code);
  }
  if (failure.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="mdm"');
  // What is left of a refused body is not waited for.
  response.shouldKeepAlive &&= exchange.request.complete;
  send(exchange, failure);
}

async function answer(ports: ApiPorts, exchange: Exchange): Promise<unknown> {
  const { request, caller, signal } = exchange;
  // Before any look-up: who is nobody learns nothing, not even which operations there are.
  if (caller === undefined) throw apiErrors.create('API_UNAUTHENTICATED');
  const url = new URL(`http://gateway${originForm(request.url ?? '')}`);
  const operation = apiOperations.get(url.pathname.slice(prefix.length));
  if (operation === undefined || operation.method !== request.method) {
    throw apiErrors.create('API_OPERATION_UNKNOWN');
  }
  const parameters =
    operation.method === 'GET'
      ? Parameters.ofQuery(url.searchParams)
      : Parameters.ofJson(await bodyOf(exchange));
  return operation.run({ ports, caller, parameters, signal });
}

async function bodyOf(exchange: Exchange): Promise<string> {
  // A page of another origin cannot send this type without asking first.
  const [type] = (exchange.request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') {
    throw apiErrors.create('API_PARAMETER_INVALID', { message: 'content-type' });
  }
  const bytes = await readBody(exchange, {
    maxBytes: apiLimits.bodyBytesMax,
    tooLong: () => apiErrors.create('API_PARAMETER_INVALID', { message: 'body' }),
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw apiErrors.create('API_PARAMETER_INVALID', { message: 'body' });
  }
}

function send(
  { response }: Exchange,
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}
