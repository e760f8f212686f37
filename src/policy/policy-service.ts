import { evaluate } from '../authz/index.ts';
import type { Policy, PolicyEntry, Right } from '../authz/policy.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { FeedPolicy, FeedPosition, PolicyFeed } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { checkEntry, checkWho, isSameWho } from './check-entry.ts';
import { policyErrors } from './errors.ts';
import { policyLimits } from './limits.ts';
import { anyPolicy, policyAt } from './policy-at.ts';
import { tellKeys } from './tell-keys.ts';
import { type SpreadTimes, type StartedSpread, waitForSpread } from './wait-for-spread.ts';

/** A list, and the path it is attached to. */
export interface PlacedPolicy {
  readonly policy: Policy;
  readonly path: string;
}

/** A changed list, and how far that has come. */
export type PolicyChange = PlacedPolicy & SpreadTimes;

/** Who may do what: read and changed under the same policy that it is. */
export interface PolicyService {
  /** The list that applies at `path`. @throws POLICY_NOT_FOUND, POLICY_FORBIDDEN */
  acl(caller: Principal, path: string): Promise<PlacedPolicy>;
  /**
   * Give rights; replaces what the list said of the same `who`. Waits for the quorum, within a
   * limit. @throws POLICY_INHERITED, POLICY_NO_HOLDER, POLICY_INVALID, POLICY_TOO_LARGE
   */
  grant(
    caller: Principal,
    change: { readonly path: string; readonly entry: PolicyEntry },
    call: PolicyCall,
  ): Promise<PolicyChange>;
  /**
   * Take all rights of `who`. Waits until no key server gives a share under the old list.
   * @throws POLICY_INHERITED, POLICY_NO_HOLDER, POLICY_INVALID
   */
  revoke(
    caller: Principal,
    change: { readonly path: string; readonly who: string },
    call: PolicyCall,
  ): Promise<PolicyChange>;
  /**
   * Send to the key servers what they were not told: what was hidden, locked, shown or withdrawn. Done at
   * the start and whenever the catalog changed.
   * @returns where the feed then stands
   */
  reconcile(): Promise<FeedPosition>;
}

/** Options of a change. */
export interface PolicyCall {
  readonly signal?: AbortSignal;
}

/** What it works with. */
export interface PolicyPorts {
  readonly catalog: Catalog;
  readonly feed: PolicyFeed;
  /** A list as the key servers must see it. */
  readonly forKeyServers: (policy: Policy) => FeedPolicy;
  /** The list of it that people see and change. */
  readonly fromKeyServers: (policy: FeedPolicy) => Policy;
  readonly clock: Clock;
  /** Why no caller can ever be who an entry names; undefined when somebody can. */
  readonly neverMatches: (who: string) => string | undefined;
  /** Durable before the change is made. */
  readonly audit: (change: {
    readonly caller: Principal;
    readonly action: 'grant' | 'revoke';
    readonly path: string;
    readonly who: string;
    readonly rule: string;
  }) => Promise<void>;
}

interface Wanted {
  readonly path: string;
  readonly who: string;
  readonly action: 'grant' | 'revoke';
}

type Made = PlacedPolicy & StartedSpread;

/** Compose it. */
export function createPolicyService(ports: PolicyPorts): PolicyService {
  const turns = new Mutex();
  const { clock } = ports;
  const change = (caller: Principal, wanted: Wanted, edit: Edit): Promise<Made> =>
    turns.run(() => makeChange(ports, { caller, wanted, edit }));
  return {
    async acl(caller, path) {
      const { policy, placedAt } = await changeableAt(ports, caller, path);
      return { policy, path: placedAt };
    },
    async grant(caller, { path, entry }, call) {
      checkEntry(entry, clock.nowMs());
      const { who } = entry;
      const never = ports.neverMatches(who);
      if (never !== undefined) throw policyErrors.create('POLICY_INVALID', { message: never });
      const made = await change(caller, { path, who, action: 'grant' }, (entries) => [
        ...entries.filter((other) => !isSameWho(other.who, who)),
        entry,
      ]);
      return placed(made, await waitForSpread(ports, made, { ...call, until: 'quorum' }));
    },
    async revoke(caller, { path, who }, call) {
      checkWho(who);
      const made = await change(caller, { path, who, action: 'revoke' }, (entries) =>
        entries.filter((other) => !isSameWho(other.who, who)),
      );
      return placed(made, await waitForSpread(ports, made, { ...call, until: 'complete' }));
    },
    reconcile: () => turns.run(() => reconcile(ports)),
  };
}

