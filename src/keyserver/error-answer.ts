import { dbErrors } from '../db/index.ts';
import type { ErrorAnswer } from '../keys/index.ts';
import { MdmError } from '../lib/errors/mdm-error.ts';
import { type KeyserverErrorCode, keyserverErrors } from './errors.ts';

/** The one translation of failures to HTTP. */
export const statusOf: Readonly<Record<KeyserverErrorCode, number>> = {
  KEYSERVER_UNAUTHENTICATED: 401,
  KEYSERVER_CREDENTIAL_SHARED: 401,
  KEYSERVER_LEASE_EXPIRED: 503,
  KEYSERVER_RATE_LIMITED: 429,
  KEYSERVER_REQUEST_INVALID: 400,
  KEYSERVER_REQUEST_TOO_LARGE: 413,
  KEYSERVER_SIGNER_UNKNOWN: 403,
  KEYSERVER_NOT_ADDRESSED: 403,
  KEYSERVER_NOT_OWNER: 403,
  KEYSERVER_OWNER_FULL: 409,
  KEYSERVER_SHARE_CONFLICT: 409,
  KEYSERVER_KEY_DESTROYED: 410,
  KEYSERVER_FEED_GAP: 409,
  KEYSERVER_FEED_FORK: 409,
  KEYSERVER_HEARTBEAT_STALE: 409,
  KEYSERVER_READ_STALE: 401,
  KEYSERVER_ORDER_STALE: 401,
  KEYSERVER_ORDER_OUTDATED: 409,
  KEYSERVER_PEER_UNKNOWN: 403,
  KEYSERVER_WORDS_INVALID: 400,
  KEYSERVER_DEAL_WRONG: 409,
  KEYSERVER_RUN_UNDECIDED: 409,
  KEYSERVER_BOX_INVALID: 400,
  KEYSERVER_PRODUCER_RETIRED: 403,
  KEYSERVER_RECORD_BEHIND: 503,
  KEYSERVER_GATEWAY_BEHIND: 409,
  KEYSERVER_CALLER_BUSY: 503,
  KEYSERVER_MASTER_KEY_EXISTS: 500,
  KEYSERVER_MASTER_KEY_INVALID: 500,
  KEYSERVER_STORE_DAMAGED: 500,
  KEYSERVER_UNAVAILABLE: 503,
  KEYSERVER_INTERNAL: 500,
};

/** What is wrong with something signed or sealed. */
const ofSigned: Readonly<Record<string, KeyserverErrorCode>> = {
  SEAL_RECEIPT_UNTRUSTED: 'KEYSERVER_SIGNER_UNKNOWN',
  KEYS_BOX_INVALID: 'KEYSERVER_BOX_INVALID',
};

/** The code that a caller sees for any failure; details stay in the log. */
export function codeFor(error: unknown): KeyserverErrorCode {
  if (keyserverErrors.has(error)) return error.code;
  if (dbErrors.has(error)) return 'KEYSERVER_UNAVAILABLE';
  if (error instanceof MdmError) return ofSigned[error.code] ?? 'KEYSERVER_REQUEST_INVALID';
  return 'KEYSERVER_INTERNAL';
}

/** The body of an answer other than success. */
export function errorAnswer(error: unknown): ErrorAnswer {
  const code = codeFor(error);
  const context = error instanceof MdmError ? error.context : {};
  const { seq, digest } = context;
  const about = typeof seq === 'number' && typeof digest === 'string' ? { seq, digest } : null;
  return { code, position: about };
}
