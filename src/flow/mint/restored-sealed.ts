import type { Sealed } from '../index.ts';
import { SealedBox } from '../internal/box.ts';

/** Bytes read back from where only sealed ones were put. Importers: `storage`. */
export function restoreSealed<T>(value: T): Sealed<T> {
  return new SealedBox(value);
}
