import { type AcceptedGap, isSame } from '../../audit/index.ts';
import type { JsonFields } from '../../lib/json/json-fields.ts';
import { type AuditHead, readAuditHead } from './audit-head.ts';
import { pattern } from './patterns.ts';

/** What an operator accepted to be missing of an audit record. */
export interface RecordGap {
  /** The newest end of the record that was known. */
  readonly expected: AuditHead;
  /** The last record before the gap that is there. */
  readonly found: AuditHead;
}

/** The same with who reads it wants to know. */
export interface AcceptedRecordGap {
  readonly gap: RecordGap;
  readonly reason: string;
  /** UTC ms by the clock of who keeps the record. */
  readonly timeMs: number;
}

/** A gap as the other side is told of it. */
export function acceptedRecordGap(accepted: AcceptedGap): AcceptedRecordGap {
  const { after, lost, from, reason, timeMs } = accepted;
  const found = after.reduce((first, head) => (head.count < first.count ? head : first), from);
  const [expected = from] = lost.toSorted((a, b) => b.count - a.count);
  return { gap: { expected, found }, reason, timeMs };
}

/** @throws KEYS_RECORD_INVALID */
export function readRecordGap(fields: JsonFields): RecordGap {
  const gap = {
    expected: readAuditHead(fields.object('expected')),
    found: readAuditHead(fields.object('found')),
  };
  fields.end();
  return gap;
}

/** @throws KEYS_RECORD_INVALID */
export function readAcceptedGap(fields: JsonFields): AcceptedRecordGap {
  const accepted = {
    gap: readRecordGap(fields.object('gap')),
    reason: fields.text('reason', pattern.why),
    timeMs: fields.integer('timeMs', 0),
  };
  fields.end();
  return accepted;
}

/**
 * Whether an end that was signed at `timeMs` went with an accepted gap: it is the one that was named, or
 * was behind the gap when the gap was accepted. What is signed later, no acceptance before it covers.
 */
export function isInGap(
  { gap: { expected, found }, timeMs }: AcceptedRecordGap,
  anchor: { readonly audit: AuditHead; readonly timeMs: number },
): boolean {
  const { audit } = anchor;
  if (isSame(audit, expected)) return true;
  return audit.count > found.count && anchor.timeMs <= timeMs;
}

/** The same, for who accepted it: all that was lost is known there. */
export function isAccepted(
  accepted: AcceptedGap,
  anchor: { readonly audit: AuditHead; readonly timeMs: number },
): boolean {
  return (
    accepted.lost.some((head) => isSame(head, anchor.audit)) ||
    isInGap(acceptedRecordGap(accepted), anchor)
  );
}

/** Where a signed end stands to the one that is kept. */
export type AnchorOrder = 'newer' | 'same' | 'late' | 'behind';

/**
 * Compare: `late` was signed before the one that is kept and came after it, `behind` was signed later
 * and says that the record is shorter or another one.
 */
export function orderOf(
  anchor: { readonly audit: AuditHead; readonly timeMs: number },
  kept: { readonly audit: AuditHead; readonly timeMs: number } | undefined,
): AnchorOrder {
  if (kept === undefined || anchor.audit.count > kept.audit.count) return 'newer';
  if (isSame(anchor.audit, kept.audit)) return 'same';
  return anchor.timeMs <= kept.timeMs ? 'late' : 'behind';
}
