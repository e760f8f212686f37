import type { Deidentified } from '../index.ts';
import { DeidentifiedBox } from '../internal/box.ts';

/** Declare that a value went through the profile. Importers: `deid`. */
export function deidentified<T>(value: T): Deidentified<T> {
  return new DeidentifiedBox(value);
}
