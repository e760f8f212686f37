import type { filesErrors, RecallFailure } from '../files/index.ts';

/** Codes of the file port that any HTTP door can meet; unrecorded means undisclosed. */
export type FilesHttpCode = keyof typeof filesErrors.rows | RecallFailure | 'AUDIT_UNAVAILABLE';

/** HTTP status of each; a new code does not compile until it has one here. @standard RFC 9110 §15 */
export const filesHttpStatus: Readonly<Record<FilesHttpCode, number>> = {
  FILES_PATH_INVALID: 404,
  FILES_NOT_FOUND: 404,
  FILES_FORBIDDEN: 403,
  FILES_IS_A_DIRECTORY: 409,
  FILES_NOT_A_DIRECTORY: 409,
  FILES_RANGE_NOT_SATISFIABLE: 416,
  FILES_TOO_MANY: 400,
  FILES_STAGE_UNKNOWN: 404,
  FILES_REPLICA_CORRUPT: 500,
  FILES_NOT_PRODUCED: 409,
  FILES_PIN_QUOTA: 429,
  FILES_READ_ONLY: 403,
  AUDIT_UNAVAILABLE: 503,
  RECALL_IN_PROGRESS: 503,
  RECALL_DEFERRED: 503,
  RECALL_PACS_UNAVAILABLE: 503,
  RECALL_NO_ARCHIVE: 503,
  RECALL_PACS_FAILED: 502,
  RECALL_INCOMPLETE: 502,
  RECALL_WITHHELD: 409,
  RECALL_GEOMETRY_REFUSED: 409,
  RECALL_QUARANTINED: 409,
  RECALL_WITHDRAWN: 410,
  RECALL_LOST: 410,
  RECALL_STORAGE_FULL: 507,
  RECALL_KEYS_UNAVAILABLE: 503,
  RECALL_LIMIT_EXCEEDED: 409,
  RECALL_ABORTED: 503,
  RECALL_FAILED: 500,
};
