import { type Clock, systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import type { Audit, AuditHead } from './audit.ts';
import { AuditFolder, type AuditPlaces } from './audit-folder.ts';
import { isSame } from './chain-check.ts';
import { createAudit } from './create-audit.ts';
import { makeFolder } from './durable-file.ts';
import { auditErrors } from './errors.ts';
import { readHeadFile } from './head-file.ts';
import { type AuditLimits, auditLimits } from './limits.ts';
import { notThrough } from './not-through.ts';
import { genesis } from './record.ts';
import { acceptedGaps, goesThrough, readTail, type Tail } from './tail.ts';

/** How to open a record. One process at a time; its folder is made if absent. */
export interface OpenAuditOptions extends AuditPlaces {
  /** Ends of it that others showed; it must go through each, or have it accepted as lost. */
  readonly anchors?: readonly AuditHead[];
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: AuditLimits;
}

/**
 * Open a record and go on where it ends, if it goes through its newest head.
 *
 * What a crash left of a record that was never acknowledged is cut off, and that is recorded. Older
 * files are not read: `verifyAudit` does that.
 * @throws AUDIT_OPEN_FAILED, AUDIT_DAMAGED when acknowledged records are missing
 */
export async function openAudit(options: OpenAuditOptions): Promise<Audit> {
  const { clock = systemClock, log = silentLog, limits = auditLimits } = options;
  const sink = new AuditFolder(options, limits);
  const tail = await openTail(options, sink);
  const audit = createAudit({ sink, head: tail.head, clock, log, limits });
  if (tail.tornBytes > 0) {
    log.warn('audit.repaired', { bytes: tail.tornBytes });
    const detail = `removed ${tail.tornBytes} bytes that were never acknowledged`;
    await audit.record({
      action: 'audit-repaired',
      subject: 'service',
      outcome: 'success',
      detail,
    });
  }
  return audit;
}

async function openTail(
  { path, headFile, anchors = [] }: OpenAuditOptions,
  sink: AuditFolder,
): Promise<Tail> {
  try {
    await makeFolder(path);
    const anchor = (await readHeadFile(headFile)) ?? genesis;
    const tail = await readTail(path);
    if (anchor.count > tail.head.count) throw notThrough(anchor, tail.head);
    for (const one of [anchor, ...anchors])
      if (!(await answersFor(path, one))) throw notThrough(one, tail.head);
    await sink.open({ file: tail.file });
    if (tail.head.count > 0) await sink.anchor(tail.head);
    return tail;
  } catch (error) {
    if (auditErrors.has(error)) throw error;
    throw auditErrors.create('AUDIT_OPEN_FAILED', { cause: error });
  }
}

/** Whether a record goes through one of its ends, or says that an operator accepted that it does not. */
export async function answersFor(path: string, anchor: AuditHead): Promise<boolean> {
  if (await goesThrough(path, anchor)) return true;
  const gaps = await acceptedGaps(path);
  return gaps.some(({ lost }) => lost.some((head) => isSame(head, anchor)));
}
