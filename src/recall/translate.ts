import type { catalogErrors } from '../catalog/errors.ts';
import type { DbErrorCode } from '../db/index.ts';
import type { DeidCode } from '../deid/index.ts';
import type { dicomErrors } from '../dicom/index.ts';
import { type DimseErrorCode, formatStatus } from '../dimse/index.ts';
import type { KeysErrorCode } from '../keys/errors.ts';
import { codeOf, type ErrorContext, MdmError } from '../lib/errors/mdm-error.ts';
import type { PacsErrorCode } from '../pacs/errors.ts';
import type { indexErrors } from '../pacs/index/index.ts';
import type { productionErrors } from '../production/index.ts';
import type { sealErrors } from '../seal/index.ts';
import type { StorageErrorCode } from '../storage/errors.ts';
import type { VolumeRefusal } from '../volume/index.ts';
import { type RecallFailure, recallErrors } from './errors.ts';

type Codes<Table extends { readonly rows: object }> = keyof Table['rows'];

/** The codes that are not looked at one by one: what they mean for a recall is the same for all. */
type Alike =
  | DimseErrorCode
  | Codes<typeof dicomErrors>
  | Codes<typeof sealErrors>
  | Codes<typeof indexErrors>
  | DbErrorCode;

/** All codes that can come up from below. A new one does not compile until it has an answer here. */
type CodeBelow =
  | PacsErrorCode
  | DeidCode
  | VolumeRefusal
  | Codes<typeof productionErrors>
  | StorageErrorCode
  | Codes<typeof catalogErrors>
  | KeysErrorCode;

const failureOf: Readonly<Record<CodeBelow, RecallFailure>> = {
  PACS_UNREACHABLE: 'RECALL_PACS_UNAVAILABLE',
  PACS_REJECTED: 'RECALL_PACS_UNAVAILABLE',
  PACS_AE_TITLE_UNKNOWN: 'RECALL_PACS_REFUSED',
  PACS_CIRCUIT_OPEN: 'RECALL_PACS_UNAVAILABLE',
  PACS_BUSY: 'RECALL_PACS_UNAVAILABLE',
  PACS_NO_METHOD: 'RECALL_PACS_REFUSED',
  PACS_QUERY_REFUSED: 'RECALL_PACS_REFUSED',
  PACS_RETRIEVE_REFUSED: 'RECALL_PACS_REFUSED',
  PACS_ORIGINATOR_MISSING: 'RECALL_PACS_REFUSED',
  PACS_INSTANCE_WRONG: 'RECALL_OBJECT_DAMAGED',
  PACS_CONTENT_CONFLICT: 'RECALL_OBJECT_DAMAGED',
  PACS_TRANSFER_SYNTAX: 'RECALL_TRANSFER_SYNTAX',
  PACS_TIMEOUT: 'RECALL_PACS_FAILED',
  PACS_QUERY_FAILED: 'RECALL_PACS_FAILED',
  PACS_RETRIEVE_FAILED: 'RECALL_PACS_FAILED',
  PACS_QUERY_TOO_LARGE: 'RECALL_LIMIT_EXCEEDED',

  DEID_UNSUPPORTED_SOP_CLASS: 'RECALL_WITHHELD',
  DEID_NO_IMAGE: 'RECALL_WITHHELD',
  DEID_BURNED_IN: 'RECALL_WITHHELD',
  DEID_OVERLAY_EMBEDDED: 'RECALL_WITHHELD',
  DEID_COMPRESSED_UNCHECKED: 'RECALL_WITHHELD',
  DEID_FRAME_UNREAD: 'RECALL_FAILED',
  DEID_FRAME_MISMATCH: 'RECALL_WITHHELD',
  DEID_MALFORMED: 'RECALL_OBJECT_DAMAGED',
  DEID_FACT_NOT_KEPT: 'RECALL_WITHHELD',
  DEID_GRID: 'RECALL_WITHHELD',
  DEID_PALETTE: 'RECALL_WITHHELD',
  DEID_LIMIT_EXCEEDED: 'RECALL_LIMIT_EXCEEDED',

  VOLUME_NOT_AN_IMAGE: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_FACT_NOT_KEPT: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_VALUES_UNPROVEN: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_MULTI_FRAME: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_TOO_MANY_STACKS: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_MOSAIC: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_COMPRESSED: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_FRAME_NOT_DECODED: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_DECODER_FAILED: 'RECALL_FAILED',
  VOLUME_NO_GEOMETRY: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_MIXED_SIZE: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_MIXED_ORIENTATION: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_MIXED_PIXEL_FORMAT: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_DUPLICATE_POSITION: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_DUPLICATES_UNDECIDED: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_UNEVEN_SPACING: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_NOT_AS_LISTED: 'RECALL_PACS_FAILED',
  VOLUME_GANTRY_TILT: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_SEVERAL_STACKS: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_PIXEL_FORMAT_UNSUPPORTED: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_PIXEL_LENGTH: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_STACK_GONE: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_NO_SUCH_FILE: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_NOTHING_TO_CORRECT: 'RECALL_GEOMETRY_REFUSED',
  VOLUME_TOO_LARGE: 'RECALL_LIMIT_EXCEEDED',

  PRODUCTION_INCOMPLETE: 'RECALL_INCOMPLETE',

  STORAGE_FULL: 'RECALL_STORAGE_FULL',
  STORAGE_OPEN_FAILED: 'RECALL_FAILED',
  STORAGE_FORMAT_NEWER: 'RECALL_FAILED',
  STORAGE_NOT_FOUND: 'RECALL_FAILED',
  STORAGE_REPLICA_EXISTS: 'RECALL_FAILED',
  STORAGE_REPLICA_ABORTED: 'RECALL_ABORTED',
  STORAGE_RANGE_INVALID: 'RECALL_FAILED',
  STORAGE_DAMAGED: 'RECALL_FAILED',
  STORAGE_FAILED: 'RECALL_FAILED',

  CATALOG_FILE_GONE: 'RECALL_WITHDRAWN',
  CATALOG_LOCKED: 'RECALL_LOCKED',
  CATALOG_LOCKS_TOO_MANY: 'RECALL_FAILED',
  CATALOG_FEED_GAP: 'RECALL_FAILED',
  CATALOG_CHANGE_INVALID: 'RECALL_FAILED',
  CATALOG_NAME_CONFLICT: 'RECALL_FAILED',
  CATALOG_VERSION_UNKNOWN: 'RECALL_FAILED',
  CATALOG_QUERY_TOO_LARGE: 'RECALL_FAILED',
  CATALOG_NODE_UNKNOWN: 'RECALL_FAILED',

  KEYS_QUORUM: 'RECALL_KEYS_UNAVAILABLE',
  KEYS_UNAVAILABLE: 'RECALL_KEYS_UNAVAILABLE',
  KEYS_SERVER_UNREACHABLE: 'RECALL_KEYS_UNAVAILABLE',
  KEYS_SERVER_REFUSED: 'RECALL_KEYS_REFUSED',
  KEYS_FORBIDDEN: 'RECALL_KEYS_REFUSED',
  KEYS_UNAUTHENTICATED: 'RECALL_KEYS_REFUSED',
  KEYS_CREDENTIAL_SHARED: 'RECALL_KEYS_REFUSED',
  KEYS_INCONSISTENT: 'RECALL_KEYS_REFUSED',
  KEYS_ANSWER_INVALID: 'RECALL_KEYS_REFUSED',
  KEYS_RECORD_INVALID: 'RECALL_KEYS_REFUSED',
  KEYS_DEPOSIT_REFUSED: 'RECALL_KEYS_REFUSED',
  KEYS_CONFIG_INVALID: 'RECALL_FAILED',
  KEYS_TOO_MANY: 'RECALL_FAILED',
  KEYS_CERTIFICATE_INVALID: 'RECALL_FAILED',
  KEYS_CERTIFICATE_SHORT: 'RECALL_FAILED',
  KEYS_FEED_FORKED: 'RECALL_FAILED',
  KEYS_FEED_DAMAGED: 'RECALL_FAILED',
  KEYS_UPKEEP_INCOMPLETE: 'RECALL_FAILED',
  KEYS_BOX_INVALID: 'RECALL_FAILED',
  KEYS_FEED_REFUSED: 'RECALL_FAILED',
};

