import type { DataSet } from '../../dicom/element/element.ts';
import type { Identified } from '../../flow/index.ts';
import type { ListMemory } from '../lists/list-memory.ts';
import type { Identifier } from './identifier.ts';
import type { CatalogChangeText } from './outbox.ts';
import type { RecallTarget } from './recall-target.ts';

/** What a crawl found of one series: the C-FIND answers at each level. */
export interface FoundSeries {
  readonly study: DataSet;
  readonly series: DataSet;
  /** IMAGE-level answers. */
  readonly instances: readonly DataSet[];
}

/** Which series belong to a collection; matched on what the PACS's query answers say. */
export interface CollectionFilter {
  /** PACS names; empty means any. The same for the others. */
  readonly pacs: readonly string[];
  readonly modalities: readonly string[];
  readonly patientIds: readonly string[];
  readonly studyInstanceUids: readonly string[];
}

/** A series as the index knows it, before it has names. */
export interface SeriesHolding {
  readonly pacs: string;
  /** Stable text of the subject record; the patient's name derives from it, never from Patient ID alone. */
  readonly subjectKey: string;
  readonly patientId: Identifier;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly instances: readonly {
    readonly sopInstanceUid: string;
    /** Optional at the IMAGE level, so not every PACS tells it. */
    readonly sopClassUid?: string | undefined;
  }[];
  /** SERIES-level answer merged over the STUDY-level one and the first IMAGE-level one. */
  readonly record: DataSet;
}

/** What a series is named after, each part by itself, for the makers of pseudonyms. */
export interface SeriesIdentities {
  readonly subjectKey: Identified<string>;
  readonly studyInstanceUid: Identified<string>;
  readonly series: Identified<Pick<SeriesHolding, 'studyInstanceUid' | 'seriesInstanceUid'>>;
  readonly instances: readonly Identified<{
    readonly seriesInstanceUid: string;
    readonly sopInstanceUid: string;
  }>[];
}

/** The pseudonyms of a series; instance names in the order of the holding's instances. */
export interface SeriesNames {
  readonly patientName: string;
  readonly studyName: string;
  readonly seriesName: string;
  readonly instanceNames: readonly string[];
}

/** A series that a collection shall show and does not show yet, or not as it is now. */
export interface UnannouncedSeries {
  readonly seriesId: number;
  /** The patient's name in the collection as announced before; undefined if never. */
  readonly formerSubjectName: string | undefined;
  readonly holding: Identified<SeriesHolding>;
  readonly identities: SeriesIdentities;
  /** The holding's record by itself, for de-identification. */
  readonly record: Identified<DataSet>;
}

/**
 * What each PACS holds, with identities: belongs to the hospital, identities encrypted at rest
 * under the hospital's key. The source of the catalog, which it feeds through the outbox.
 *
 * @throws INDEX_NAME_COLLISION (announce), INDEX_RECORD_INVALID (record), DB_*
 */
export interface ClinicalIndex {
  /** What is remembered of the lists that each PACS gave. */
  readonly lists: ListMemory;
  /** Enter or renew what a PACS holds. Answers whether anything is new. */
  record(pacs: string, found: Identified<FoundSeries>): Promise<'new' | 'changed' | 'known'>;
  /** Series that match the filter and whose content the collection has not announced, oldest first. */
  unannounced(collection: string, filter: CollectionFilter): AsyncIterable<UnannouncedSeries>;
  /** Mint the names and put the change into the outbox, in one transaction. */
  announce(announcement: {
    readonly collection: string;
    readonly series: UnannouncedSeries;
    readonly names: SeriesNames;
    readonly change: CatalogChangeText;
  }): Promise<void>;
  /** Put a change that concerns no series into the outbox. */
  post(change: CatalogChangeText): Promise<void>;
  /** Changes after `sequence`, in order. */
  outbox(
    sequence: number,
    limit: number,
  ): Promise<readonly { readonly sequence: number; readonly change: CatalogChangeText }[]>;
  /**
   * Forget the changes that the catalog applied. Where its sequence is not the one of this outbox
   * (one of the two was restored from a backup or is new) the outbox restarts after it, empty: offers
   * are to be posted again, and everything is unannounced.
   */
  align(applied: number): Promise<'continued' | 'restarted'>;
  /** Whether names were minted for a collection: then its key must not be replaced. */
  hasNames(collection: string): Promise<boolean>;
  /** Where the bytes of an announced series are. Undefined: never announced. */
  recallTarget(collection: string, seriesName: string): Promise<RecallTarget | undefined>;
  close(): Promise<void>;
}
