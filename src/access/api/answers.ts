import type { FileReceipts, FileStat } from '../../files/index.ts';
import type {
  KeyCare,
  LockChange,
  OwnKey,
  OwnKeyChange,
  PlacedPolicy,
  PolicyChange,
  SpreadTimes,
} from '../../policy/index.ts';

/** JSON leaves out what is undefined: an unknown size is absent, never 0. */
export function statJson(stat: FileStat): unknown {
  return stat;
}

/** Digests of segments, and what proves them. */
export function segmentsJson(segments: NonNullable<FileReceipts['segments']>): object {
  const { first, digests, beside } = segments;
  return { first, digests: base64(digests), beside: beside.map(base64) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** A list as it applies somewhere. */
export function aclJson({ policy, path }: PlacedPolicy): object {
  return { policyId: policy.id, version: policy.version, path, entries: policy.entries };
}

/** A changed list, and how far the change has come at the key servers. */
export function changeJson(change: PolicyChange): object {
  return { ...aclJson(change), ...spreadJson(change) };
}

/** Who may have a key of somebody's own. */
export function ownKeyJson({ keyId, owner, version, entries }: OwnKey): object {
  return { keyId, owner, version, entries };
}

/** The same after a change, and how far that has come. */
export function ownKeyChangeJson(change: OwnKeyChange): object {
  return { ...ownKeyJson(change), ...spreadJson(change) };
}

/** A lock that was set or cleared, and how far that has come. */
export function lockJson(change: LockChange): object {
  const { path, reason, by, sinceMs } = change;
  return { path, reason, by, sinceMs, ...spreadJson(change) };
}

function spreadJson({ position, spread, quorumMs, completeMs, shutMs }: SpreadTimes): object {
  return {
    feedEntry: position.seq,
    quorumMs,
    completeMs,
    shutMs,
    servers: [
      ...spread.acknowledged.map((name) => ({ name, acknowledged: true })),
      ...spread.leaseExpired.map((name) => ({ name, acknowledged: false })),
    ],
  };
}

/** Work on the shares of all keys. */
export function jobJson({ progress, ...job }: NonNullable<KeyCare['job']>): object {
  const { keys, recovered, renewed, lost } = progress;
  const of = (counts: ReadonlyMap<string, number | string>, name: string, value: string) =>
    [...counts].map(([key, count]) => ({ [name]: key, [value]: count }));
  return {
    ...job,
    keys,
    recovered,
    renewed,
    lost,
    missing: of(progress.missing, 'server', 'shares'),
    failed: of(progress.failed, 'code', 'shares'),
    silent: of(progress.silent, 'server', 'code'),
  };
}
