import type { Identified } from '../index.ts';
import { IdentifiedBox } from '../internal/box.ts';

/** Mark what came from a PACS. Importers: `pacs`. */
export function identify<T>(value: T): Identified<T> {
  return new IdentifiedBox(value);
}
