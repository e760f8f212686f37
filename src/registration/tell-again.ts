import type { CatalogChangeText, ClinicalIndex } from '../pacs/index/index.ts';
import { formatChange } from './change-text.ts';
import { registrationLimits } from './limits.ts';

/**
 * Tell a catalog that is new, or from another time, what is not there: hidden collections, withdrawn
 * paths, hidden and held back series. It comes before all that is announced again.
 */
export async function tellDepartures(index: ClinicalIndex): Promise<void> {
  for (const { site, collection, isHidden } of await index.offered()) {
    if (isHidden) {
      await index.outbox.post([formatChange({ kind: 'collection-hidden', site, collection })]);
    }
    await tellWithdrawn(index, { site, collection });
    await tellUnserved(index, { site, collection });
  }
}

interface Of {
  readonly site: string;
  readonly collection: string;
}

async function tellWithdrawn(index: ClinicalIndex, of: Of): Promise<void> {
  const page = registrationLimits.hideBatchSeries;
  for (let after = 0; ; ) {
    const rows = await index.entries(of.collection).withdrawn(after, page);
    const changes = rows.map(({ reason, patientName, studyName, seriesName }) => {
      const place = { ...of, patientName, studyName, seriesName };
      return formatChange({ kind: 'series-withdrawn', place, reason });
    });
    await index.outbox.post(changes);
    after = rows.at(-1)?.id ?? after;
    if (rows.length < page) return;
  }
}

async function tellUnserved(index: ClinicalIndex, of: Of): Promise<void> {
  const page = registrationLimits.hideBatchSeries;
  for (let after = ''; ; ) {
    const rows = await index.entries(of.collection).unserved(after, page);
    const changes = rows.map(({ state, ...names }): CatalogChangeText => {
      const place = { ...of, ...names };
      return formatChange({ kind: `series-${state}`, place });
    });
    await index.outbox.post(changes);
    after = rows.at(-1)?.seriesName ?? after;
    if (rows.length < page) return;
  }
}
