import {
  type AddressedBox,
  type DealAnswer,
  type StoredKey,
  vanishingShares,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { sealBox } from './boxes.ts';
import { orderedShares } from './ordered-shares.ts';
import { type OrderFor, readOrder } from './read-order.ts';

type RecoveryOrder = OrderFor<'recovery'>['order'];

/**
 * Deal, for each key of an order, shares of a random curve that is zero at the share that is wanted: who
 * adds those of all dealers to his share hides it, and changes nothing there. Keeps nothing: what it
 * dealt itself comes back to it in a box like all others.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED
 */
export async function deal(core: KeyServerCore, statement: string): Promise<DealAnswer> {
  const { order, digest } = await readOrder(core, 'recovery', statement);
  if (!order.dealers.includes(core.name)) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const shares = await orderedShares(core, order.keys);
  const dealt = new Map(order.dealers.map((name) => [name, new Uint8Array(32 * shares.length)]));
  for (const [index, { key }] of shares.entries())
    for (const { server, y } of await dealOne(core, order, key)) {
      dealt.get(server)?.set(y, 32 * index);
      y.fill(0);
    }
  const keyIds = order.keys.map(({ keyId }) => keyId);
  const event = { kind: 'upkeep', step: 'dealt', order: digest, keyIds } as const;
  await core.db.transaction((tx) => appendAudit(tx, event, core.clock.nowMs()));
  const boxes = [...dealt].map(async ([to, values]): Promise<AddressedBox> => {
    const box = await sealBox(core, { kind: 'deal', order: digest, to, values, keys: null });
    return { to, box };
  });
  return { boxes: await Promise.all(boxes) };
}

async function dealOne(core: KeyServerCore, order: RecoveryOrder, key: StoredKey) {
  const { at, holders } = partiesOf(order, key);
  const { threshold } = key;
  const xs = holders.map(({ x }) => x);
  const { random } = core;
  const shares = await vanishingShares({ at, threshold }, { xs, size: 32, random });
  return shares.map(({ y }, index) => ({ server: order.dealers[index] ?? '', y }));
}

/**
 * Where the curves of an order are zero, and who gets shares of them, as the order names them.
 * @throws KEYSERVER_ORDER_OUTDATED when they are not of this key, or too few or too many
 */
export function partiesOf({ target, dealers }: RecoveryOrder, key: StoredKey) {
  const holderOf = (name: string) => {
    const holder = key.holders.find(({ server }) => server === name);
    if (holder === undefined) throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED');
    return holder;
  };
  const isShort = dealers.length !== key.threshold || dealers.includes(target);
  if (isShort) throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED');
  return { at: holderOf(target).x, holders: dealers.map(holderOf) };
}
