import type { Deidentified } from '../index.ts';
import { DeidentifiedBox } from '../internal/box.ts';

/** A value read back from where only de-identified ones were put. Importers: `registration`. */
export function restoreDeidentified<T>(value: T): Deidentified<T> {
  return new DeidentifiedBox(value);
}
