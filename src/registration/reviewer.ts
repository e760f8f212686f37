import type { CatalogInbox } from '../catalog/catalog.ts';
import type { Log } from '../lib/log.ts';
import type { ClinicalIndex, EntriesStatus, Recipe } from '../pacs/index/index.ts';
import { formatChange, parseChange } from './change-text.ts';
import type { Collection } from './collection.ts';
import { registrationLimits } from './limits.ts';
import {
  hideLeaving,
  type ReviewPorts,
  reviewArrivals,
  reviewDepartures,
} from './review-collection.ts';
import { tellDepartures } from './tell-again.ts';
import { isTooMuch } from './too-much.ts';

/** What reviewing works with. */
export interface ReviewerPorts {
  readonly index: ClinicalIndex;
  readonly inbox: CatalogInbox;
  readonly collections: readonly Collection[];
  /** Names of the configured PACS. */
  readonly archives: readonly string[];
  /** Changes reached the catalog: whoever else must know is told. */
  readonly onFed: () => Promise<void>;
  readonly log: Log;
}

/** How a collection is, for those who run it. */
export interface CollectionStatus extends EntriesStatus {
  /** So much is to be hidden that it waits for an operator: `mdm collection apply`. */
  readonly isWaiting: boolean;
}

/**
 * Brings the catalog to what the index says: what goes first, then what comes. One caller at a time;
 * no method may run beside another.
 */
export class Reviewer {
  readonly #ports: ReviewerPorts;
  /** Archives walked since unseen values of filters were told. */
  readonly #walked = new Set<string>();
  /** Up to where each collection was looked at for what must go. */
  readonly #departed = new Map<string, number>();

  constructor(ports: ReviewerPorts) {
    this.#ports = ports;
  }

