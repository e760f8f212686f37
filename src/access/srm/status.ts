import { filesErrors, recallErrors } from '../../files/index.ts';
import type { ErrorRow } from '../../lib/errors/error-table.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { type AccessCode, accessErrors } from '../errors.ts';
import { element, field, type Xml } from './soap/writer.ts';

/** Status codes this door answers with. @standard SRM 2.2 §3.3 (TStatusCode) */
export type SrmStatusCode =
  | 'SRM_SUCCESS'
  | 'SRM_FAILURE'
  | 'SRM_PARTIAL_SUCCESS'
  | 'SRM_AUTHENTICATION_FAILURE'
  | 'SRM_AUTHORIZATION_FAILURE'
  | 'SRM_INVALID_REQUEST'
  | 'SRM_INVALID_PATH'
  | 'SRM_NOT_SUPPORTED'
  | 'SRM_REQUEST_QUEUED'
  | 'SRM_REQUEST_INPROGRESS'
  | 'SRM_FILE_PINNED'
  | 'SRM_RELEASED'
  | 'SRM_ABORTED'
  | 'SRM_FILE_LOST'
  | 'SRM_FILE_UNAVAILABLE'
  | 'SRM_NO_FREE_SPACE'
  | 'SRM_TOO_MANY_RESULTS';

/** A status with the text a client shows its user. @standard SRM 2.2 §3.2 (TReturnStatus) */
export interface SrmStatus {
  readonly code: SrmStatusCode;
  /** No patient data: grid clients print it. */
  readonly explanation?: string | undefined;
}

export const success: SrmStatus = { code: 'SRM_SUCCESS' };

type FilesCode = keyof typeof filesErrors.rows;
type RecallCode = keyof typeof recallErrors.rows;

/**
 * What every failure that can reach this door is called in SRM. `SRM_INTERNAL_ERROR` is not among
 * them: gfal2 repeats the call in silence until it times out.
 */
const statusByCode: Readonly<Record<FilesCode | RecallCode | AccessCode, SrmStatusCode>> = {
  FILES_PATH_INVALID: 'SRM_INVALID_PATH',
  FILES_NOT_FOUND: 'SRM_INVALID_PATH',
  FILES_FORBIDDEN: 'SRM_AUTHORIZATION_FAILURE',
  FILES_LOCKED: 'SRM_FILE_UNAVAILABLE',
  FILES_CREDENTIAL_ENDED: 'SRM_AUTHENTICATION_FAILURE',
  FILES_IS_A_DIRECTORY: 'SRM_INVALID_PATH',
  FILES_NOT_A_DIRECTORY: 'SRM_INVALID_PATH',
  FILES_RANGE_NOT_SATISFIABLE: 'SRM_FAILURE',
  FILES_TOO_MANY: 'SRM_INVALID_REQUEST',
  FILES_KEYWORD_INVALID: 'SRM_INVALID_REQUEST',
  FILES_STAGE_UNKNOWN: 'SRM_INVALID_REQUEST',
  FILES_NOT_PRODUCED: 'SRM_FILE_UNAVAILABLE',
  FILES_PIN_QUOTA: 'SRM_FILE_UNAVAILABLE',
  FILES_REPLICA_CORRUPT: 'SRM_FILE_UNAVAILABLE',
  FILES_PROOF_INVALID: 'SRM_FILE_UNAVAILABLE',
  FILES_READ_ONLY: 'SRM_AUTHORIZATION_FAILURE',
  RECALL_IN_PROGRESS: 'SRM_REQUEST_INPROGRESS',
  RECALL_PACS_UNAVAILABLE: 'SRM_FILE_UNAVAILABLE',
  RECALL_NO_ARCHIVE: 'SRM_FILE_UNAVAILABLE',
  RECALL_PACS_FAILED: 'SRM_FILE_UNAVAILABLE',
  RECALL_PACS_REFUSED: 'SRM_FAILURE',
  RECALL_OBJECT_DAMAGED: 'SRM_FAILURE',
  RECALL_TRANSFER_SYNTAX: 'SRM_FAILURE',
  RECALL_INCOMPLETE: 'SRM_FILE_UNAVAILABLE',
  RECALL_WITHHELD: 'SRM_FAILURE',
  RECALL_GEOMETRY_REFUSED: 'SRM_FAILURE',
  RECALL_QUARANTINED: 'SRM_FILE_UNAVAILABLE',
  RECALL_LOCKED: 'SRM_FILE_UNAVAILABLE',
  RECALL_WITHDRAWN: 'SRM_FILE_LOST',
  RECALL_LOST: 'SRM_FILE_LOST',
  RECALL_STORAGE_FULL: 'SRM_NO_FREE_SPACE',
  RECALL_KEYS_UNAVAILABLE: 'SRM_FILE_UNAVAILABLE',
  RECALL_KEYS_REFUSED: 'SRM_FAILURE',
  RECALL_LIMIT_EXCEEDED: 'SRM_FAILURE',
  RECALL_ABORTED: 'SRM_ABORTED',
  RECALL_FAILED: 'SRM_FAILURE',
  ACCESS_BODY_TOO_LONG: 'SRM_INVALID_REQUEST',
  ACCESS_SRM_UNAUTHENTICATED: 'SRM_AUTHENTICATION_FAILURE',
  ACCESS_SOAP_MALFORMED: 'SRM_INVALID_REQUEST',
  ACCESS_SOAP_TOO_COMPLEX: 'SRM_INVALID_REQUEST',
  ACCESS_SRM_REQUEST_INVALID: 'SRM_INVALID_REQUEST',
  ACCESS_SURL_INVALID: 'SRM_INVALID_PATH',
};

