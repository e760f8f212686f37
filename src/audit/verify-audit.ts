import { join } from 'node:path';
import type { AuditHead } from './audit.ts';
import { readHead, recordFiles } from './audit-folder.ts';
import { auditErrors } from './errors.ts';
import { type AuditRecord, follows, genesis } from './record.ts';
import { scanFile } from './scan.ts';

/** Something that should not be in a record, and where. */
export interface AuditProblem {
  readonly kind: /** A line was changed, or is no record. */
    | 'line-damaged'
    /** A record does not follow the one before: something was taken out, added or moved. */
    | 'chain-broken'
    /** The record does not begin with its first. */
    | 'start-missing'
    /** Records that were anchored are missing at the end. */
    | 'tail-missing'
    /** The file that anchors the end is missing or unreadable: a cut end would not be seen. */
    | 'head-missing'
    /** A crash interrupted the last record, which was never acknowledged; opening repairs it. */
    | 'tail-torn';
  readonly file: string;
  /** Number of the record before the problem, 0 if there is none. */
  readonly afterSequence: number;
}

/** What checking a record found. */
export interface AuditVerdict {
  readonly records: number;
  readonly head: AuditHead;
  readonly problems: readonly AuditProblem[];
}

/** What to do while checking. */
export interface VerifyAuditOptions {
  /** Heads noted elsewhere earlier; each must be in the record. */
  readonly anchors?: readonly AuditHead[];
  /** Called with every whole record, in order. */
  readonly onRecord?: (record: AuditRecord) => void;
}

/**
 * Check every record in a folder, oldest first. Reads only; the service may be running.
 * @throws AUDIT_OPEN_FAILED
 */
export async function verifyAudit(
  path: string,
  options: VerifyAuditOptions = {},
): Promise<AuditVerdict> {
  try {
    // The head first: records that come while we read are then no surprise.
    const anchored = await readHead(path);
    const check = new Check(anchored, options);
    for (const name of await recordFiles(path)) await check.file(path, name);
    return check.verdict();
  } catch (error) {
    if (auditErrors.has(error)) throw error;
    throw auditErrors.create('AUDIT_OPEN_FAILED', { cause: error });
  }
}

class Check {
  readonly #options: VerifyAuditOptions;
  readonly #anchored: AuditHead | undefined;
  readonly #missing: Map<number, string>;
  readonly #problems: AuditProblem[] = [];
  #head = genesis;
  #records = 0;
  #file = '';

  constructor(anchored: AuditHead | undefined, options: VerifyAuditOptions) {
    this.#options = options;
    this.#anchored = anchored;
    const anchors = [...(options.anchors ?? []), ...(anchored === undefined ? [] : [anchored])];
    this.#missing = new Map(anchors.map(({ sequence, hash }) => [sequence, hash]));
    this.#missing.delete(0);
  }

  async file(folder: string, name: string): Promise<void> {
    this.#file = name;
    for await (const line of scanFile(join(folder, name)))
      if (line.kind === 'record') this.#record(line.record, line.head);
      else this.#problem(line.torn ? 'tail-torn' : 'line-damaged');
  }

  verdict(): AuditVerdict {
    if (this.#anchored === undefined && this.#records > 0) this.#problem('head-missing');
    if (this.#missing.size > 0) this.#problem('tail-missing');
    return { records: this.#records, head: this.#head, problems: this.#problems };
  }

  #record(record: AuditRecord, head: AuditHead): void {
    if (!follows(this.#head, record))
      this.#problem(this.#records === 0 ? 'start-missing' : 'chain-broken');
    if (this.#missing.get(head.sequence) === head.hash) this.#missing.delete(head.sequence);
    this.#head = head;
    this.#records += 1;
    this.#options.onRecord?.(record);
  }

  #problem(kind: AuditProblem['kind']): void {
    this.#problems.push({ kind, file: this.#file, afterSequence: this.#head.sequence });
  }
}
