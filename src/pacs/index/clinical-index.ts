import type { DataSet } from '../../dicom/element/element.ts';
import type { Identified } from '../../flow/index.ts';
import type { ListMemory } from '../lists/list-memory.ts';
import type { Identifier } from './identifier.ts';
import type { CatalogChangeText } from './outbox.ts';
import type { RecallTarget } from './recall-target.ts';
import type { StatedFiles } from './stated-files.ts';

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

/** What a collection is made of: which series, of the archives that are configured now. */
export interface Recipe {
  readonly site: string;
  readonly filter: CollectionFilter;
  /** Names of the configured PACS. */
  readonly archives: readonly string[];
}

/** Where a series stands in a collection. Pseudonyms. */
export interface EntryNames {
  readonly patientName: string;
  readonly studyName: string;
  readonly seriesName: string;
}

/** A series in a collection, as the catalog was told. */
export interface Entry extends EntryNames {
  readonly state: 'shown' | 'hidden' | 'conflict';
  /** It was found not to belong to the collection any more, and is not hidden yet. */
  readonly isLeaving: boolean;
  /** What was announced is what there is. */
  readonly isCurrent: boolean;
}

/** A series that a collection has to look at: new, changed, or tried in vain before. */
export interface Candidate {
  /** Opaque. */
  readonly lookup: Uint8Array;
  readonly entry: Entry | undefined;
  /**
   * `conflict`: the archives that hold it disagree about whose it is. Else whether one of its
   * holdings fits the filter.
   */
  readonly standing: 'belongs' | 'foreign' | 'conflict';
  /** Whether a configured archive holds it. */
  readonly isHeld: boolean;
  /** Code of why it could not be shown when it was last tried. */
  readonly failure: string | undefined;
  /** Digest of what would be announced. Opaque. */
  readonly content: Uint8Array;
  /** Of the archive that was seen first among those that fit, under the subject of the first of all. */
  readonly holding: Identified<SeriesHolding>;
  readonly identities: SeriesIdentities;
  /** The holding's record by itself, for de-identification. */
  readonly record: Identified<DataSet>;
}

/** One look of a collection at what changed. */
export interface Review {
  /** Up to where it looks; a later one may begin after it. */
  readonly end: number;
  /** Whether it looks at all that has changed when it began. */
  readonly isWhole: boolean;
  /**
   * What changed since the last review that was finished: everything, under another recipe. A
   * whole one then looks at what failed before. `entered`: only what has an entry, or several holdings. A record that cannot be read is
   * noted as a failure and passed over.
   */
  candidates(which: 'entered' | 'all'): AsyncIterable<Candidate>;
  /** What was looked at is not looked at again. */
  finish(): Promise<void>;
}

/** How much of a collection is shown, and what is wrong with it. */
export interface EntriesStatus {
  readonly collection: string;
  /** Studies of which something is shown. */
  readonly studies: number;
  /** Studies of which something is to be hidden. */
  readonly studiesLeaving: number;
  /** Series that could not be announced, or are held back, by code. */
  readonly failures: readonly { readonly code: string; readonly series: number }[];
  /** Values of the filter that no series has, by their place: `modalities[1]`. */
  readonly unseen: readonly string[];
}

/**
 * The series of one collection: what the catalog was told, and the one way to tell it more. Each
 * call that takes a change puts it into the outbox in the transaction of what it writes.
 * @throws DB_*
 */
