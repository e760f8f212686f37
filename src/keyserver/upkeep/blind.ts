import {
  addInto,
  type BlindAnswer,
  keyBytes,
  shareSize,
  type UpkeepRequest,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { openBoxes, sealBox } from './boxes.ts';
import { partiesOf } from './deal.ts';
import { orderedShares } from './ordered-shares.ts';
import { readOrderFor } from './read-order.ts';

/**
 * Hide our shares by what all dealers dealt, for the server that lacks its own: k of them give it that
 * share and nothing else. All dealers must be k of the holders, so that one of them at least is honest.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED, KEYSERVER_BOX_INVALID
 */
export async function blind(core: KeyServerCore, request: UpkeepRequest): Promise<BlindAnswer> {
  const verified = await readOrderFor(core, 'recovery', request.order);
  const { order, digest } = verified;
  if (!order.dealers.includes(core.name)) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const shares = await orderedShares(core, order.keys);
  const keys = shares.map(({ key }) => key);
  for (const key of keys) partiesOf(order, key);
  const opened = await openBoxes(core, verified, {
    kind: 'deal',
    size: shareSize,
    boxes: request.boxes,
  });
  const values = new Uint8Array(shareSize * shares.length);
  for (const [index, { y: text }] of shares.entries()) {
    const y = keyBytes(text);
    for (const { values: dealt } of opened) addInto(y, dealt[index] ?? y);
    values.set(y, shareSize * index);
    y.fill(0);
  }
  for (const box of opened) for (const value of box.values) value.fill(0);
  const { target: to } = order;
  const keyIds = keys.map(({ keyId }) => keyId);
  const event = { kind: 'upkeep', step: 'blinded', order: digest, to, keyIds } as const;
  await core.db.transaction((tx) => appendAudit(tx, event, core.clock.nowMs()));
  return { box: await sealBox(core, { kind: 'blinded', order: digest, to, values, keys }) };
}
