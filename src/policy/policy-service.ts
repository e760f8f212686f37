import { evaluate } from '../authz/index.ts';
import type { Policy, PolicyEntry, Right } from '../authz/policy.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { FeedPosition, FeedSpread, PolicyFeed } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { checkEntry } from './check-entry.ts';
import { policyErrors } from './errors.ts';
import type { PolicyFeedStore } from './feed-store.ts';
import { policyLimits } from './limits.ts';

/** How far a change has come at the key servers, and how long that took. */
export interface PolicyChange {
  readonly policy: Policy;
  readonly spread: FeedSpread;
  readonly quorumMs: number | undefined;
  readonly completeMs: number | undefined;
}

/** Who may do what: read and changed under the same policy that it is. */
export interface PolicyService {
  /** The list that applies at `path`. @throws POLICY_NOT_FOUND, POLICY_FORBIDDEN */
  acl(caller: Principal, path: string): Promise<Policy>;
  /** Give rights; replaces what the list said of the same `who`. Waits for the quorum. */
  grant(
    caller: Principal,
    change: { readonly path: string; readonly entry: PolicyEntry },
    call: PolicyCall,
  ): Promise<PolicyChange>;
  /** Take all rights of `who`. Waits until no key server gives a share under the old list. */
  revoke(
    caller: Principal,
    change: { readonly path: string; readonly who: string },
    call: PolicyCall,
  ): Promise<PolicyChange>;
  /** Send to the key servers what a crash kept from them. Done at start. */
  reconcile(): Promise<void>;
}

/** Options of a change. */
export interface PolicyCall {
  readonly signal?: AbortSignal;
}

/** What it works with. */
export interface PolicyPorts {
  readonly catalog: Catalog;
  readonly feed: PolicyFeed;
  readonly store: PolicyFeedStore;
  readonly clock: Clock;
  /** Durable before the change is made. */
  readonly audit: (change: {
    readonly caller: Principal;
    readonly action: 'grant' | 'revoke';
    readonly path: string;
    readonly who: string;
    readonly rule: string;
  }) => Promise<void>;
}

/** Compose it. */
export function createPolicyService(ports: PolicyPorts): PolicyService {
  const turns = new Mutex();
  const { catalog, feed, store, clock } = ports;

  const send = async (policy: Policy): Promise<FeedPosition> => {
    const position = await feed.putPolicies([policy]);
    await store.noteSent(policy.id, policy.version);
    return position;
  };

  const change = async (
    caller: Principal,
    wanted: { path: string; who: string; action: 'grant' | 'revoke' },
    edit: (entries: readonly PolicyEntry[]) => readonly PolicyEntry[],
  ): Promise<{ policy: Policy; position: FeedPosition; startMs: number }> =>
    turns.run(async () => {
      const { policy, rule } = await policyAt(ports, caller, wanted.path);
      const entries = edit(policy.entries);
      if (entries.length > policyLimits.entriesMax) throw policyErrors.create('POLICY_TOO_LARGE');
      await ports.audit({ caller, ...wanted, rule });
      const startMs = clock.monotonicMs();
      const changed: Policy = { id: policy.id, version: policy.version + 1, entries };
      // The doors first: from here on they decide by the new list, whatever the servers do.
      await catalog.policies.put(changed);
      return { policy: changed, position: await send(changed), startMs };
    });

  const wait = async (
    made: { policy: Policy; position: FeedPosition; startMs: number },
    until: 'quorum' | 'complete',
    call: PolicyCall,
  ): Promise<PolicyChange> => {
    const elapsed = (): number => Math.round(clock.monotonicMs() - made.startMs);
    let spread = await feed.spread(made.position, { until: 'quorum', ...call });
    const quorumMs = elapsed();
    if (until === 'complete') spread = await feed.spread(made.position, { until, ...call });
    return {
      policy: made.policy,
      spread,
      quorumMs,
      completeMs: spread.complete ? elapsed() : undefined,
    };
  };

  return {
    acl: async (caller, path) => (await policyAt(ports, caller, path)).policy,
    async grant(caller, { path, entry }, call) {
      checkEntry(entry);
      const { who } = entry;
      const made = await change(caller, { path, who, action: 'grant' }, (entries) => [
        ...entries.filter((other) => other.who !== who),
        entry,
      ]);
      return wait(made, 'quorum', call);
    },
    async revoke(caller, { path, who }, call) {
      const made = await change(caller, { path, who, action: 'revoke' }, (entries) =>
        entries.filter((entry) => entry.who !== who),
      );
      return wait(made, 'complete', call);
    },
    reconcile: () =>
      turns.run(async () => {
        for (const policy of await catalog.policies.all()) {
          if ((await store.sentVersion(policy.id)) < policy.version) await send(policy);
        }
      }),
  };
}

/** The policy at a path, for a caller who may change it. Existence is hidden as everywhere. */
async function policyAt(
  ports: PolicyPorts,
  caller: Principal,
  path: string,
): Promise<{ readonly policy: Policy; readonly rule: string }> {
  const node = await ports.catalog.names.resolve(path);
  const policy =
    node?.policyId === undefined ? undefined : await ports.catalog.policies.get(node.policyId);
  if (policy === undefined) throw policyErrors.create('POLICY_NOT_FOUND');
  const right: Right = 'change-permissions';
  const decision = evaluate({ principal: caller, right, policy, nowMs: ports.clock.nowMs() });
  if (!decision.mayKnowExists) throw policyErrors.create('POLICY_NOT_FOUND');
  if (!decision.allowed) throw policyErrors.create('POLICY_FORBIDDEN');
  return { policy, rule: decision.rule };
}
