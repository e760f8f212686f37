import {
  type Peer,
  type UpkeepOrder,
  type VerifiedOrder,
  verifyUpkeepOrder,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { keyserverLimits } from '../limits.ts';

/** An order for one purpose. */
export interface OrderFor<Purpose extends UpkeepOrder['purpose']> extends VerifiedOrder {
  readonly order: Extract<UpkeepOrder, { readonly purpose: Purpose }>;
}

/**
 * An order of our gateway, of now, among servers that are enrolled here.
 * @throws KEYSERVER_NOT_ADDRESSED, KEYSERVER_ORDER_STALE, KEYSERVER_PEER_UNKNOWN, and what the verifier throws
 */
export async function readOrder(core: KeyServerCore, statement: string): Promise<VerifiedOrder> {
  const verified = await verifyUpkeepOrder(statement, core.feedKeys);
  const { site, timeMs, dealers, target } = verified.order;
  if (site !== core.site) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  checkAge(core, timeMs);
  for (const name of target === null ? dealers : [...dealers, target]) peerOf(core, name);
  return verified;
}

/** @throws as `readOrder`, and KEYSERVER_REQUEST_INVALID when it is for something else */
export async function readOrderFor<Purpose extends UpkeepOrder['purpose']>(
  core: KeyServerCore,
  purpose: Purpose,
  statement: string,
): Promise<OrderFor<Purpose>> {
  const verified = await readOrder(core, statement);
  if (isFor(verified, purpose)) return verified;
  throw keyserverErrors.create('KEYSERVER_REQUEST_INVALID', { message: 'purpose' });
}

function isFor<Purpose extends UpkeepOrder['purpose']>(
  verified: VerifiedOrder,
  purpose: Purpose,
): verified is OrderFor<Purpose> {
  return verified.order.purpose === purpose;
}

/** @throws KEYSERVER_PEER_UNKNOWN */
export function peerOf({ peers }: KeyServerCore, name: string): Peer {
  const peer = peers.get(name);
  if (peer === undefined) throw keyserverErrors.create('KEYSERVER_PEER_UNKNOWN', { message: name });
  return peer;
}

/** @throws KEYSERVER_ORDER_STALE */
export function checkAge({ clock }: KeyServerCore, timeMs: number): void {
  if (Math.abs(clock.nowMs() - timeMs) > keyserverLimits.orderAgeMs)
    throw keyserverErrors.create('KEYSERVER_ORDER_STALE');
}
