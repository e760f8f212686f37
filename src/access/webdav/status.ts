import { auditErrors } from '../../audit/index.ts';
import { filesErrors, recallErrors } from '../../files/index.ts';
import type { ErrorRow } from '../../lib/errors/error-table.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { type FilesHttpCode, filesHttpStatus } from '../http-status.ts';
import { type WebdavCode, webdavErrors } from './errors.ts';

/** Every failure that can reach this edge. */
export type HttpFailure = FilesHttpCode | WebdavCode;

/**
 * HTTP status of each failure: those of the file port are the same for every HTTP door. Clients
 * retry 503 by themselves, and only that; 409 and 410 end a job with the code in the body.
 * 403 and 404 are EPERM and ENOENT to grid clients.
 *
 * @standard RFC 9110 §15; RFC 4918 §9.1, §11
 */
export const httpStatus: Readonly<Record<HttpFailure, number>> = {
  ...filesHttpStatus,
  WEBDAV_UNAUTHENTICATED: 401,
  WEBDAV_CREDENTIAL_REFUSED: 401,
  WEBDAV_METHOD_UNKNOWN: 405,
  WEBDAV_COPY_UNSUPPORTED: 501,
  WEBDAV_TARGET_TOO_LONG: 414,
  WEBDAV_DEPTH_INVALID: 400,
  WEBDAV_DEPTH_INFINITE: 403,
  WEBDAV_BODY_INVALID: 400,
  WEBDAV_BODY_TOO_LARGE: 413,
  WEBDAV_PRECONDITION_FAILED: 412,
  WEBDAV_LENGTH_MISMATCH: 500,
  WEBDAV_VERSION_CHANGED: 500,
  WEBDAV_FAILED: 500,
};

const rows: Readonly<Record<HttpFailure, ErrorRow>> = {
  ...filesErrors.rows,
  ...recallErrors.rows,
  ...webdavErrors.rows,
  AUDIT_UNAVAILABLE: auditErrors.rows.AUDIT_UNAVAILABLE,
};

/** What is told of a failure. */
export interface FailureAnswer {
  readonly code: HttpFailure;
  readonly status: number;
  readonly row: ErrorRow;
}

/** The answer for anything thrown; what is no documented failure is one of our own. */
export function answerOf(error: unknown): FailureAnswer {
  const code = codeOf(error) ?? '';
  const known = Object.hasOwn(rows, code) ? (code as HttpFailure) : 'WEBDAV_FAILED';
  return { code: known, status: httpStatus[known], row: rows[known] };
}
