import { codeOf, type MdmError } from '../lib/errors/mdm-error.ts';
import { type RecallFailure, recallErrors } from './errors.ts';

/** Exact codes first, then the folder they come from. What is in neither is a failure of our own. */
const byCode: Readonly<Record<string, RecallFailure>> = {
  PACS_UNREACHABLE: 'RECALL_PACS_UNAVAILABLE',
  PACS_REJECTED: 'RECALL_PACS_UNAVAILABLE',
  PACS_CIRCUIT_OPEN: 'RECALL_PACS_UNAVAILABLE',
  PRODUCTION_INCOMPLETE: 'RECALL_INCOMPLETE',
  PRODUCTION_SLICES_OUT_OF_ORDER: 'RECALL_LIMIT_EXCEEDED',
  PRODUCTION_TRUNCATED: 'RECALL_PACS_FAILED',
  STORAGE_FULL: 'RECALL_STORAGE_FULL',
  CATALOG_FILE_GONE: 'RECALL_WITHDRAWN',
  DEID_LIMIT_EXCEEDED: 'RECALL_LIMIT_EXCEEDED',
};

const byPrefix: readonly (readonly [string, RecallFailure])[] = [
  ['RECALL_', 'RECALL_FAILED'],
  ['PACS_', 'RECALL_PACS_FAILED'],
  ['DIMSE_', 'RECALL_PACS_FAILED'],
  ['PDU_', 'RECALL_PACS_FAILED'],
  ['DICOM_', 'RECALL_PACS_FAILED'],
  ['DEID_', 'RECALL_WITHHELD'],
  ['VOLUME_', 'RECALL_GEOMETRY_REFUSED'],
  ['KEYS_', 'RECALL_KEYS_UNAVAILABLE'],
];

/** The recall's code for a code from below it. */
export function recallFailureOf(code: string | undefined): RecallFailure {
  if (code === undefined) return 'RECALL_FAILED';
  if (Object.hasOwn(recallErrors.rows, code)) return code as RecallFailure;
  const prefix = byPrefix.find(([start]) => code.startsWith(start));
  return byCode[code] ?? prefix?.[1] ?? 'RECALL_FAILED';
}

/** The one translation of what failed below into what doors know. The reason's code stays visible. */
export function recallError(cause: unknown): MdmError {
  if (recallErrors.has(cause)) return cause;
  const reason = codeOf(cause);
  const failure = recallFailureOf(reason);
  return recallErrors.create(failure, {
    cause,
    ...(reason === undefined ? {} : { context: { reason } }),
  });
}
