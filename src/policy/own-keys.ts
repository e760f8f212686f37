import type { PolicyEntry } from '../authz/policy.ts';
import type { Principal } from '../identity/principal.ts';
import { type FeedPolicy, isOwnKeyId, keysLimits, type PolicyFeed } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { checkEntry, checkWho, isSameWho } from './check-entry.ts';
import { policyErrors } from './errors.ts';
import { type SpreadTimes, type StartedSpread, waitForSpread } from './wait-for-spread.ts';

/** Who may have a key of somebody's own. */
export interface OwnKey {
  readonly keyId: string;
  /** As key servers and policies name him. */
  readonly owner: string;
  readonly version: number;
  readonly entries: readonly PolicyEntry[];
}

/** A changed list, and how far that has come at the key servers. */
export type OwnKeyChange = OwnKey & SpreadTimes;

/**
 * The lists of keys of users' own files. Each is of its owner alone: nobody else sees or changes it,
 * whatever it grants. They are in the feed and nowhere else. All throw POLICY_INVALID for what is no
 * id of such a key.
 */
export interface OwnKeys {
  /**
   * Take a key for the caller's own, for nobody but him; again is the same. Waits for the quorum.
   * @throws POLICY_KEY_UNKNOWN when it is another's or was destroyed, POLICY_KEYS_TOO_MANY
   */
  register(caller: Principal, keyId: string, call: OwnKeyCall): Promise<OwnKeyChange>;
  /** @throws POLICY_KEY_UNKNOWN */
  acl(caller: Principal, keyId: string): Promise<OwnKey>;
  /**
   * Replace what the list says of `who`, or take it away where no rights are given. Waits for the
   * quorum, or until no key server gives a share under the old list where that takes something away.
   * @throws POLICY_KEY_UNKNOWN, POLICY_TOO_LARGE
   */
  change(
    caller: Principal,
    change: { readonly keyId: string; readonly entry: PolicyEntry },
    call: OwnKeyCall,
  ): Promise<OwnKeyChange>;
  /**
   * Destroy it: its shares are erased, and no server ever takes or gives one again. Waits as a
   * revocation does. @throws POLICY_KEY_UNKNOWN
   */
  unregister(caller: Principal, keyId: string, call: OwnKeyCall): Promise<OwnKeyChange>;
}

/** Options of a call. */
export interface OwnKeyCall {
  readonly signal?: AbortSignal;
}

/** What it works with. */
export interface OwnKeyPorts {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
  /** Why no caller can ever be who an entry names; undefined when somebody can. */
  readonly neverMatches: (who: string) => string | undefined;
  /** Durable before the change is made. */
  readonly audit: (change: {
    readonly caller: Principal;
    readonly action: 'grant' | 'revoke' | 'key-destroy';
    readonly keyId: string;
    readonly who: string;
  }) => Promise<void>;
}

/** What the owner may do with a new key: all. */
const ownerRights: PolicyEntry['rights'] = [
  'read',
  'read-metadata',
  'write-metadata',
  'change-permissions',
  'delete',
];

/** Compose it. */
export function createOwnKeys(ports: OwnKeyPorts): OwnKeys {
  const turns = new Mutex();
  return {
    async register(caller, keyId, call) {
      const sent = await turns.run(() => register(ports, caller, keyId));
      return spreadOf(ports, sent, { ...call, until: 'quorum' });
    },
    async acl(caller, keyId) {
      return shown(await ownedBy(ports, caller, keyId));
    },
    async change(caller, { keyId, entry }, call) {
      check(ports, entry);
      const { sent, until } = await turns.run(() => change(ports, caller, { keyId, entry }));
      return spreadOf(ports, sent, { ...call, until });
    },
    async unregister(caller, keyId, call) {
      const sent = await turns.run(() => unregister(ports, caller, keyId));
      return spreadOf(ports, sent, { ...call, until: 'complete' });
    },
  };
}

type OwnPolicy = Extract<FeedPolicy, { owner: string }>;

/** A list as it is now, and the entry of the feed that says so. */
type Sent = StartedSpread & { readonly policy: OwnPolicy };

