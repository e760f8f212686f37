import type { Identified } from '../index.ts';
import { openBox } from '../internal/box.ts';

/** Look at identified data. Importers: `pacs` and `deid`. */
export function reveal<T>(box: Identified<T>): T {
  return openBox(box);
}
