import type { AuditHead } from './audit.ts';

/** Where the lines of a record go. */
export interface AuditSink {
  /** Append whole lines, the first of which is number `firstSequence`; durable when it resolves. */
  append(lines: Uint8Array, firstSequence: number): Promise<void>;
  /** Remember where the chain stands. May lag behind `append`, never ahead of it. */
  anchor(head: AuditHead): Promise<void>;
  /**
   * After a failed `append`: drop what may be left of it, so that the next append continues after
   * the last one that succeeded.
   */
  recover(): Promise<void>;
  close(): Promise<void>;
}
