import {
  type AddressedBox,
  type DealAnswer,
  dealtSize,
  type Holder,
  type StoredKey,
  type StoredShare,
  shareSize,
  type UpkeepOrder,
  type Vanishing,
  vanishingShares,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { sealBox } from './boxes.ts';
import { refreshParties } from './holders.ts';
import { orderedShares } from './ordered-shares.ts';
import { type OrderFor, readOrder } from './read-order.ts';

/** What is dealt under an order: to whom, of which curves. */
interface Deal {
  readonly to: readonly string[];
  /** Bytes for each key. */
  readonly size: number;
  readonly curves: readonly (Vanishing & { readonly xs: readonly number[] })[];
}

/**
 * Deal, for each key of an order, shares of a random curve. To make a share that is missing the curve is
 * zero there: who adds those of all dealers to his share hides it, and changes nothing at that place. To
 * make all anew it is zero at the secret. Keeps nothing: what it dealt itself comes back in a box, too.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED
 */
export async function deal(core: KeyServerCore, statement: string): Promise<DealAnswer> {
  const { order, digest } = await readOrder(core, statement);
  if (!order.dealers.includes(core.name)) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const { to, size, curves } = await dealOf(core, order);
  const dealt = to.map(() => new Uint8Array(size * curves.length));
  for (const [index, { xs, ...curve }] of curves.entries()) {
    const shares = await vanishingShares(curve, { xs, size, random: core.random });
    for (const [at, { y }] of shares.entries()) {
      dealt[at]?.set(y, size * index);
      y.fill(0);
    }
  }
  const keyIds = order.keys.map(({ keyId }) => keyId);
  const event = { kind: 'upkeep', step: 'dealt', order: digest, keyIds } as const;
  await core.db.transaction((tx) => appendAudit(tx, event, core.clock.nowMs()));
  const boxes = to.map(async (name, at): Promise<AddressedBox> => {
    const values = dealt[at] ?? new Uint8Array();
    const words = { kind: 'deal', order: digest, to: name, values, keys: null } as const;
    return { to: name, box: await sealBox(core, words) };
  });
  return { boxes: await Promise.all(boxes) };
}

async function dealOf(core: KeyServerCore, order: UpkeepOrder): Promise<Deal> {
  if (order.purpose === 'refresh') {
    const { shares, holders } = await refreshParties(core, order);
    const curves = shares.map(({ key }) => curveFor(key, 0, holdersOf(key, holders)));
    return { to: holders, size: dealtSize, curves };
  }
  const shares = await orderedShares(core, order.keys);
  const curves = shares.map(({ key }: StoredShare) => {
    const { at, holders } = partiesOf(order, key);
    return curveFor(key, at, holders);
  });
  return { to: order.dealers, size: shareSize, curves };
}

function curveFor({ threshold }: StoredKey, at: number, holders: readonly Holder[]) {
  return { at, threshold, xs: holders.map(({ x }) => x) };
}

/** @throws KEYSERVER_ORDER_OUTDATED when one of them has no share of the key */
function holdersOf(key: StoredKey, names: readonly string[]): readonly Holder[] {
  return names.map((name) => {
    const holder = key.holders.find(({ server }) => server === name);
    if (holder === undefined) throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED');
    return holder;
  });
}

/**
 * Where the share is that an order wants made, and who makes it.
 * @throws KEYSERVER_ORDER_OUTDATED when they are not of this key, or too few or too many
 */
export function partiesOf(
  { target, dealers }: OrderFor<'recovery'>['order'],
  key: StoredKey,
): { readonly at: number; readonly holders: readonly Holder[] } {
  const [wanted, ...holders] = holdersOf(key, [target, ...dealers]);
  const isShort = dealers.length !== key.threshold || dealers.includes(target);
  if (isShort || wanted === undefined) throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED');
  return { at: wanted.x, holders };
}
