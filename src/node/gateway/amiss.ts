import type { ServerReport } from '../../keys/index.ts';

/** What is wrong with an archive, as operators read it. */
export function pacsAmiss(pacs: {
  readonly name: string;
  readonly circuit: string;
  /** Code of the last walk, if it failed. */
  readonly failure: string | undefined;
}): readonly string[] {
  const { name, circuit, failure } = pacs;
  if (circuit !== 'closed') return [`PACS ${name} is left alone after failures`];
  return failure === undefined ? [] : [`PACS ${name}: the last walk failed (${failure})`];
}

/** What is wrong with a key server. One without a lease is reachable, and gives shares to nobody. */
export function keyServerAmiss(report: ServerReport): readonly string[] {
  const { name } = report;
  if (!report.reachable) return [`key server ${name} does not answer`];
  if (report.status.leaseRemainingMs > 0) return [];
  return [
    `key server ${name} gives no shares: it took no news of policies for a lease; keys.feed_not_delivered in the log says why`,
  ];
}
