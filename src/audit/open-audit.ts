import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import type { Audit, AuditHead } from './audit.ts';
import { AuditFolder, makeFolder, readHead, recordFiles } from './audit-folder.ts';
import { createAudit } from './create-audit.ts';
import { auditErrors } from './errors.ts';
import { type AuditLimits, auditLimits } from './limits.ts';
import { follows, genesis } from './record.ts';
import { scanFile } from './scan.ts';

/** How to open the record in a folder. */
export interface OpenAuditOptions {
  /** Made if absent; readable by its owner only. One process at a time. */
  readonly path: string;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: AuditLimits;
}

/**
 * Open the record in a folder and go on where it ends.
 *
 * What a crash left of a record that was never acknowledged is cut off, and that is recorded. Older
 * files are not read: `verifyAudit` does that.
 * @throws AUDIT_OPEN_FAILED, AUDIT_DAMAGED when acknowledged records are missing
 */
export async function openAudit(options: OpenAuditOptions): Promise<Audit> {
  const { clock = systemClock, log = silentLog, limits = auditLimits } = options;
  const sink = new AuditFolder(options.path, limits);
  const tail = await openTail(options.path, sink);
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

async function openTail(path: string, sink: AuditFolder): Promise<Tail> {
  try {
    await makeFolder(path);
    const anchored = (await readHead(path)) ?? genesis;
    const tail = await findTail(path, anchored);
    if (anchored.sequence > tail.head.sequence)
      throw damaged('records are missing at the end', anchored);
    await sink.open({ file: tail.file });
    if (tail.head.sequence > 0) await sink.anchor(tail.head);
    return tail;
  } catch (error) {
    if (auditErrors.has(error)) throw error;
    throw auditErrors.create('AUDIT_OPEN_FAILED', { cause: error });
  }
}

interface Tail {
  readonly head: AuditHead;
  readonly file: { readonly name: string; readonly size: number } | undefined;
  readonly tornBytes: number;
}

/** The end of the chain: in the newest file, or in the one before if a crash left that one empty. */
async function findTail(path: string, anchored: AuditHead): Promise<Tail> {
  const names = (await recordFiles(path)).slice(-2).reverse();
  let tornBytes = 0;
  let empty: string | undefined;
  for (const name of names) {
    const { head, size } = await goodPart(join(path, name), anchored);
    tornBytes += (await stat(join(path, name))).size - size;
    if (head !== undefined)
      return {
        head,
        file: empty === undefined ? { name, size } : { name: empty, size: 0 },
        tornBytes,
      };
    empty ??= name;
  }
  const file = empty === undefined ? undefined : { name: empty, size: 0 };
  return { head: genesis, file, tornBytes };
}

/** How far the records of a file are whole and chained. */
async function goodPart(
  path: string,
  anchored: AuditHead,
): Promise<{ head: AuditHead | undefined; size: number }> {
  let head: AuditHead | undefined;
  let size = 0;
  for await (const line of scanFile(path)) {
    if (line.kind === 'damaged') break;
    if (head !== undefined && !follows(head, line.record)) break;
    if (line.head.sequence === anchored.sequence && line.head.hash !== anchored.hash)
      throw damaged('a record is not the one that was anchored', anchored);
    ({ head, end: size } = line);
  }
  return { head, size };
}

function damaged(message: string, anchored: AuditHead): Error {
  return auditErrors.create('AUDIT_DAMAGED', {
    message,
    context: { anchoredSequence: anchored.sequence },
  });
}