export interface CollectionEntries {
  /**
   * Begin a review of what was recorded up to now; what changed first, at most `changesMax`, where
   * that is given. `after`: the end of a review whose look is not repeated.
   */
  review(
    recipe: Recipe,
    part?: { readonly after?: number | undefined; readonly changesMax?: number },
  ): Promise<Review>;
  /**
   * Mint the names and enter the series, or renew it; one with an entry under another patient is
   * withdrawn under that. @throws INDEX_NAME_COLLISION, INDEX_NAME_WITHDRAWN
   */
  announce(
    candidate: Candidate,
    announcement: { readonly names: SeriesNames; readonly change: CatalogChangeText },
  ): Promise<void>;
  /** The entry goes for ever, and its path with it. */
  withdraw(
    candidate: Candidate,
    withdrawal: { readonly reason: string; readonly change: CatalogChangeText },
  ): Promise<void>;
  /** The entry is in conflict. */
  holdBack(candidate: Candidate, change: CatalogChangeText): Promise<void>;
  /** Note that an entry is to be hidden, or after all not. */
  setLeaving(candidate: Candidate, isLeaving: boolean): Promise<void>;
  /** Some of what is to be hidden. */
  leaving(limit: number): Promise<readonly EntryNames[]>;
  /** Hide these. */
  hide(entries: readonly (EntryNames & { readonly change: CatalogChangeText })[]): Promise<void>;
  /** Note that a series could not be shown; undefined: that it can. */
  setFailure(candidate: Candidate, code: string | undefined): Promise<void>;
  /** The catalog passed an announcement over: it is tried again at the next review. */
  refused(seriesName: string, code: string): Promise<void>;
  /** Entries that are `hidden` or in `conflict`, after one in the order of series names. */
  unserved(
    after: string,
    limit: number,
  ): Promise<readonly (EntryNames & { readonly state: 'hidden' | 'conflict' })[]>;
  /** Withdrawn paths, in order. */
  withdrawn(
    after: number,
    limit: number,
  ): Promise<readonly (EntryNames & { readonly id: number; readonly reason: string })[]>;
  status(): Promise<EntriesStatus>;
}

/** A collection that the catalog was told of. */
export interface OfferedCollection {
  readonly site: string;
  readonly collection: string;
  readonly isHidden: boolean;
}

/** Changes on their way to the catalog, in order. */
export interface IndexOutbox {
  /** Put changes in that concern no series. */
  post(changes: readonly CatalogChangeText[]): Promise<void>;
  /** Changes after `sequence`, in order. */
  after(
    sequence: number,
    limit: number,
  ): Promise<readonly { readonly sequence: number; readonly change: CatalogChangeText }[]>;
  /**
   * Forget the changes that the catalog applied. Where its sequence is not the one of this outbox
   * (one of the two was restored from a backup or is new) the outbox restarts after it, empty:
   * everything is to be told again, what is gone first.
   */
  align(applied: number): Promise<'continued' | 'restarted'>;
}

/** That a subject, study or series went, by its names, and why. */
export interface Departure {
  readonly subject: string;
  readonly study?: string | undefined;
  readonly series?: string | undefined;
  /** For now: `conflict`, or any other word. */
  readonly hidden: string | undefined;
  /** For ever. */
  readonly withdrawn: string | undefined;
}

/**
 * What each PACS holds, with identities: belongs to the hospital, identities encrypted at rest
 * under the hospital's key. The source of the catalog, which it feeds through the outbox.
 */
export interface ClinicalIndex {
  /** What the lists of each PACS are compared with. */
  readonly lists: ListMemory;
  readonly outbox: IndexOutbox;
  /**
   * Enter or renew what a PACS holds. Answers whether anything is new.
   * @throws INDEX_RECORD_INVALID
   */
  record(pacs: string, found: Identified<FoundSeries>): Promise<'new' | 'changed' | 'known'>;
  /** The entries of a collection. Its names were minted under one key: see `hasNames`. */
  entries(collection: string): CollectionEntries;
  /** All collections that the catalog was told of. */
  offered(): Promise<readonly OfferedCollection[]>;
  /** A collection is offered, or hidden as a whole. */
  offer(collection: OfferedCollection, change: CatalogChangeText): Promise<void>;
  /** Whether names were minted for a collection: then its key must not be replaced. */
  hasNames(collection: string): Promise<boolean>;
  /** What is minted beside the names of files. */
  readonly files: StatedFiles;
  /** Where the bytes of a series are that is shown. Undefined: none is shown under that name. */
  recallTarget(collection: string, seriesName: string): Promise<RecallTarget | undefined>;
  /** Departures that the catalog was told of, and an index that was restored may not know any more. */
  restore(collection: string, departures: readonly Departure[]): Promise<void>;
  close(): Promise<void>;
}
