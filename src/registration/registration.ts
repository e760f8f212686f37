import type { CatalogInbox } from '../catalog/catalog.ts';
import { derive } from '../flow/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import { crawl } from '../pacs/crawl.ts';
import type { ClinicalIndex, UnannouncedSeries } from '../pacs/index/index.ts';
import type { PacsSource } from '../pacs/pacs-source.ts';
import { formatChange, parseChange } from './change-text.ts';
import type { Collection } from './collection.ts';
import { registrationLimits } from './limits.ts';
import { seriesMetadataOf } from './series-metadata.ts';
import { seriesNamesOf } from './series-names.ts';

/** What a crawl did. */
export interface CrawlReport {
  readonly seriesFound: number;
  readonly seriesNew: number;
  readonly seriesChanged: number;
  /** Series whose query answers could not be used. */
  readonly seriesSkipped: number;
}

/** The metadata road: what a PACS holds becomes catalog entries. Fetches no image. */
export interface Registration {
  /** Tell the catalog of all collections; done at start and when they change. */
  offerCollections(): Promise<void>;
  /** Walk a PACS, then announce what is new to every collection, then feed the catalog. */
  crawl(source: PacsSource, options: { readonly signal?: AbortSignal }): Promise<CrawlReport>;
  /** Move what is in the outbox to the catalog. Idempotent; continues where it stopped. */
  feed(): Promise<void>;
}

/** Compose the metadata road. */
export function createRegistration(options: {
  readonly index: ClinicalIndex;
  readonly inbox: CatalogInbox;
  readonly collections: readonly Collection[];
  readonly log: Log;
}): Registration {
  const { index, inbox, collections, log } = options;

  const announceAll = async (): Promise<void> => {
    for (const collection of collections) {
      for await (const series of index.unannounced(collection.offer.name, collection.filter)) {
        await announce(index, collection, series);
      }
    }
  };

  const feed = async (): Promise<void> => {
    for (;;) {
      const applied = await inbox.appliedSequence();
      const batch = await index.outbox(applied, registrationLimits.feedBatchChanges);
      if (batch.length === 0) return;
      await inbox.apply(
        batch.map(({ sequence, change }) => ({ sequence, change: parseChange(change) })),
      );
    }
  };

  return {
    async offerCollections() {
      for (const { offer } of collections) {
        await index.post(formatChange({ kind: 'collection', offer }));
      }
      await feed();
    },
    async crawl(source, call) {
      const report = { seriesFound: 0, seriesNew: 0, seriesChanged: 0, seriesSkipped: 0 };
      for await (const found of crawl(source, { ...call, priority: 'bulk' })) {
        report.seriesFound += 1;
        try {
          const outcome = await index.record(source.name, found);
          if (outcome === 'new') report.seriesNew += 1;
          if (outcome === 'changed') report.seriesChanged += 1;
        } catch (error) {
          if (codeOf(error) !== 'INDEX_RECORD_INVALID') throw error;
          report.seriesSkipped += 1;
        }
      }
      await announceAll();
      await feed();
      log.info('registration.crawled', { pacs: source.name, ...report });
      return report;
    },
    feed,
  };
}

async function announce(
  index: ClinicalIndex,
  collection: Collection,
  series: UnannouncedSeries,
): Promise<void> {
  const { offer } = collection;
  const names = seriesNamesOf(collection.pseudonyms, series.identities);
  const metadata = derive(collection.deidentifier.metadata(series.record), seriesMetadataOf);
  const change = formatChange({
    kind: 'series',
    series: { site: offer.site, collection: offer.name, ...names, metadata },
  });
  await index.announce({ collection: offer.name, series, names, change });
}
