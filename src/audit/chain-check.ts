import type { AuditEvent, AuditGap, AuditHead } from './audit.ts';
import { genesis } from './record.ts';

/** Something that should not be in a record, and where. */
export interface AuditProblem {
  readonly kind: /** A record was changed, or is none. */
    | 'line-damaged'
    /** A record does not follow the one before: something was taken out, added or moved. */
    | 'chain-broken'
    /** The record does not begin with its first. */
    | 'start-missing'
    /** The record does not go through an anchor: its end was cut, or it is another one. */
    | 'tail-missing'
    /** The file of the newest head is missing or unreadable: a cut end would not be seen. */
    | 'head-missing'
    /** A crash interrupted the last record, which was never acknowledged; opening repairs it. */
    | 'tail-torn';
  readonly file: string;
  /** The last whole record before it; number 0 if there is none. */
  readonly after: AuditHead;
}

/** A gap that an operator accepted. */
export interface AcceptedGap extends AuditGap {
  /** Number of the record that says so. */
  readonly record: number;
  /** What that record goes on from: the newest head that was known. */
  readonly from: AuditHead;
  readonly timeMs: number;
  readonly by: string;
  readonly reason: string;
}

/** The same, as its record states it. */
export type StatedGap = Omit<AcceptedGap, 'from'>;

/** What checking a record found. */
export interface AuditVerdict {
  readonly records: number;
  /** The newest whole record. */
  readonly head: AuditHead;
  /** Those that nobody accepted. */
  readonly problems: readonly AuditProblem[];
  readonly accepted: readonly AcceptedGap[];
  /** Anchors that the record does not go through. */
  readonly missing: readonly AuditHead[];
}

/** A whole record, as its check needs it. */
export interface Link {
  readonly head: AuditHead;
  /** Digest of the record before it, as it says itself; undefined if that cannot be told. */
  readonly previous: string | undefined;
  /** Where the record says that a gap was accepted. */
  readonly accepted?: StatedGap | undefined;
}

/** Goes along a chain, record by record, and notes what is wrong with it. */
export class ChainCheck {
  #missing: AuditHead[];
  #problems: AuditProblem[] = [];
  readonly #accepted: AcceptedGap[] = [];
  #head: AuditHead;
  #newest: AuditHead;
  #records = 0;

  /**
   * @param anchors heads that the record must go through
   * @param start where the check starts, if not at the first record
   */
  constructor(anchors: readonly AuditHead[], start = genesis) {
    this.#missing = anchors.filter(({ count }) => count > 0);
    this.#head = start;
    this.#newest = start;
  }

  get head(): AuditHead {
    return this.#head;
  }

  link({ head, previous, accepted }: Link, file: string): void {
    const before = { count: head.count - 1, digest: previous ?? '' };
    if (!isSame(before, this.#head))
      this.problem(this.#head.count === 0 ? 'start-missing' : 'chain-broken', file);
    // Behind an accepted gap a record names the digest of one that is missing: the chain goes through it.
    this.#missing = this.#missing.filter(
      (anchor) => !isSame(anchor, head) && !isSame(anchor, before),
    );
    if (accepted !== undefined) this.#accept({ ...accepted, from: before });
    this.#head = head;
    if (head.count > this.#newest.count) this.#newest = head;
    this.#records += 1;
  }

  problem(kind: AuditProblem['kind'], file: string): void {
    this.#problems.push({ kind, file, after: this.#head });
  }

  /** @param file where the record ends */
  verdict(file: string): AuditVerdict {
    if (this.#missing.length > 0) this.problem('tail-missing', file);
    return {
      records: this.#records,
      head: this.#newest,
      problems: this.#problems,
      accepted: this.#accepted,
      missing: this.#missing,
    };
  }

  #accept(gap: AcceptedGap): void {
    const isIn = (heads: readonly AuditHead[], head: AuditHead): boolean =>
      heads.some((other) => isSame(other, head));
    this.#problems = this.#problems.filter(({ after }) => !isIn(gap.after, after));
    this.#missing = this.#missing.filter((anchor) => !isIn(gap.lost, anchor));
    this.#accepted.push(gap);
  }
}

/** Whether two heads are the same record. */
export function isSame(a: AuditHead, b: AuditHead): boolean {
  return a.count === b.count && a.digest === b.digest;
}

/** The gap that a record says was accepted; undefined of other records. */
export function acceptedIn(
  { action, subject, detail, gap }: AuditEvent,
  at: { readonly record: number; readonly timeMs: number },
): StatedGap | undefined {
  if (action !== 'audit-accepted' || gap === undefined) return undefined;
  return { ...gap, ...at, by: subject, reason: detail ?? '' };
}
