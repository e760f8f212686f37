import type { Principal } from '../identity/principal.ts';
import {
  isAskedFor,
  releasedOf,
  type ShareItem,
  type StoredShare,
  type WantedShare,
} from '../keys/index.ts';
import { currentShares } from './current-shares.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { appendAudit } from './store/audit-chain.ts';

/**
 * The shares that the caller may read. Of each key its row says what it is of and its policy, bound to
 * the share by the master key; all else is decided by the feed in memory. The audit record is durable
 * before anything is given. A key that is absent, destroyed, forbidden, damaged or of something else
 * than it was asked for gives the same null.
 *
 * @throws KEYSERVER_LEASE_EXPIRED
 */
export async function releaseShares(
  core: KeyServerCore,
  caller: Principal,
  keys: readonly WantedShare[],
): Promise<readonly ShareItem[]> {
  core.lease.check();
  const asked = new Map(keys.map(({ keyId, of }) => [keyId, of]));
  const wanted = [...asked.keys()];
  if (wanted.length === 0) return [];
  const mayHave = ({ key }: StoredShare): boolean => {
    const of = asked.get(key.keyId);
    const isAsked = of !== undefined && isAskedFor(of, key.of);
    return isAsked && core.feed.state.allows(caller, key, core.clock.nowMs());
  };
  const shares = await core.db.transaction(async (tx) => {
    const current = await currentShares(core, wanted, tx);
    const allowed = new Map([...current].filter(([, { share }]) => mayHave(share)));
    const released = wanted.filter((keyId) => allowed.has(keyId));
    const refused = wanted.filter((keyId) => !allowed.has(keyId));
    const { subject, method } = caller;
    const event = { kind: 'shares', subject, method, released, refused } as const;
    await appendAudit(tx, event, core.clock.nowMs());
    return allowed;
  });
  // The lease may have run out while this waited for its turn, and the feed have said no meanwhile.
  core.lease.check();
  return wanted.map((keyId) => {
    const { share, earlier } = shares.get(keyId) ?? {};
    if (share === undefined || !mayHave(share)) return { keyId, record: null };
    const item = { keyId, record: releasedOf(share) };
    return earlier === undefined ? item : { ...item, earlier: releasedOf(earlier) };
  });
}