type Prefix<Code extends string> = Code extends `${infer Start}_${string}` ? Start : never;

const failureOfAlike: Readonly<Record<Prefix<Alike>, RecallFailure>> = {
  // On their way through `pacs` these get its codes; what is left broke while an instance was read.
  DIMSE: 'RECALL_PACS_FAILED',
  PDU: 'RECALL_PACS_FAILED',
  DICOM: 'RECALL_OBJECT_DAMAGED',
  SEAL: 'RECALL_FAILED',
  INDEX: 'RECALL_FAILED',
  DB: 'RECALL_FAILED',
};

/** The recall's code for a code from below it. What nobody below declares is a failure of our own. */
export function recallFailureOf(code: string | undefined): RecallFailure {
  if (code === undefined) return 'RECALL_FAILED';
  if (isOf(recallErrors.rows, code)) return code;
  if (isOf(failureOf, code)) return failureOf[code];
  const prefix = code.slice(0, Math.max(0, code.indexOf('_')));
  return isOf(failureOfAlike, prefix) ? failureOfAlike[prefix] : 'RECALL_FAILED';
}

/**
 * The one translation of what failed below into what doors know. The reason's code stays visible,
 * and so do its numbers; a DIMSE status and how many instances lack are also told to the reader.
 */
export function recallError(cause: unknown): MdmError {
  if (recallErrors.has(cause)) return cause;
  const reason = codeOf(cause);
  const failure = recallFailureOf(reason);
  if (!(cause instanceof MdmError) || reason === undefined) {
    return recallErrors.create(failure, { cause, ...(reason && { context: { reason } }) });
  }
  const context = contextOf(cause);
  const message = detailOf(context);
  return recallErrors.create(failure, {
    cause,
    context: { ...context, reason: nearerReason(context) ?? reason },
    ...(message === undefined ? {} : { message }),
  });
}

/** What a key server said is nearer to what is to be mended than that it said something. */
function nearerReason({ reason }: ErrorContext): string | undefined {
  return typeof reason === 'string' && reason.startsWith('KEYSERVER_') ? reason : undefined;
}

/** As its cause has it; a DIMSE status as standards and manuals write it. */
function contextOf({ context }: MdmError): ErrorContext {
  const { status } = context;
  return typeof status === 'number' ? { ...context, status: formatStatus(status) } : context;
}

function detailOf(context: ErrorContext): string | undefined {
  const { status, expected, missing, transferSyntax, what } = context;
  if (transferSyntax !== undefined) return `transfer syntax ${transferSyntax}`;
  if (what === 'unreadable') return 'its data set cannot be read';
  if (what !== undefined) return `its ${what} is not as asked for`;
  if (status !== undefined) return `DIMSE status ${status}`;
  if (expected === undefined || missing === undefined) return undefined;
  return `${missing} of ${expected} instances did not come`;
}

function isOf<Table extends object>(table: Table, key: string): key is keyof Table & string {
  return Object.hasOwn(table, key);
}
