import type { Files } from '../../files/files.ts';
import type { Log } from '../../lib/log.ts';
import type { Exchange, HttpDoor } from '../../listener/door.ts';
import type { Method } from './call.ts';
import { webdavErrors } from './errors.ts';
import { sendFailure } from './failure.ts';
import { getFile, headFile } from './get.ts';
import { answerOptions } from './options.ts';
import { propfind } from './propfind.ts';
import { refuseCopy, refuseWrite } from './refuse.ts';
import { parseRequestTarget } from './request-target.ts';
import { answerOf } from './status.ts';

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['GET', getFile],
  ['HEAD', headFile],
  ['PROPFIND', propfind],
  ['COPY', refuseCopy],
  ...['PUT', 'DELETE', 'MKCOL', 'MOVE', 'PATCH', 'PROPPATCH', 'LOCK', 'UNLOCK', 'ACL'].map(
    (name) => [name, refuseWrite] as const,
  ),
]);

/**
 * The tree over HTTPS and WebDAV, read-only. Answers every request, so it is asked last.
 *
 * @standard RFC 9110; RFC 4918 class 1, without writing
 */
export function createWebdavDoor(ports: { readonly files: Files; readonly log: Log }): HttpDoor {
  return {
    name: 'webdav',
    accepts: () => true,
    async serve(exchange) {
      try {
        await answer(exchange, ports);
      } catch (error) {
        // A header that is out cannot be taken back: the listener cuts the connection.
        if (exchange.response.headersSent || exchange.signal.aborted) throw error;
        if (answerOf(error).status === 500) logFailure(exchange, { error, log: ports.log });
        sendFailure(exchange, error);
      }
    },
  };
}

async function answer(
  exchange: Exchange,
  ports: { readonly files: Files; readonly log: Log },
): Promise<void> {
  const { caller, request } = exchange;
  const method = request.method ?? '';
  if (method === 'OPTIONS') {
    answerOptions(exchange);
    return;
  }
  if (caller === undefined) {
    throw webdavErrors.create(
      exchange.refusal === undefined ? 'WEBDAV_UNAUTHENTICATED' : 'WEBDAV_CREDENTIAL_REFUSED',
    );
  }
  const serve = methods.get(method);
  if (serve === undefined) throw webdavErrors.create('WEBDAV_METHOD_UNKNOWN');
  const target = parseRequestTarget(request.url ?? '');
  await serve({ exchange, caller, target, ...ports });
}

function logFailure(
  { requestId }: Exchange,
  { error, log }: { readonly error: unknown; readonly log: Log },
): void {
  const { code } = answerOf(error);
  log.error('webdav.failed', { requestId, code, kind: error instanceof Error ? error.name : '' });
}
