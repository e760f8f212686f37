import type { ServerResponse } from 'node:http';
import { MdmError } from '../../lib/errors/mdm-error.ts';
import type { Exchange } from '../../listener/door.ts';
import { failureDetail } from '../failure-detail.ts';
import { isRefusal } from '../is-refusal.ts';
import { refusedAdvice } from '../refused-credential.ts';
import { webdavLimits } from './limits.ts';
import { allowedMethods } from './options.ts';
import { answerOf, type FailureAnswer } from './status.ts';

/** What of an error's context is told to the caller. */
interface Details {
  /** What the failure says beyond what its code means. */
  readonly detail?: string;
  /** The code behind the code, such as why a volume is refused. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
}

/**
 * Answer with a failure: its code, what it means, who can do what. As JSON, as text for a browser,
 * and as the precondition that WebDAV knows for an infinite PROPFIND.
 */
export function sendFailure(exchange: Exchange, error: unknown): void {
  const { response } = exchange;
  const answer = answerOf(error);
  const details = detailsOf(error, answer, exchange);
  if (isRefusal(answer.status)) exchange.refused(exchange.refusal?.code ?? answer.code);
  setHeaders(exchange, { answer, details, error });
  const { type, text } = bodyOf(exchange, { answer, details });
  response.writeHead(answer.status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'private, no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}

/** A client must not repeat what found no room by itself. @standard RFC 4918 §11.5 */
function detailsOf(error: unknown, { row, status }: FailureAnswer, exchange: Exchange): Details {
  const context = error instanceof MdmError ? error.context : {};
  const refusal = status === 401 ? exchange.refusal?.code : undefined;
  const reason = refusal ?? context['reason'];
  const seconds = context['retryAfterSeconds'];
  const isRetried =
    row.disposition === 'transient' && (status === 429 || status > 500) && status !== 507;
  const named = typeof seconds === 'number' && seconds > 0 ? Math.ceil(seconds) : undefined;
  const detail = failureDetail(error);
  return {
    ...(detail === undefined ? {} : { detail }),
    ...(typeof reason === 'string' && /^[A-Z0-9_]{1,64}$/.test(reason) ? { reason } : {}),
    ...(isRetried ? { retryAfterSeconds: named ?? webdavLimits.retryAfterSeconds } : {}),
  };
}

function setHeaders(
  exchange: Exchange,
  failure: { readonly answer: FailureAnswer; readonly details: Details; readonly error: unknown },
): void {
  const { response } = exchange;
  const { answer, details, error } = failure;
  if (details.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', details.retryAfterSeconds);
  }
  if (answer.status === 401) response.setHeader('WWW-Authenticate', challengesOf(exchange));
  if (answer.status === 405) response.setHeader('Allow', allowedMethods);
  if (answer.status === 416) setUnsatisfied(response, error);
}

/**
 * A browser asks its user for a login only when Basic is offered: the token is the password. Other
 * clients are not offered what they would store as a password.
 *
 * @standard RFC 6750 §3; RFC 7617 §2
 */
function challengesOf({ refusal, request }: Exchange): readonly string[] {
  const { accept, authorization } = request.headers;
  const bearer = 'Bearer realm="mdm"';
  const text = refusal?.explanation.replaceAll(/[^ -~]|["\\]/g, ' ').slice(0, 200);
  const said =
    text === undefined || authorization === undefined
      ? bearer
      : `${bearer}, error="invalid_token", error_description="${text}"`;
  const isBrowser = accept?.includes('text/html') === true;
  return isBrowser ? [said, 'Basic realm="mdm: the token as password", charset="UTF-8"'] : [said];
}

/** @standard RFC 9110 §14.4 */
function setUnsatisfied(response: ServerResponse, error: unknown): void {
  const size = error instanceof MdmError ? error.context['size'] : undefined;
  if (typeof size === 'number') response.setHeader('Content-Range', `bytes */${size}`);
}

function bodyOf(
  { request, refusal, requestId }: Exchange,
  { answer, details }: { readonly answer: FailureAnswer; readonly details: Details },
): { readonly type: string; readonly text: string } {
  const { code, row, status } = answer;
  if (code === 'WEBDAV_DEPTH_INFINITE') {
    const precondition = '<D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>';
    const text = `<?xml version="1.0" encoding="utf-8"?>\n${precondition}\n`;
    return { type: 'application/xml; charset=utf-8', text };
  }
  const { meaning, disposition } = row;
  const refused = status === 401 ? refusal : undefined;
  const { user, operator } = refusedAdvice(refused, row);
  const explanation = refused?.explanation;
  if (request.headers.accept?.includes('text/') !== true) {
    const answer = {
      code,
      disposition,
      meaning,
      explanation,
      user,
      operator,
      ...details,
      requestId,
    };
    return { type: 'application/json', text: `${JSON.stringify(answer, null, 2)}\n` };
  }
  const lines = [
    details.reason === undefined ? code : `${code} (${details.reason})`,
    details.detail === undefined ? meaning : `${meaning} (${details.detail})`,
    ...(explanation === undefined ? [] : [explanation]),
    `What you can do: ${user}`,
    `What the site can do: ${operator}`,
    `Request: ${requestId}`,
  ];
  return { type: 'text/plain; charset=utf-8', text: `${lines.join('\n')}\n` };
}
