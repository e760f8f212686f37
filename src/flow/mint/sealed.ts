import type { Sealed } from '../index.ts';
import { SealedBox } from '../internal/box.ts';

/** Declare that bytes are ciphertext. Importers: `seal`. */
export function sealed<T>(value: T): Sealed<T> {
  return new SealedBox(value);
}
