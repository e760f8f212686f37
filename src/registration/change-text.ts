import type { CatalogChange, SeriesMetadata } from '../catalog/catalog.ts';
import { readDeidentified } from '../flow/index.ts';
import { restoreDeidentified } from '../flow/mint/restored-deidentified.ts';
import type { CatalogChangeText } from '../pacs/index/index.ts';

/** A change as the outbox keeps it. Only de-identified values go in. */
export function formatChange(change: CatalogChange): CatalogChangeText {
  const plain =
    'series' in change
      ? {
          ...change,
          series: { ...change.series, metadata: readDeidentified(change.series.metadata) },
        }
      : change;
  return JSON.stringify(plain) as CatalogChangeText;
}

/**
 * The change that `formatChange` wrote. The brand is given back, not made: what the outbox holds
 * was de-identified when it went in, and the index gives it back unaltered.
 */
export function parseChange(text: CatalogChangeText): CatalogChange {
  const change = JSON.parse(text) as CatalogChange;
  if (!('series' in change)) return change;
  const metadata = change.series.metadata as unknown; // reason: JSON carries the bare value
  return {
    ...change,
    series: { ...change.series, metadata: restoreDeidentified(metadata as SeriesMetadata) },
  };
}