async function reconcile({ catalog, feed }: PolicyPorts): Promise<FeedPosition> {
  const told = await tellKeys(catalog.keyChanges, feed);
  // Who hangs is waited for by nobody: his lease runs out.
  if (told > 0) void feed.beat();
  return (await feed.state()).position;
}

function placed({ policy, path }: PlacedPolicy, times: SpreadTimes): PolicyChange {
  return { policy, path, ...times };
}

type Edit = (entries: readonly PolicyEntry[]) => readonly PolicyEntry[];

async function makeChange(
  ports: PolicyPorts,
  asked: { readonly caller: Principal; readonly wanted: Wanted; readonly edit: Edit },
): Promise<Made> {
  const { caller, wanted, edit } = asked;
  const { clock } = ports;
  const { policy, rule, placedAt, at } = await changeableAt(ports, caller, wanted.path);
  // A list holds for all that is below it: who names a part would change more than they say.
  if (placedAt !== at) throw policyErrors.create('POLICY_INHERITED', { message: placedAt });
  const entries = edit(policy.entries);
  if (entries.length > policyLimits.entriesMax) throw policyErrors.create('POLICY_TOO_LARGE');
  if (!hasHolder(entries, clock.nowMs())) throw policyErrors.create('POLICY_NO_HOLDER');
  await ports.audit({ caller, ...wanted, path: placedAt, rule });
  const startMs = clock.monotonicMs();
  const changed: Policy = { id: policy.id, version: policy.version + 1, entries };
  // From here on the doors decide by the new list, whatever the servers do.
  const policyChange = { kind: 'policy', policy: ports.forKeyServers(changed) } as const;
  const position = await ports.feed.append([policyChange]);
  return { policy: changed, path: placedAt, position, startMs };
}

/** Whether somebody may change the list now. */
function hasHolder(entries: readonly PolicyEntry[], nowMs: number): boolean {
  return entries.some(
    ({ rights, expiresMs }) =>
      rights.includes('change-permissions') && (expiresMs === undefined || expiresMs > nowMs),
  );
}

interface Found {
  readonly policy: Policy;
  readonly rule: string;
  /** The path asked for, as the catalog writes it. */
  readonly at: string;
  /** The path that the policy is attached to. */
  readonly placedAt: string;
}

/** The policy at a path, for a caller who may change it. Existence is hidden as everywhere. */
async function changeableAt(ports: PolicyPorts, caller: Principal, path: string): Promise<Found> {
  const { catalog, clock, feed } = ports;
  const { names, locks } = catalog;
  const at = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const state = await feed.state();
  const found = policyAt(state, at);
  const list = found === undefined ? anyPolicy(state) : ports.fromKeyServers(found.policy);
  const right: Right = 'change-permissions';
  const asked = { principal: caller, right, policy: list, nowMs: clock.nowMs() };
  const decision = evaluate(asked);
  const mayKnow = decision.mayKnowExists && !state.isBanned(caller);
  // Before anything is looked for: what is absent and what may not be known take one time.
  if (found === undefined || !mayKnow) throw policyErrors.create('POLICY_NOT_FOUND');
  // What is locked keeps its list, which may have to be mended before it is unlocked.
  const isThere = (await names.resolve(at)) !== undefined || (await locks.covers(at));
  if (!isThere) throw policyErrors.create('POLICY_NOT_FOUND');
  if (!decision.allowed) throw policyErrors.create('POLICY_FORBIDDEN');
  return { policy: list, rule: decision.rule, at, placedAt: found.placedAt };
}
