import { utf8 } from '../lib/bytes/bytes.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Audit, AuditEvent, AuditHead } from './audit.ts';
import type { AuditSink } from './audit-sink.ts';
import { auditErrors } from './errors.ts';
import type { AuditLimits } from './limits.ts';
import { encodeRecord } from './record.ts';

/** What the audit works with. */
export interface CreateAuditOptions {
  readonly sink: AuditSink;
  /** Where the chain in the sink stands. */
  readonly head: AuditHead;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: AuditLimits;
}

/** Make the record over a sink: chains events, makes waiting ones durable together, fails closed. */
export function createAudit(options: CreateAuditOptions): Audit {
  return new ChainedAudit(options);
}

interface Waiting {
  readonly event: AuditEvent;
  readonly utcMs: number;
  readonly monotonicMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class ChainedAudit implements Audit {
  readonly #options: CreateAuditOptions;
  #head: AuditHead;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** The head is anchored beside the next group, because nobody waits for it. */
  #anchoring: Promise<void> | undefined;
  #anchored: number;
  #failedAtMs: number | undefined;
  #closed = false;

  constructor(options: CreateAuditOptions) {
    this.#options = options;
    this.#head = options.head;
    this.#anchored = options.head.count;
  }

  get head(): AuditHead {
    return this.#head;
  }

  get healthy(): boolean {
    return this.#failedAtMs === undefined;
  }

  async record(event: AuditEvent): Promise<void> {
    const { clock, limits } = this.#options;
    checkEvent(event, limits);
    if (this.#closed || this.#waiting.length >= limits.waitingMax || this.#restsAfterFailure())
      throw auditErrors.create('AUDIT_UNAVAILABLE');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const [utcMs, monotonicMs] = [clock.nowMs(), Math.round(clock.monotonicMs())];
    this.#waiting.push({ event, utcMs, monotonicMs, resolve, reject });
    this.#writing ??= this.#writeGroups();
    await promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#anchoring;
    await this.#options.sink.close();
  }

  #restsAfterFailure(): boolean {
    const { clock, limits } = this.#options;
    if (this.#failedAtMs === undefined) return false;
    return clock.monotonicMs() - this.#failedAtMs < limits.recoveryIntervalMs;
  }

  async #writeGroups(): Promise<void> {
    // Whoever asks in this turn of the event loop shares the first fsync.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#options.limits.groupMax);
      try {
        await this.#writeGroup(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.#fail(error, group);
      }
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const { sink } = this.#options;
    if (this.#failedAtMs !== undefined) await sink.recover();
    const { lines, head } = this.#encode(group);
    await sink.append(utf8(lines.join('')), this.#head.count + 1);
    this.#head = head;
    this.#recovered();
    this.#anchoring ??= this.#anchorHead();
  }

  async #anchorHead(): Promise<void> {
    const { sink, log } = this.#options;
    try {
      while (this.#anchored < this.#head.count) {
        const head = this.#head;
        await sink.anchor(head);
        this.#anchored = head.count;
      }
    } catch (error) {
      // The record itself is whole; the next group tries again.
      log.error('audit.anchor-failed', { cause: String(error) });
    }
    this.#anchoring = undefined;
  }

  #encode(group: readonly Waiting[]): { lines: string[]; head: AuditHead } {
    let head = this.#head;
    const lines = group.map(({ event, utcMs, monotonicMs }) => {
      const { count, digest: previous } = head;
      const sequence = count + 1;
      const encoded = encodeRecord({ sequence, utcMs, monotonicMs, previous, event });
      head = encoded.head;
      return encoded.line;
    });
    return { lines, head };
  }

  #fail(error: unknown, group: readonly Waiting[]): void {
    if (this.healthy) this.#options.log.error('audit.unavailable', { cause: String(error) });
    this.#failedAtMs = this.#options.clock.monotonicMs();
    const refused = [...group, ...this.#waiting.splice(0)];
    for (const { reject } of refused)
      reject(auditErrors.create('AUDIT_UNAVAILABLE', { cause: error }));
  }

  #recovered(): void {
    if (this.healthy) return;
    this.#failedAtMs = undefined;
    this.#options.log.info('audit.recovered');
    this.record({ action: 'audit-recovered', subject: 'service', outcome: 'success' }).catch(
      () => {},
    );
  }
}

function checkEvent(event: AuditEvent, limits: AuditLimits): void {
  for (const [name, value] of Object.entries(event))
    if (typeof value === 'string' && value.length > limits.fieldLengthMax)
      throw auditErrors.create('AUDIT_EVENT_INVALID', { context: { field: name } });
}
