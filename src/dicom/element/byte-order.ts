import type { Vr } from './element.ts';
import { vrTraits } from './vr.ts';

/**
 * `value` with the other byte order: a copy, or `value` itself where byte order does not matter.
 * Bytes beyond the last whole number stay.
 *
 * @standard PS3.5 §7.3
 */
export function swapByteOrder(vr: Vr, value: Uint8Array): Uint8Array {
  const size = vrTraits[vr].unitBytes;
  if (size === 1) return value;
  const swapped = value.slice();
  for (let at = 0; at + size <= swapped.length; at += size)
    swapped.subarray(at, at + size).reverse();
  return swapped;
}