const rows: Readonly<Record<string, ErrorRow>> = {
  ...filesErrors.rows,
  ...recallErrors.rows,
  ...accessErrors.rows,
};

/** The status of a failure by its code; undefined when it is none that a door may name. */
export function statusOfCode(code: string): SrmStatus | undefined {
  if (!Object.hasOwn(statusByCode, code)) return undefined;
  const status = statusByCode[code as keyof typeof statusByCode];
  const { meaning = '', user = '' } = rows[code] ?? {};
  return { code: status, explanation: `${code}: ${meaning} ${user}` };
}

/** The status of a caught failure; anything that is not a documented one is thrown on. */
export function statusOfError(error: unknown): SrmStatus {
  const status = statusOfCode(codeOf(error) ?? '');
  if (status === undefined) throw error;
  return status;
}

/** The status of a request, from those of its files. @standard SRM 2.2 §5.1 (srmPrepareToGet) */
export function statusOfRequest(files: readonly SrmStatus[]): SrmStatus {
  const all = (...codes: readonly SrmStatusCode[]): boolean =>
    files.every(({ code }) => codes.includes(code));
  const some = (...codes: readonly SrmStatusCode[]): boolean =>
    files.some(({ code }) => codes.includes(code));
  if (some('SRM_REQUEST_INPROGRESS')) return { code: 'SRM_REQUEST_INPROGRESS' };
  if (some('SRM_REQUEST_QUEUED')) return { code: 'SRM_REQUEST_QUEUED' };
  const good = ['SRM_SUCCESS', 'SRM_FILE_PINNED', 'SRM_RELEASED'] as const;
  if (all(...good)) return success;
  if (some(...good)) return { code: 'SRM_PARTIAL_SUCCESS', explanation: 'some files failed' };
  const explanation = files.length === 1 ? files[0]?.explanation : 'all files failed';
  return { code: 'SRM_FAILURE', explanation };
}

/** A status as an element: `returnStatus` of a call, `status` of a file. */
export function statusElement(name: 'returnStatus' | 'status', status: SrmStatus): Xml {
  return element(name, field('statusCode', status.code), field('explanation', status.explanation));
}
