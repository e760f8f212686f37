import type { IncomingMessage } from 'node:http';
import type { Log } from '../../lib/log.ts';
import { collectBytes } from '../../lib/streams/byte-stream.ts';
import type { Exchange, HttpDoor } from '../door.ts';

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
    accepts: (request) => request.url?.startsWith(prefix) === true,
    async serve(exchange) {
      const { response, requestId } = exchange;
      try {
        send(exchange, { status: 200, body: await answer(ports, exchange) });
      } catch (error) {
        const failure = apiFailureOf(error, requestId);
        if (failure.body.code === 'API_FAILED') {
          const name = error instanceof Error ? error.name : typeof error;
          ports.log.error('api.failed', { requestId, error: name });
        }
        if (failure.retryAfterSeconds !== undefined) {
          response.setHeader('Retry-After', failure.retryAfterSeconds);
        }
        if (failure.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
        send(exchange, failure);
      }
    },
  };
}

async function answer(ports: ApiPorts, exchange: Exchange): Promise<unknown> {
  const { request, caller, signal } = exchange;
  // Before any look-up: who is nobody learns nothing, not even which operations there are.
  if (caller === undefined) throw apiErrors.create('API_UNAUTHENTICATED');
  const url = new URL(request.url ?? '', 'http://gateway');
  const operation = apiOperations.get(url.pathname.slice(prefix.length));
  if (operation === undefined || operation.method !== request.method) {
    throw apiErrors.create('API_OPERATION_UNKNOWN');
  }
  const parameters =
    operation.method === 'GET'
      ? Parameters.ofQuery(url.searchParams)
      : Parameters.ofJson(await bodyOf(request));
  return operation.run({ ports, caller, parameters, signal });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  // A page of another origin cannot send this type without asking first.
  if (request.headers['content-type'] !== 'application/json') {
    throw apiErrors.create('API_PARAMETER_INVALID', { message: 'content-type' });
  }
  const bytes = await collectBytes(request, {
    maxBytes: apiLimits.bodyBytesMax,
    tooLong: () => apiErrors.create('API_PARAMETER_INVALID', { message: 'body' }),
  });
  return new TextDecoder().decode(bytes);
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