  /**
   * Review a part of what changed in all collections and feed the catalog: what is new is seen while
   * there is more, and what must go goes before each part. Answers whether that was all. Within a
   * walk (`isWhole` false) nothing is hidden for not belonging any more: how much that is shows at
   * its end.
   */
  async review({ isWhole }: { readonly isWhole: boolean }): Promise<boolean> {
    for (const collection of this.#ports.collections) await this.#depart(collection, isWhole);
    await this.feed();
    const isAll = await this.#arrive();
    await this.feed();
    return isAll;
  }

  /** Collections that are no more are hidden; those that are, reviewed and then offered. */
  async start(): Promise<void> {
    const { index, collections } = this.#ports;
    const configured = new Set(collections.map(({ offer }) => offer.name));
    for (const known of await index.offered()) {
      if (!configured.has(known.collection) && !known.isHidden) await this.#hideWhole(known);
    }
    // Before it is shown: what it must not show any more is gone from it.
    for (const collection of collections) await this.#depart(collection, true);
    await this.#offerAll();
    await this.feed();
    while (!(await this.#arrive())) await this.feed();
    await this.feed();
  }

  /** Hide what waits for an operator. Answers how many series that were. */
  async confirm(name: string): Promise<number | undefined> {
    const collection = this.#ports.collections.find(({ offer }) => offer.name === name);
    if (collection === undefined) return undefined;
    const hidden = await hideLeaving(this.#reviewOf(collection));
    await this.feed();
    return hidden;
  }

  /**
   * A walk of an archive came to its end. Once all were walked, say which values of filters no series
   * of any archive has: what the others hold is not known before.
   */
  async warnOfUnseen(archive: string): Promise<void> {
    this.#walked.add(archive);
    if (!this.#ports.archives.every((name) => this.#walked.has(name))) return;
    this.#walked.clear();
    for (const { collection, unseen } of await this.status()) {
      if (unseen.length === 0) continue;
      const settings = unseen.slice(0, registrationLimits.unseenNamedMax).join(' ');
      this.#ports.log.warn('registration.filter_matches_nothing', {
        collection,
        values: unseen.length,
        settings,
      });
    }
  }

  async status(): Promise<readonly CollectionStatus[]> {
    const { index, collections } = this.#ports;
    const all = collections.map(({ offer }) => index.entries(offer.name).status());
    return (await Promise.all(all)).map((status) => ({ ...status, isWaiting: isTooMuch(status) }));
  }

  /** Move what is in the outbox to the catalog. Idempotent; continues where it stopped. */
  async feed(): Promise<void> {
    const { index, inbox, log } = this.#ports;
    let isFed = false;
    for (;;) {
      const applied = await inbox.appliedSequence();
      if ((await index.outbox.align(applied)) === 'restarted') {
        log.warn('registration.feed_restarted', { applied });
        await tellDepartures(index);
        await this.#offerAll();
        while (!(await this.#arrive()));
      }
      const batch = await index.outbox.after(applied, registrationLimits.feedBatchChanges);
      if (batch.length === 0) break;
      isFed = true;
      const changes = batch.map(({ sequence, change }) => ({
        sequence,
        change: parseChange(change),
      }));
      for (const refused of await inbox.apply(changes)) await this.#noteRefused(refused);
    }
    if (isFed) await this.#ports.onFed();
  }

  async #noteRefused({
    sequence,
    change,
    code,
  }: Awaited<ReturnType<CatalogInbox['apply']>>[number]): Promise<void> {
    this.#ports.log.error('registration.refused_by_catalog', { sequence, code });
    if (!('series' in change)) return;
    const { collection, seriesName } = change.series;
    await this.#ports.index.entries(collection).refused(seriesName, code);
  }

  async #depart(collection: Collection, isWhole: boolean): Promise<void> {
    const ports = this.#reviewOf(collection);
    const { name } = collection.offer;
    const after = this.#departed.get(name);
    const review = await ports.entries.review(this.#recipeOf(collection), { after });
    await reviewDepartures(ports, review);
    this.#departed.set(name, review.end);
    if (!isWhole) return;
    const status = await ports.entries.status();
    if (!isTooMuch(status)) {
      const hidden = await hideLeaving(ports);
      if (hidden > 0)
        this.#ports.log.info('registration.hidden', { ...nameOf(collection), hidden });
      return;
    }
    const { studies, studiesLeaving } = status;
    const counts = { studies, studiesLeaving };
    this.#ports.log.warn('registration.hiding_waits', { ...nameOf(collection), ...counts });
  }

  /** What comes, a part of each collection. Answers whether it was all. */
  async #arrive(): Promise<boolean> {
    let isAll = true;
    for (const collection of this.#ports.collections) {
      const ports = this.#reviewOf(collection);
      const changesMax = registrationLimits.reviewSeries;
      const review = await ports.entries.review(this.#recipeOf(collection), { changesMax });
      await reviewArrivals(ports, review);
      await review.finish();
      isAll &&= review.isWhole;
    }
    return isAll;
  }

  #reviewOf(collection: Collection): ReviewPorts {
    const { index, log } = this.#ports;
    return { collection, entries: index.entries(collection.offer.name), log };
  }

  #recipeOf({ offer, filter }: Collection): Recipe {
    return { site: offer.site, filter, archives: this.#ports.archives };
  }

  async #offerAll(): Promise<void> {
    for (const { offer } of this.#ports.collections) {
      const change = formatChange({ kind: 'collection', offer });
      const known = { site: offer.site, collection: offer.name, isHidden: false };
      await this.#ports.index.offer(known, change);
    }
  }

  async #hideWhole({ site, collection }: { site: string; collection: string }): Promise<void> {
    const change = formatChange({ kind: 'collection-hidden', site, collection });
    await this.#ports.index.offer({ site, collection, isHidden: true }, change);
    this.#ports.log.warn('registration.collection_hidden', { collection });
  }
}

const nameOf = ({ offer }: Collection) => ({ collection: offer.name });
