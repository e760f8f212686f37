import type { Sealed } from '../flow/index.ts';
import { sealed } from '../flow/mint/sealed.ts';

/**
 * Bytes read back from a store. They carry the brand again because nothing but `Sealed` bytes ever
 * went in: the only place outside `seal` that may say so.
 */
export function asStored(bytes: Uint8Array): Sealed<Uint8Array> {
  return sealed(bytes);
}
