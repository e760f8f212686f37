import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import type { AuditGap, AuditHead } from './audit.ts';
import { AuditFolder, type AuditPlaces, firstOf, recordFiles } from './audit-folder.ts';
import { type AcceptedGap, type AuditVerdict, isSame } from './chain-check.ts';
import { createAudit } from './create-audit.ts';
import { makeFolder } from './durable-file.ts';
import { auditErrors } from './errors.ts';
import { type AuditLimits, auditLimits } from './limits.ts';
import { type VerifyOptions, verifyAudit } from './verify-audit.ts';

/** Who accepts, and why. */
export interface Acceptance {
  readonly by: string;
  /** For other operators; no patient data. */
  readonly reason: string;
}

/** How to accept what is missing of a record. The service must not be running. */
export interface AcceptAuditOptions extends AuditPlaces, VerifyOptions, Acceptance {
  readonly clock?: Clock;
  readonly limits?: AuditLimits;
}

/**
 * Accept what is missing or damaged, so that the service starts on what is left: check all of the
 * record, and write what was found into it. Changes and removes nothing that is there.
 *
 * The record goes on at the newest head that is known, whether its record is there or not: numbers
 * never come again, and who finds the missing records can put them back, and nothing else.
 * @returns undefined where nothing is missing
 * @throws AUDIT_OPEN_FAILED, AUDIT_GAP_TOO_WIDE, AUDIT_EVENT_INVALID
 */
export async function acceptAudit(options: AcceptAuditOptions): Promise<AcceptedGap | undefined> {
  const { path, clock = systemClock, limits = auditLimits } = options;
  await makeFolder(path);
  const verdict = await verifyAudit(path, options);
  const gap = gapIn(verdict, limits);
  if (gap === undefined) return undefined;
  const head = newestKnown(verdict);
  await setAside(path, head);
  const sink = new AuditFolder(options, limits);
  await sink.open({ file: undefined });
  const audit = createAudit({ sink, head, clock, log: silentLog, limits });
  const { by: subject, reason: detail } = options;
  const event = { action: 'audit-accepted', subject, outcome: 'success', detail, gap } as const;
  await audit.record(event);
  await audit.close();
  const { by, reason } = options;
  return { ...gap, record: audit.head.count, from: head, timeMs: clock.nowMs(), by, reason };
}

/** What is missing or damaged and was not accepted; undefined where nothing is. @throws AUDIT_GAP_TOO_WIDE */
export function gapIn(
  { problems, missing }: AuditVerdict,
  { gapPlacesMax }: AuditLimits = auditLimits,
): AuditGap | undefined {
  // A torn end is no gap; in what follows it will be one.
  const found = problems.filter(({ kind }) => kind !== 'head-missing');
  if (found.every(({ kind }) => kind === 'tail-torn')) return undefined;
  const after = found
    .map((problem) => problem.after)
    .filter((head, at, all) => all.findIndex((other) => isSame(other, head)) === at);
  if (after.length > gapPlacesMax)
    throw auditErrors.create('AUDIT_GAP_TOO_WIDE', { context: { places: after.length } });
  return { after, lost: missing };
}

/** The newest head of a record that anybody knows, whether its record is there or not. */
export function newestKnown({ head, missing }: AuditVerdict): AuditHead {
  return missing.reduce((newest, other) => (other.count > newest.count ? other : newest), head);
}

/** Files behind the newest whole record hold none; the next file may need their name. */
async function setAside(path: string, head: AuditHead): Promise<void> {
  for (const name of await recordFiles(path))
    if (firstOf(name) > head.count) await rename(join(path, name), join(path, `${name}.damaged`));
}
