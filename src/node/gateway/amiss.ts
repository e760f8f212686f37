import type { AuditHead } from '../../audit/index.ts';
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

/** A key server says less of its audit record than it signed before. */
export function recordAmiss(server: string): string {
  return `key server ${server}: its audit record is shorter than it was, or another one; it was cut or restored`;
}

/** A key server showed an end of our own audit record that it does not go through. */
export function missedAmiss({ count }: AuditHead): string {
  return `the audit record was cut or restored: record ${count}, which a key server shows, is not in it; \`mdm audit verify\``;
}
