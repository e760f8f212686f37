import type { FileStat } from '../../files/index.ts';
import type { PlacedPolicy, PolicyChange } from '../../policy/index.ts';

/** JSON leaves out what is undefined: an unknown size is absent, never 0. */
export function statJson(stat: FileStat): unknown {
  return stat;
}

/** A list as it applies somewhere. */
export function aclJson({ policy, path }: PlacedPolicy): object {
  return { policyId: policy.id, version: policy.version, path, entries: policy.entries };
}

/** A changed list, and how far the change has come at the key servers. */
export function changeJson(change: PolicyChange): object {
  const { spread } = change;
  return {
    ...aclJson(change),
    quorumMs: change.quorumMs,
    completeMs: change.completeMs,
    servers: [
      ...spread.acknowledged.map((name) => ({ name, acknowledged: true })),
      ...spread.leaseExpired.map((name) => ({ name, acknowledged: false })),
    ],
  };
}
