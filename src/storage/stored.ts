import type { Sealed } from '../flow/index.ts';
import { restoreSealed } from '../flow/mint/restored-sealed.ts';

/** Bytes read back from a store: nothing but `Sealed` bytes ever went in. */
export function asStored(bytes: Uint8Array): Sealed<Uint8Array> {
  return restoreSealed(bytes);
}
