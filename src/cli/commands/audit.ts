import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import {
  type AuditHead,
  type AuditVerdict,
  describeGap,
  describeProblem,
  verifyAudit,
} from '../../audit/index.ts';
import { databaseFileOf, verifyRecord } from '../../keyserver/index.ts';
import { systemClock } from '../../lib/clock.ts';
import type { AuditRecordDesk } from '../../node/audit-record.ts';
import { gatewayConfigSchema } from '../../node/config/gateway-config.ts';
import { keyServerConfigSchema } from '../../node/config/key-server-config.ts';
import { loadConfig } from '../../node/config/load-config.ts';
import { gatewayRecord } from '../../node/gateway/gateway-record.ts';
import { keyServerRecord } from '../../node/key-server/key-server-record.ts';
import { Ended } from '../ended.ts';
import { exitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { createProgressBar } from '../progress-bar.ts';

/** Whose record: of a service by its configuration, or what lies in a folder, as a copy. */
export type RecordOf = ServiceRecord | { readonly folder: string };

/** A service by its configuration. */
export interface ServiceRecord {
  readonly config: string;
  readonly role: 'gateway' | 'keyserver';
}

/** `mdm audit verify`: check all of a record. */
export async function verify(
  of: RecordOf,
  output: Output,
  anchors: readonly AuditHead[],
): Promise<void> {
  const check = checkOf(of);
  const bar = createProgressBar({ stream: process.stderr, nowMs: () => systemClock.monotonicMs() });
  const verdict = await check({
    anchors,
    onProgress: (progress) => bar.update('record', progress),
  });
  bar.end();
  output.result(verdict, lines(verdict).join('\n'));
  if (!isWhole(verdict)) throw new Ended('the record is not whole', exitCode.unverified);
}

/** `mdm audit accept`: let the service start on what is left of its record. */
export async function accept(
  { reason, ...of }: ServiceRecord & { readonly reason: string },
  output: Output,
): Promise<void> {
  if (!/^[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u.test(reason))
    throw new Ended('--reason: one line of at most 500 characters', exitCode.usage);
  const gap = await deskOf(of).accept({ by: `local:${userInfo().username}`, reason });
  if (gap === undefined) output.note('Nothing is missing, and nothing was changed.');
  else output.result(gap, describeGap(gap));
}

function checkOf(of: RecordOf): AuditRecordDesk['verify'] {
  if ('config' in of) return deskOf(of).verify;
  const { folder } = of;
  return existsSync(databaseFileOf(folder))
    ? (options) => verifyRecord({ folder }, options)
    : (options) => verifyAudit(folder, options);
}

function deskOf({ config, role }: ServiceRecord): AuditRecordDesk {
  return role === 'keyserver'
    ? keyServerRecord(loadConfig(config, keyServerConfigSchema))
    : gatewayRecord(loadConfig(config, gatewayConfigSchema));
}

function isWhole({ problems }: AuditVerdict): boolean {
  return problems.every(({ kind }) => kind === 'tail-torn');
}

function lines(verdict: AuditVerdict): readonly string[] {
  const { records, head, problems, accepted } = verdict;
  const judged = isWhole(verdict) ? 'whole' : 'NOT WHOLE';
  return [
    `${judged}: ${records} records; the newest is ${head.count}:${head.digest}`,
    ...problems.map((problem) => `  ${describeProblem(problem)}`),
    ...accepted.map((gap) => `  gap: ${describeGap(gap)}`),
  ];
}
