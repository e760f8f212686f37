import {
  isShareOf,
  keyDigestOf,
  type StoredKey,
  type StoredShare,
  type TakeAnswer,
  toBase64Url,
  type UpkeepRequest,
  valueAt,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { unwrapShare, wrapShare } from '../store/share-row.ts';
import { type OpenedBox, openBoxes } from './boxes.ts';
import { partiesOf } from './deal.ts';
import { type OrderFor, readOrder } from './read-order.ts';

/**
 * Make the shares that this server lacks, of what k others hid theirs in, and store them durably. What
 * the k say of a key must be the same, so that one honest server among them is enough; the share must be
 * the one that was committed to. A whole share that is here is never replaced.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED, KEYSERVER_BOX_INVALID
 */
export async function take(core: KeyServerCore, request: UpkeepRequest): Promise<TakeAnswer> {
  const verified = await readOrder(core, 'recovery', request.order);
  if (verified.order.target !== core.name) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const opened = await openBoxes(core, verified, {
    kind: 'blinded',
    size: 32,
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
    const rows = await tx.selectFrom('share').selectAll().where('key_id', 'in', keyIds).execute();
    const whole = new Set(rows.filter((row) => isWhole(core, row)).map((row) => row.key_id));
    const { state } = core.feed;
    const lacking = made.filter(({ key }) => !whole.has(key.keyId) && !state.isDestroyed(key));
    for (const share of lacking) {
      const row = wrapShare(share, core.masterKey);
      await tx
        .insertInto('share')
        .values(row)
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet(row))
        .execute();
    }
    const stored = lacking.map(({ key }) => key.keyId);
    const event = { kind: 'upkeep', step: 'recovered', order: digest, keyIds: stored } as const;
    await appendAudit(tx, event, core.clock.nowMs());
    return stored;
  });
}

function isWhole(core: KeyServerCore, row: Parameters<typeof unwrapShare>[0]): boolean {
  try {
    unwrapShare(row, core.masterKey);
    return true;
  } catch {
    return false;
  }
}