async function register(ports: OwnKeyPorts, caller: Principal, keyId: string): Promise<Sent> {
  const { clock, feed, audit } = ports;
  const startMs = clock.monotonicMs();
  const owner = ownerOf(caller);
  const state = await feed.state();
  const known = policyOf(keyId, state.policy(keyId));
  if (known?.owner === owner) return { policy: known, position: state.position, startMs };
  if (known !== undefined || state.destroyedKeys.has(keyId)) throw unknown();
  if (state.countOwned(owner) >= keysLimits.keysPerOwnerMax)
    throw policyErrors.create('POLICY_KEYS_TOO_MANY');
  await audit({ caller, action: 'grant', keyId, who: owner });
  const entries = [{ who: owner, rights: ownerRights }];
  return put(ports, { id: keyId, owner, version: 1, entries });
}

async function change(
  ports: OwnKeyPorts,
  caller: Principal,
  { keyId, entry }: { readonly keyId: string; readonly entry: PolicyEntry },
): Promise<{ readonly sent: Sent; readonly until: 'quorum' | 'complete' }> {
  const { who, rights } = entry;
  const policy = await ownedBy(ports, caller, keyId);
  const before = policy.entries.find((other) => isSameWho(other.who, who));
  const others = policy.entries.filter((other) => other !== before);
  const isTaken = rights.length === 0;
  const entries = isTaken ? others : [...others, entry];
  if (entries.length > keysLimits.entriesPerPolicyMax)
    throw policyErrors.create('POLICY_TOO_LARGE');
  await ports.audit({ caller, action: isTaken ? 'revoke' : 'grant', keyId, who });
  const sent = await put(ports, { ...policy, version: policy.version + 1, entries });
  return { sent, until: takesAway(before, entry) ? 'complete' : 'quorum' };
}

async function unregister(ports: OwnKeyPorts, caller: Principal, keyId: string): Promise<Sent> {
  const policy = await ownedBy(ports, caller, keyId);
  await ports.audit({ caller, action: 'key-destroy', keyId, who: policy.owner });
  const startMs = ports.clock.monotonicMs();
  const position = await ports.feed.append([
    { kind: 'tombstone', keyId },
    { kind: 'policy-removed', policyId: keyId },
  ]);
  return { policy: { ...policy, entries: [] }, position, startMs };
}

async function put({ feed, clock }: OwnKeyPorts, policy: OwnPolicy): Promise<Sent> {
  const startMs = clock.monotonicMs();
  return { policy, position: await feed.append([{ kind: 'policy', policy }]), startMs };
}

/** The list of a key, for its owner. Others are told that there is none. */
async function ownedBy(ports: OwnKeyPorts, caller: Principal, keyId: string): Promise<OwnPolicy> {
  const state = await ports.feed.state();
  const policy = policyOf(keyId, state.policy(keyId));
  if (policy?.owner !== ownerOf(caller)) throw unknown();
  return policy;
}

/** @throws POLICY_INVALID */
function policyOf(keyId: string, policy: FeedPolicy | undefined): OwnPolicy | undefined {
  if (!isOwnKeyId(keyId))
    throw policyErrors.create('POLICY_INVALID', { message: 'no id of a key of one’s own' });
  return policy !== undefined && 'owner' in policy ? policy : undefined;
}

function check({ clock, neverMatches }: OwnKeyPorts, entry: PolicyEntry): void {
  if (entry.rights.length === 0) return checkWho(entry.who);
  checkEntry(entry, clock.nowMs());
  const never = neverMatches(entry.who);
  if (never !== undefined) throw policyErrors.create('POLICY_INVALID', { message: never });
}

/** Whether somebody had a right, or for longer, that he has not any more. */
function takesAway(before: PolicyEntry | undefined, after: PolicyEntry): boolean {
  if (before === undefined) return false;
  const { expiresMs: until = Number.POSITIVE_INFINITY } = before;
  const isShorter = (after.expiresMs ?? Number.POSITIVE_INFINITY) < until;
  return isShorter || before.rights.some((right) => !after.rights.includes(right));
}

function ownerOf({ subject }: Principal): string {
  return `user:${subject}`;
}

async function spreadOf(
  ports: OwnKeyPorts,
  sent: Sent,
  options: OwnKeyCall & { readonly until: 'quorum' | 'complete' },
): Promise<OwnKeyChange> {
  return { ...shown(sent.policy), ...(await waitForSpread(ports, sent, options)) };
}

function shown({ id, owner, version, entries }: OwnPolicy): OwnKey {
  return { keyId: id, owner, version, entries };
}

function unknown(): Error {
  return policyErrors.create('POLICY_KEY_UNKNOWN');
}
