import type { CatalogInbox } from '../catalog/catalog.ts';
import { derive } from '../flow/index.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import { crawl } from '../pacs/crawl.ts';
import type { ClinicalIndex, UnannouncedSeries } from '../pacs/index/index.ts';
import type { Gap } from '../pacs/lists/gap.ts';
import type { PacsSource } from '../pacs/pacs-source.ts';
import { formatChange, parseChange } from './change-text.ts';
import type { Collection } from './collection.ts';
import { type LeftOut, LeftOutCounts } from './left-out.ts';
import { registrationLimits } from './limits.ts';
import { seriesMetadataOf } from './series-metadata.ts';
import { seriesNamesOf } from './series-names.ts';

/** What a crawl did. */
export interface CrawlReport {
  readonly seriesFound: number;
  readonly seriesNew: number;
  readonly seriesChanged: number;
  /** What was left out, or may have been, by reason: nothing, if the walk is complete. */
  readonly leftOut: readonly LeftOut[];
}

type SeriesCounts = { -readonly [Name in keyof Omit<CrawlReport, 'leftOut'>]: number };

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
  readonly clock: Clock;
  readonly log: Log;
}): Registration {
  const { index, inbox, collections, clock, log } = options;

  const announceAll = async (): Promise<void> => {
    for (const collection of collections) {
      for await (const series of index.unannounced(collection.offer.name, collection.filter)) {
        const outcome = await announce(index, collection, series);
        if (outcome === 'withdrawn') {
          log.warn('registration.reassigned', { collection: collection.offer.name });
        }
      }
    }
  };

  const postOffers = async (): Promise<void> => {
    for (const { offer } of collections) {
      await index.post(formatChange({ kind: 'collection', offer }));
    }
  };

  const feed = async (): Promise<void> => {
    for (;;) {
      const applied = await inbox.appliedSequence();
      if ((await index.align(applied)) === 'restarted') {
        log.warn('registration.feed_restarted', { applied });
        await postOffers();
        await announceAll();
      }
      const batch = await index.outbox(applied, registrationLimits.feedBatchChanges);
      if (batch.length === 0) return;
      await inbox.apply(
        batch.map(({ sequence, change }) => ({ sequence, change: parseChange(change) })),
      );
    }
  };

  const walk = async (
    source: PacsSource,
    call: { readonly signal?: AbortSignal },
    { report, leftOut }: { readonly report: SeriesCounts; readonly leftOut: LeftOutCounts },
  ): Promise<void> => {
    const onGap = (gap: Gap): void => leftOut.add(gap);
    const options = { ...call, priority: 'bulk', memory: index.lists, clock, onGap } as const;
    for await (const found of crawl(source, options)) {
      report.seriesFound += 1;
      try {
        const outcome = await index.record(source.name, found);
        if (outcome === 'new') report.seriesNew += 1;
        if (outcome === 'changed') report.seriesChanged += 1;
      } catch (error) {
        if (codeOf(error) !== 'INDEX_RECORD_INVALID') throw error;
        leftOut.add({ reason: 'record-invalid', level: 'SERIES', count: 1 });
      }
    }
  };

  return {
    async offerCollections() {
      await postOffers();
      await feed();
    },
    async crawl(source, call) {
      const report = { seriesFound: 0, seriesNew: 0, seriesChanged: 0 };
      const leftOut = new LeftOutCounts();
      const failure = await walk(source, call, { report, leftOut }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      // What was recorded before a failure is announced; a walk that is stopped leaves it to the next.
      call.signal?.throwIfAborted();
      await announceAll();
      await feed();
      const rows = leftOut.rows();
      for (const row of rows) log.warn('registration.left_out', { pacs: source.name, ...row });
      log.info('registration.crawled', {
        pacs: source.name,
        ...report,
        leftOut: rows.reduce((sum, { count }) => sum + count, 0),
        complete: failure === undefined && rows.length === 0,
      });
      if (failure !== undefined) throw failure.error;
      return { ...report, leftOut: rows };
    },
    feed,
  };
}

/**
 * Announce a series as it is now. One that came to another patient is withdrawn: what was published
 * of it stands under the wrong name.
 */
async function announce(
  index: ClinicalIndex,
  collection: Collection,
  series: UnannouncedSeries,
): Promise<'announced' | 'withdrawn'> {
  const { offer } = collection;
  const names = seriesNamesOf(collection.pseudonyms, series.identities);
  const { formerSubjectName } = series;
  if (formerSubjectName !== undefined && formerSubjectName !== names.patientName) {
    const { site, name } = offer;
    const { seriesName } = names;
    const change = formatChange({
      kind: 'series-withdrawn',
      site,
      collection: name,
      seriesName,
      reason: 'reassigned',
    });
    await index.announce({ collection: name, series, names, change });
    return 'withdrawn';
  }
  const metadata = derive(collection.deidentifier.metadata(series.record), seriesMetadataOf);
  const change = formatChange({
    kind: 'series',
    series: { site: offer.site, collection: offer.name, ...names, metadata },
  });
  await index.announce({ collection: offer.name, series, names, change });
  return 'announced';
}
