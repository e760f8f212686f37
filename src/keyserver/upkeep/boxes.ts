import {
  openShareBox,
  type ShareBox,
  sealShareBox,
  toBase64Url,
  type VerifiedOrder,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { peerOf } from './read-order.ts';

/** What a box holds, opened. */
export interface OpenedBox {
  readonly from: string;
  /** A value for each key of the order. Secret. */
  readonly values: readonly Uint8Array[];
  readonly keys: ShareBox['keys'];
}

/** Seal values for another server, or for this one itself; they are wiped. */
export async function sealBox(
  core: KeyServerCore,
  box: Pick<ShareBox, 'kind' | 'order' | 'to' | 'keys'> & { readonly values: Uint8Array },
): Promise<string> {
  const { name, site, signer } = core;
  const values = toBase64Url(box.values);
  box.values.fill(0);
  const words = { ...box, site, from: name, values };
  return sealShareBox(words, { signer, to: peerOf(core, box.to).boxKey });
}

/**
 * Open the boxes of all dealers of an order, in their order.
 * @param size bytes of a value
 * @throws KEYSERVER_BOX_INVALID
 */
export async function openBoxes(
  core: KeyServerCore,
  { order, digest }: VerifiedOrder,
  expected: {
    readonly kind: ShareBox['kind'];
    readonly size: number;
    readonly boxes: readonly string[];
  },
): Promise<readonly OpenedBox[]> {
  const { kind, size, boxes } = expected;
  if (boxes.length !== order.dealers.length) throw invalid('boxes');
  return Promise.all(
    order.dealers.map(async (name, at) => {
      const from = peerOf(core, name);
      const box = await openShareBox(boxes[at] ?? '', { boxKey: core.boxKey, from });
      const isOurs =
        box.site === core.site &&
        box.order === digest &&
        box.from === name &&
        box.to === core.name &&
        box.kind === kind;
      const bytes = Buffer.from(box.values, 'base64url');
      if (!isOurs || bytes.length !== size * order.keys.length) throw invalid(name);
      const values = order.keys.map((_, index) =>
        Uint8Array.from(bytes.subarray(index * size, (index + 1) * size)),
      );
      bytes.fill(0);
      return { from: name, values, keys: box.keys };
    }),
  );
}

function invalid(message: string): Error {
  return keyserverErrors.create('KEYSERVER_BOX_INVALID', { message });
}
