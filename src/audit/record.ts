import { hash } from 'node:crypto';
import type { AuditEvent, AuditHead } from './audit.ts';
import { auditErrors } from './errors.ts';

/** A record as it was written. */
export interface AuditRecord {
  readonly sequence: number;
  /** UTC of the machine's clock, which may jump. */
  readonly utcMs: number;
  /** The same moment on the clock that never goes back; comparable within one run of the service. */
  readonly monotonicMs: number;
  /** Digest of the record before; of the first, 64 zeros. */
  readonly previous: string;
  readonly event: AuditEvent;
}

/** Before the first record. */
export const genesis: AuditHead = { count: 0, digest: '0'.repeat(64) };

const version = 1;

/**
 * The line of a record, and where the chain stands with it.
 *
 * `<SHA-256 of the JSON text, hex> <JSON text>\n`; the JSON text names the digest of the record
 * before it, so that no line can be changed, taken out, added or moved without breaking the chain.
 */
export function encodeRecord(record: AuditRecord): { line: string; head: AuditHead } {
  const { sequence, utcMs, monotonicMs, previous, event } = record;
  const body = JSON.stringify({ version, sequence, utcMs, monotonicMs, previous, event });
  const digest = hash('sha256', body);
  return { line: `${digest} ${body}\n`, head: { count: sequence, digest } };
}

/**
 * Read a line without its line feed; undefined if it is not a whole record.
 * @throws AUDIT_FORMAT_NEWER
 */
export function decodeRecord(
  line: Uint8Array,
): { record: AuditRecord; head: AuditHead } | undefined {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const digest = bytes.toString('latin1', 0, 64);
  const body = bytes.subarray(65);
  if (bytes[64] !== 0x20 || hash('sha256', body) !== digest) return undefined;
  const { version: written, ...record } = JSON.parse(body.toString('utf8')) as AuditRecord & {
    version: number;
  };
  if (written !== version)
    throw auditErrors.create('AUDIT_FORMAT_NEWER', { context: { known: version } });
  return { record, head: { count: record.sequence, digest } };
}

/** Whether `record` is the one that comes after `head`. */
export function follows(head: AuditHead, record: AuditRecord): boolean {
  return record.sequence === head.count + 1 && record.previous === head.digest;
}
