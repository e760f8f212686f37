import type { AcceptedGap, AuditProblem } from './chain-check.ts';

/** A problem in a record, as operators read it. */
export function describeProblem({ kind, file, after }: AuditProblem): string {
  return `${texts[kind]} (after record ${after.count}, ${file})`;
}

const texts: Readonly<Record<AuditProblem['kind'], string>> = {
  'line-damaged': 'a record was changed, or is none',
  'chain-broken': 'records were taken out, changed, added or moved',
  'start-missing': 'the first records are missing',
  'tail-missing': 'the end is missing, or this is another record than the one that was anchored',
  'head-missing': 'nothing says where the record ended: a cut end would not be seen',
  'tail-torn': 'half a record at the end, which was never acknowledged; the next start removes it',
};

/** A gap that was accepted, as operators read it. */
export function describeGap({ after, lost, record, timeMs, by, reason }: AcceptedGap): string {
  const numbers = (heads: typeof after): string => heads.map(({ count }) => count).join(', ');
  const parts = [
    ...(after.length === 0 ? [] : [`missing or damaged after record ${numbers(after)}`]),
    ...(lost.length === 0 ? [] : [`anchored and not there: ${numbers(lost)}`]),
  ];
  const when = new Date(timeMs).toISOString();
  return `${parts.join('; ')}; accepted ${when} by ${by} in record ${record}: ${reason}`;
}
