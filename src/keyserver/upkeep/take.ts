import {
  isShareOf,
  keyDigestOf,
  type StoredKey,
  type StoredShare,
  shareSize,
  type TakeAnswer,
  toBase64Url,
  type UpkeepRequest,
  valueAt,
} from '../../keys/index.ts';
import { type CurrentShare, currentShares } from '../current-shares.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { insertShares } from '../store/insert-shares.ts';
import { wrapShare } from '../store/share-row.ts';
import { type OpenedBox, openBoxes } from './boxes.ts';
import { partiesOf } from './deal.ts';
import { type OrderFor, readOrderFor } from './read-order.ts';

/**
 * Make the shares that this server lacks, of what k others hid theirs in, and store them durably. What
 * the k say of a key must be the same, so that one honest server among them is enough; the share must be
 * the one that was committed to. A whole share that is here is never replaced.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED, KEYSERVER_BOX_INVALID
 */
export async function take(core: KeyServerCore, request: UpkeepRequest): Promise<TakeAnswer> {
  const verified = await readOrderFor(core, 'recovery', request.order);
  if (verified.order.target !== core.name) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const opened = await openBoxes(core, verified, {
    kind: 'blinded',
    size: shareSize,
    boxes: request.boxes,
  });
  const made: StoredShare[] = [];
  const wrong: string[] = [];
  for (const [index, { keyId }] of verified.order.keys.entries()) {
    const share = await shareFrom(core, verified, { opened, index });
    if (share === undefined) wrong.push(keyId);
    else made.push(share);
  }
  for (const box of opened) for (const value of box.values) value.fill(0);
  return { stored: await store(core, verified, made), wrong };
}

/** Undefined where it is not the share that was committed to: one of the k lied. */
async function shareFrom(
  core: KeyServerCore,
  { order }: OrderFor<'recovery'>,
  { opened, index }: { readonly opened: readonly OpenedBox[]; readonly index: number },
): Promise<StoredShare | undefined> {
  const ordered = order.keys[index];
  const key = opened[0]?.keys?.[index];
  const isSame = opened.every(({ keys }) => isThat(keys?.[index], ordered));
  if (key === undefined || !isSame) return undefined;
  const { at, holders } = partiesOf(order, key);
  const shares = holders.map(({ x }, of) => ({
    x,
    y: opened[of]?.values[index] ?? new Uint8Array(),
  }));
  const y = await valueAt(shares, at);
  const share = { key, x: at, y: toBase64Url(y) };
  y.fill(0);
  return isShareOf(core.name, share) ? share : undefined;
}

function isThat(
  key: StoredKey | undefined,
  ordered: { readonly keyId: string; readonly digest: string } | undefined,
): boolean {
  return key?.keyId === ordered?.keyId && key !== undefined && keyDigestOf(key) === ordered?.digest;
}

async function store(
  core: KeyServerCore,
  { digest }: OrderFor<'recovery'>,
  made: readonly StoredShare[],
): Promise<readonly string[]> {
  if (made.length === 0) return [];
  const keyIds = made.map(({ key }) => key.keyId);
  return core.db.transaction(async (tx) => {
    const current = await currentShares(core, keyIds, tx);
    const { state } = core.feed;
    const lacking = made.filter(
      ({ key }) => isNewer(key, current.get(key.keyId)) && !state.isDestroyed(key),
    );
    const stored = lacking.map(({ key }) => key.keyId);
    const standing = { run: null, since: state.position.seq };
    const rows = lacking.map((share) => wrapShare(share, standing, core.masterKey));
    if (stored.length > 0) await tx.deleteFrom('share').where('key_id', 'in', stored).execute();
    await insertShares(tx, rows);
    const event = { kind: 'upkeep', step: 'recovered', order: digest, keyIds: stored } as const;
    await appendAudit(tx, event, core.clock.nowMs());
    return stored;
  });
}

/** What k others have of a later epoch is what counts; else a share that is here stays. */
function isNewer(key: StoredKey, current: CurrentShare | undefined): boolean {
  return current === undefined || current.share.key.epoch < key.epoch;
}
