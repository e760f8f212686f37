import type { Principal } from '../identity/principal.ts';
import { isOwnKeyOf, isShareOf, keysLimits, type StoredShare } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { storeShares } from './store-shares.ts';

/**
 * Store shares of keys of the caller's own, each under its own id and policy, as many as one owner may
 * have. Who may read them is for the feed to say: until it has the policy, nobody.
 *
 * @throws KEYSERVER_NOT_OWNER, KEYSERVER_REQUEST_INVALID, KEYSERVER_OWNER_FULL, KEYSERVER_SHARE_CONFLICT, KEYSERVER_KEY_DESTROYED
 */
export async function acceptOwnDeposit(
  core: KeyServerCore,
  caller: Principal,
  records: readonly StoredShare[],
): Promise<void> {
  const { subject, method } = caller;
  const owner = `user:${subject}`;
  const areHis = records.every((record) => isOwnKeyOf(owner, record));
  if (!areHis || core.feed.state.isBanned(caller))
    throw keyserverErrors.create('KEYSERVER_NOT_OWNER');
  // Else this server would be blamed for what its owner made wrong.
  if (!records.every((record) => isShareOf(core.name, record)))
    throw keyserverErrors.create('KEYSERVER_REQUEST_INVALID', {
      message: 'not the share of this server',
    });
  await storeShares(core, records, { kind: 'deposit', subject, method }, async (tx, more) => {
    const { count } = await tx
      .selectFrom('share')
      .select((of) => of.fn.count<number>('key_id').distinct().as('count'))
      .where('owner', '=', owner)
      .executeTakeFirstOrThrow();
    if (count + more > keysLimits.keysPerOwnerMax)
      throw keyserverErrors.create('KEYSERVER_OWNER_FULL');
  });
}
