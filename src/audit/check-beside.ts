import { type Clock, sleep } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { AcceptedGap, AuditVerdict } from './chain-check.ts';
import { describeProblem } from './describe.ts';
import { auditLimits } from './limits.ts';
import type { VerifyOptions } from './verify-audit.ts';

/** The check of a whole record beside the service that writes it. */
export interface CheckBeside {
  /** What is wrong with the record, as operators read it; nothing before that is known. */
  readonly amiss: readonly string[];
  /** Gaps that were accepted, as far as they are known. */
  readonly accepted: readonly AcceptedGap[];
  stop(): Promise<void>;
}

/**
 * Check a record at once and then every day, slowly. What is wrong is logged and shown; the service
 * goes on, because what it discloses now is recorded.
 */
export function checkBeside(ports: {
  readonly verify: (options: VerifyOptions) => Promise<AuditVerdict>;
  /** Accepted gaps that the start has seen. */
  readonly known: readonly AcceptedGap[];
  readonly clock: Clock;
  readonly log: Log;
}): CheckBeside {
  const { verify, known, clock, log } = ports;
  const gone = new AbortController();
  const { signal } = gone;
  const rest = (): Promise<void> => sleep(clock, auditLimits.backgroundRestMs, { signal });
  let verdict: AuditVerdict | undefined;
  let failed: string | undefined;
  const round = async (): Promise<void> => {
    try {
      verdict = await verify({ rest, signal });
      failed = undefined;
      log.info('audit.checked', { records: verdict.records });
      for (const problem of amissIn(verdict)) log.error('audit.damaged', { problem });
    } catch (error) {
      signal.throwIfAborted();
      failed = `it cannot be checked (${codeOf(error) ?? 'failed'})`;
      log.error('audit.unchecked', { code: codeOf(error), cause: String(error) });
    }
    await sleep(clock, auditLimits.checkIntervalMs, { signal });
  };
  const running = (async () => {
    while (!signal.aborted) await round();
  })().catch(() => {});
  return {
    get amiss() {
      return [...(failed === undefined ? [] : [failed]), ...amissIn(verdict)];
    },
    get accepted() {
      return verdict?.accepted ?? known;
    },
    async stop() {
      gone.abort();
      await running;
    },
  };
}

/** Half a record at the end is one that is being written. */
function amissIn(verdict: AuditVerdict | undefined): readonly string[] {
  const problems = verdict?.problems.filter(({ kind }) => kind !== 'tail-torn') ?? [];
  const shown = problems.slice(0, auditLimits.problemsShownMax).map(describeProblem);
  const more = problems.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more: \`mdm audit verify\``] : shown;
}
