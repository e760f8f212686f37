import type { Identified } from '../flow/index.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { eachInParallel } from '../lib/streams/in-parallel.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { crawl, instanceCountOf } from '../pacs/crawl.ts';
import type { FoundSeries } from '../pacs/index/index.ts';
import type { Gap } from '../pacs/lists/gap.ts';
import type { PacsSource } from '../pacs/pacs-source.ts';
import { type LeftOut, LeftOutCounts } from './left-out.ts';
import { registrationLimits } from './limits.ts';
import { repeat } from './repeat.ts';
import { type CollectionStatus, Reviewer, type ReviewerPorts } from './reviewer.ts';

/** What a crawl did. */
export interface CrawlReport {
  readonly seriesFound: number;
  readonly seriesNew: number;
  readonly seriesChanged: number;
  /** What was left out, or may have been, by reason. */
  readonly leftOut: readonly LeftOut[];
  /** It came to its end and left nothing out. */
  readonly complete: boolean;
}

type SeriesCounts = { -readonly [Name in keyof Omit<CrawlReport, 'leftOut' | 'complete'>]: number };

/** The metadata road: what a PACS holds becomes catalog entries. Fetches no image. */
export interface Registration {
  /**
   * Tell the catalog of all collections, and of those that are no more; what does not belong to one
   * any more is hidden. Asks no PACS. Done at the start.
   */
  offerCollections(): Promise<void>;
  /** Walk a PACS; what must go of what it found goes first, then what is new is announced. */
  crawl(
    source: PacsSource,
    options: {
      readonly signal?: AbortSignal;
      /** Told what the walk found before it succeeds or fails. */
      readonly onReport?: (report: CrawlReport) => void;
    },
  ): Promise<CrawlReport>;
  /** Move what is in the outbox to the catalog. Idempotent; continues where it stopped. */
  feed(): Promise<void>;
  /**
   * Hide what is so much that it waits for an operator. Answers how many series that were;
   * undefined where there is no such collection.
   */
  applyHiding(collection: string): Promise<number | undefined>;
  /** How the collections are. */
  status(): Promise<readonly CollectionStatus[]>;
}

/** Compose the metadata road. */
export function createRegistration(
  options: ReviewerPorts & { readonly clock: Clock },
): Registration {
  const { index, clock, log } = options;
  const reviewer = new Reviewer(options);
  /** Parts of reviews, and what feeds the catalog, take turns. */
  const turns = new Mutex();

  /** Part by part, so that others have their turn between; to the end, or until it is stopped. */
  const review = async (isWhole: boolean, signal: AbortSignal | undefined): Promise<void> => {
    let isDone = await turns.run(() => reviewer.review({ isWhole }));
    while (!isDone) {
      if (signal?.aborted === true) return;
      isDone = await turns.run(() => reviewer.review({ isWhole: false }));
    }
  };

  const walk = async (
    source: PacsSource,
    call: { readonly signal?: AbortSignal },
    { report, leftOut }: { readonly report: SeriesCounts; readonly leftOut: LeftOutCounts },
  ): Promise<void> => {
    const onGap = (gap: Gap): void => leftOut.add(gap);
    const options = { ...call, priority: 'bulk', memory: index.lists, clock, onGap } as const;
    const record = async (found: Identified<FoundSeries>): Promise<void> => {
      report.seriesFound += 1;
      try {
        const outcome = await index.record(source.name, found);
        if (outcome === 'new') report.seriesNew += 1;
        if (outcome === 'changed') report.seriesChanged += 1;
      } catch (error) {
        if (codeOf(error) !== 'INDEX_RECORD_INVALID') throw error;
        leftOut.add({ reason: 'record-invalid', level: 'SERIES', count: 1 });
      }
    };
    // The archive is asked on while what it told is on its way to the disk.
    await eachInParallel(crawl(source, options), {
      count: registrationLimits.seriesAtOnce,
      weightMax: registrationLimits.instancesAtOnce,
      weigh: instanceCountOf,
      work: record,
    });
  };

  return {
    offerCollections: () => turns.run(() => reviewer.start()),
    async crawl(source, call) {
      const report = { seriesFound: 0, seriesNew: 0, seriesChanged: 0 };
      const leftOut = new LeftOutCounts();
      const within = repeat(clock, registrationLimits.reviewEveryMs, () =>
        review(false, call.signal),
      );
      const failure = await walk(source, call, { report, leftOut }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      await within.stop();
      // What was recorded before a failure is announced; a walk that is stopped leaves it to the next.
      call.signal?.throwIfAborted();
      await review(true, call.signal);
      call.signal?.throwIfAborted();
      const held = await notAnnounced(reviewer);
      if (held > 0) leftOut.add({ reason: 'not-announced', level: 'SERIES', count: held });
      if (failure === undefined) await reviewer.warnOfUnseen(source.name);
      const rows = leftOut.rows();
      const complete = failure === undefined && rows.length === 0;
      const done: CrawlReport = { ...report, leftOut: rows, complete };
      call.onReport?.(done);
      for (const { level: queryLevel, ...row } of rows) {
        log.warn('registration.left_out', { pacs: source.name, queryLevel, ...row });
      }
      log.info('registration.crawled', {
        pacs: source.name,
        ...report,
        leftOut: rows.reduce((sum, { count }) => sum + count, 0),
        complete,
      });
      if (failure !== undefined) throw failure.error;
      return done;
    },
    feed: () => turns.run(() => reviewer.feed()),
    applyHiding: (collection) => turns.run(() => reviewer.confirm(collection)),
    status: () => reviewer.status(),
  };
}

/** Series that could not be announced, or are held back, in all collections. */
async function notAnnounced(reviewer: Reviewer): Promise<number> {
  const failures = (await reviewer.status()).flatMap((collection) => collection.failures);
  return failures.reduce((sum, { series }) => sum + series, 0);
}
