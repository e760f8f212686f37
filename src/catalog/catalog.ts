import type { SeriesFacts } from '../facts/index.ts';
import type { Deidentified } from '../flow/index.ts';
import type { Brand } from '../lib/brand.ts';
import type { ReplicaId } from '../storage/storage.ts';

export type NodeId = Brand<number, 'NodeId'>;
export type FileId = Brand<number, 'FileId'>;
export type SeriesId = Brand<number, 'SeriesId'>;

/** Immutable id of a file's content line: random, 32 lower-case hex digits. */
export type Guid = Brand<string, 'Guid'>;

/** What a collection offers to the computing side. Its recipe stays in the clinical index. */
export interface CollectionOffer {
  readonly site: string;
  readonly name: string;
  readonly delivery: 'open' | 'sealed';
  /** Names of the products that are listed; the others resolve by name. */
  readonly formats: readonly string[];
}

/**
 * A form that files have, as whoever makes them describes it: the catalog is opened with the list
 * and spells none. `.c4gh` is the sealed form of each and no product of its own.
 */
export interface CatalogProduct {
  /** What a collection lists it by, and what is behind the first dot of its files' names. */
  readonly name: string;
  /** What one file is made of: an instance, or a stack of frames. */
  readonly of: 'instance' | 'stack';
  readonly mediaType: string;
}

/** A stack of a series, as the headers of all its instances prove it. */
export interface ProvenStack {
  /** `v-<H>` with the suffixes of its kind; the stem of its files' names. */
  readonly name: string;
  /** Names of the products that it has. */
  readonly products: readonly string[];
  /**
   * `refused`: it is no volume, and all forms that it has not answer with a refusal and are not listed.
   * `pending`: nothing is known of its forms, which stay as they are.
   */
  readonly state: 'made' | 'refused' | 'pending';
}

/**
 * De-identified attributes of a series by PS3.6 keyword, and facts by name; several values joined by a
 * backslash.
 */
export type SeriesMetadata = Readonly<Record<string, string | number>>;

/** An instance that tiles several slices: each is a file of its own. */
export interface SlicedFile {
  /** `i-<H>`. */
  readonly name: string;
  readonly slices: number;
}

/** Where a series is in the tree. Names are pseudonyms (`p-<H>`, `t-<H>`, `s-<H>`). */
export interface SeriesPlace {
  readonly site: string;
  readonly collection: string;
  readonly patientName: string;
  readonly studyName: string;
  readonly seriesName: string;
}

/** A series as registration announces it; its instances are called `i-<H>`. */
export interface SeriesAnnouncement extends SeriesPlace {
  /** Whether an archive of the configuration holds it: else only what is staged can be read. */
  readonly isHeld: boolean;
  /** All instances known now. A later announcement of the series adds those it did not name. */
  readonly instanceNames: readonly string[];
  readonly metadata: Deidentified<SeriesMetadata>;
}

/**
 * What the clinical index's outbox says, in the order of its sequence. Hidden and in conflict are
 * undone by the next announcement, which brings the same names and keys back; withdrawn is for ever.
 */
export type CatalogChange =
  /** Also shows a collection that was hidden. */
  | { readonly kind: 'collection'; readonly offer: CollectionOffer }
  | { readonly kind: 'collection-hidden'; readonly site: string; readonly collection: string }
  | { readonly kind: 'series'; readonly series: SeriesAnnouncement }
  | { readonly kind: 'series-hidden'; readonly place: SeriesPlace }
  /** Archives disagree about whose it is: listed, and served to nobody. */
  | { readonly kind: 'series-conflict'; readonly place: SeriesPlace }
  | { readonly kind: 'series-withdrawn'; readonly place: SeriesPlace; readonly reason: string }
  /** Withdrawn under one name, announced under another. */
  | {
      readonly kind: 'series-reassigned';
      readonly from: SeriesPlace;
      readonly series: SeriesAnnouncement;
    };

/** An announcement that the catalog could not apply and passed over. */
export interface RefusedChange {
  readonly sequence: number;
  readonly change: CatalogChange;
  readonly code: string;
}

/** The inbox of the outbox: applied idempotently and in order. */
export interface CatalogInbox {
  /** Sequence number of the last change applied; 0 at first. */
  appliedSequence(): Promise<number>;
  /**
   * Apply changes; those at or below `appliedSequence` are skipped, a gap is CATALOG_FEED_GAP. An
   * announcement that cannot be applied is passed over and answered, so that what goes never waits
   * behind what cannot come; of a reassignment the withdrawal is applied all the same.
   */
  apply(
    changes: readonly { readonly sequence: number; readonly change: CatalogChange }[],
  ): Promise<readonly RefusedChange[]>;
}

/** A directory: root, site, collection, patient, study or series. */
export interface DirectoryNode {
  readonly kind: 'directory';
  readonly id: NodeId;
  readonly name: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** A content line of a series: one instance, or one stack in one form. */
export interface FileNode {
  readonly kind: 'file';
  readonly id: FileId;
  readonly seriesId: SeriesId;
  /** `i-<H>.dcm`, `i-<H>-<nnnn>.dcm` of one that tiles slices; `v-<H>.nii` once its stack is proven; `volume.nii` of a series whose stacks are not. */
  readonly name: string;
  readonly product: CatalogProduct;
  /** Of the stack that it shows; undefined of an instance, and of what stands for the one stack of its series. */
  readonly stackName: string | undefined;
  readonly listed: boolean;
  readonly state: 'announced' | 'published' | 'conflict' | 'withdrawn';
  /** Whether an archive of the configuration holds it. */
  readonly isHeld: boolean;
  /**
   * Why the last production refused this file (a geometry refusal, a withheld instance). Forgotten
   * after `refusalKeptMs`, when the series grows, and when another edition of the program opens the catalog.
   */
  readonly refusal: string | undefined;
  readonly delivery: 'open' | 'sealed';
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** The current version, once produced; survives eviction of its replica. */
  readonly version: FileVersion | undefined;
  /** Its newest complete replica, if one is staged. */
  readonly replica: FileReplica | undefined;
}

/** Immutable content of a file. */
export interface FileVersion {
  readonly id: number;
  /** Of the file, as the clinical side minted it. */
  readonly guid: string;
  /** Counts from 1 under one GUID. */
  readonly number: number;
  /**
   * Random, 32 lower-case hex digits; made when the production of the version began, and no other's
   * for ever. The entity tag of the plaintext.
   */
  readonly validator: string;
  /** Names the key shares at the key servers. */
  readonly keyId: string;
  readonly recipientPublicKey: Uint8Array;
  readonly plaintextSize: number;
  /** Lower-case hex of the plaintext's SHA-256. */
  readonly sha256: string;
  /** SHA-256 of each 64 KiB plaintext segment, 32 bytes each, in order. */
  readonly segmentDigests: Uint8Array;
  /** Receipt of the version statement, exact text. */
  readonly receipt: string;
  readonly createdMs: number;
}

/** One sealed production of a version. */
export interface FileReplica {
  /** Random; made when its production began, and no other's for ever. The entity tag of the sealed form. */
  readonly id: ReplicaId;
  readonly storage: string;
  readonly sealedSize: number;
  /** Lower-case hex of the SHA-256 of the sealed bytes. */
  readonly sealedSha256: string;
  /** Receipt of the production statement, exact text. */
  readonly production: string;
  readonly createdMs: number;
  /** UTC ms of the last read, at a grain of a minute. */
  readonly lastReadMs: number;
}

/** The name space. */
export interface CatalogNames {
  /** Resolve an absolute path of lower-case ASCII segments; `/` is the root. Never a `.c4gh` name. */
  resolve(path: string): Promise<DirectoryNode | FileNode | undefined>;
  /** Entries of a directory by name, after `after` in byte order: listed files and directories. */
  list(
    directory: NodeId,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly (DirectoryNode | FileNode)[]>;
  /** Everything recall needs of a series; `path` is of its directory. */
  series(id: SeriesId): Promise<SeriesNode | undefined>;
  /** All files of a series, listed or not, in name order. */
  filesOf(id: SeriesId): Promise<readonly FileNode[]>;
}

export interface SeriesNode {
  readonly id: SeriesId;
  readonly site: string;
  readonly collection: string;
  readonly patientName: string;
  readonly studyName: string;
  readonly seriesName: string;
  readonly path: string;
  readonly delivery: 'open' | 'sealed';
  readonly instanceCount: number;
  /** Archives disagree about whose it is: nothing of it is served. */
  readonly isInConflict: boolean;
}

/** What publishing writes, in one transaction, after everything it names is durable. */
export interface Publication {
  readonly fileId: FileId;
  /** A new version, or the number of an existing one that was produced again. */
  readonly version: Omit<FileVersion, 'id' | 'createdMs'> | Pick<FileVersion, 'guid' | 'number'>;
  readonly replica: Omit<FileReplica, 'createdMs' | 'lastReadMs'>;
}

/** Versions and replicas. */
export interface CatalogVersions {
  /** @throws CATALOG_FILE_GONE when the file was withdrawn, hidden or held back meanwhile; CATALOG_LOCKED */
  publish(publication: Publication): Promise<FileNode>;
  /**
   * All stacks of a series are known: their files have names and are listed if offered. What stood
   * for the one stack becomes its file; files of stacks that are not of the series any more are gone
   * until they are again. The same list again changes nothing.
   */
  stacksProven(series: SeriesId, stacks: readonly ProvenStack[]): Promise<void>;
  /**
   * Instances tile several slices each: they are listed in its place, as `i-<H>-<nnnn>` from 1, those
   * that it has now. Again changes nothing.
   */
  slicesProven(series: SeriesId, instances: readonly SlicedFile[]): Promise<void>;
  /**
   * What all headers of a series prove, and may be known with its metadata: instead of what was, until
   * the series grows. Again changes nothing.
   */
  factsProven(series: SeriesId, facts: SeriesFacts): Promise<void>;
  /** This file cannot be produced, for a reason that another try would hardly change soon. */
  refuse(file: FileId, code: string): Promise<void>;
  /** The archive gives other content than the current version: size and content are unknown again. */
  supersede(file: FileId): Promise<void>;
  touch(replica: ReplicaId, readMs: number): Promise<void>;
  /** Unpinned replicas, least recently read first. */
  evictable(limit: number): Promise<readonly FileReplica[]>;
  /** Forget a replica before its bytes are deleted. Idempotent. */
  dropReplica(replica: ReplicaId): Promise<void>;
  /** Whether the catalog knows the replica; the rest of a store is garbage of a crash. */
  knowsReplica(replica: ReplicaId): Promise<boolean>;
}

/** The job that produces replicas: a row, so that it survives a restart. */
export interface RecallRow {
  readonly id: number;
  readonly seriesId: SeriesId;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  /** Files wanted, at most one open recall per series; more are added while it is open. */
  readonly wants: readonly FileId[];
  readonly failure: string | undefined;
  readonly priority: 'interactive' | 'bulk';
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** The recall queue. */
export interface CatalogRecalls {
  /** Join the series' open recall or make one. */
  request(want: {
    readonly seriesId: SeriesId;
    readonly files: readonly FileId[];
    readonly priority: 'interactive' | 'bulk';
    /** Who asks, by his subject. */
    readonly caller: string;
  }): Promise<RecallRow>;
  /**
   * Take a queued recall, interactive first; undefined if there is none. Callers take turns: next is
   * who has the fewest running, then whose last turn is longest ago, with the oldest that he asked
   * for. It counts against him; who else asked for it has lost no turn.
   *
   * @param busyLanes what was put back into one of them is passed over
   */
  claim(busyLanes?: readonly string[]): Promise<RecallRow | undefined>;
  /** Put a claimed recall back, to wait in a lane; it costs nobody his turn. */
  putBack(id: number, lane: string): Promise<void>;
  get(id: number): Promise<RecallRow | undefined>;
  settle(
    id: number,
    outcome: { readonly state: 'done' | 'failed'; readonly failure?: string },
  ): Promise<void>;
  /** Recalls that a caller asked for and that are open, or failed since; the newest first. */
  askedBy(
    caller: string,
    asked: { readonly sinceMs: number; readonly limit: number },
  ): Promise<readonly RecallRow[]>;
  /** After a crash: running recalls are queued again. */
  requeueRunning(): Promise<number>;
}

/** A stage request (SRM PrepareToGet, Tape stage) with its pins. */
export interface StageRow {
  readonly token: string;
  readonly caller: string;
  readonly expiresMs: number;
  readonly files: readonly {
    /** As asked, with `.c4gh` where asked. */
    readonly path: string;
    /** Undefined where no file was found for the caller; then `failure` says why. */
    readonly fileId: FileId | undefined;
    readonly released: boolean;
    readonly failure: string | undefined;
  }[];
}

/** Stage requests and pins; a file pinned by an unexpired, unreleased row is not evicted. */
export interface CatalogStages {
  create(row: StageRow): Promise<void>;
  get(token: string): Promise<StageRow | undefined>;
  release(token: string, paths: readonly string[] | undefined): Promise<void>;
  fail(token: string, file: FileId, code: string): Promise<void>;
  /** Pins held by a caller now, to bound them. */
  pinCount(caller: string): Promise<number>;
  removeExpired(nowMs: number): Promise<number>;
}

/** A place in the tree of a collection, by its names. The stem is that of an entry in all its forms. */
export interface EntryPlace {
  readonly collection: string;
  readonly subject?: string;
  readonly study?: string;
  readonly series?: string;
  readonly stem?: string;
}

/** How it is with all keys at a place, and why; undefined where it is not so. */
export interface PlaceTold {
  readonly place: EntryPlace;
  /** Nobody may have them for now. */
  readonly hidden: string | undefined;
  /** As an operator said. */
  readonly locked: string | undefined;
  /** Their shares are to be erased, for ever. */
  readonly destroyed: string | undefined;
}

/** What the key servers have still to be told. A later change of the same has another `id`. */
export type KeyChange =
  | ({ readonly kind: 'place'; readonly id: number } & PlaceTold)
  /** No version has this key: its shares are to be erased, for ever. */
  | { readonly kind: 'unused'; readonly id: number; readonly keyId: string };

/** What was hidden, locked, shown or withdrawn, until the key servers know. Survives a restart. */
export interface CatalogKeyChanges {
  /** The oldest changes that the key servers were not told of. */
  pending(limit: number): Promise<readonly KeyChange[]>;
  /** They were told of these; a change that came since stays pending. */
  told(changes: readonly KeyChange[]): Promise<void>;
  /** Keys of what was not published in the end: nobody shall ever use those of no version. */
  destroyUnused(keyIds: readonly string[]): Promise<void>;
  /**
   * What the key servers were told is so here too, but of what is still to be told: this catalog may have been
   * restored from before it was told. Takes nothing back.
   */
  restore(site: string, places: readonly PlaceTold[]): Promise<void>;
}

/** A lock of an operator. */
export interface LockRow {
  readonly path: string;
  /** The file that is locked; undefined of a directory. */
  readonly fileId: FileId | undefined;
  /** The operator's words, for operators. */
  readonly reason: string;
  /** Principal subject of who set it last. */
  readonly by: string;
  readonly sinceMs: number;
}

/**
 * What operators stopped. As with what is hidden, no path, listing, query, publication or open
 * download passes a locked entry, and its keys are changed; nothing is deleted. A lock is its own: what
 * else hides an entry, a lock further up or down among it, goes on when it is cleared.
 */
export interface CatalogLocks {
  /** How often something was locked or unlocked since the catalog was opened. */
  readonly changes: number;
  /**
   * Lock an entry, hidden or not. Again replaces reason and name.
   * @throws CATALOG_NODE_UNKNOWN, CATALOG_LOCKS_TOO_MANY
   */
  set(lock: {
    readonly path: string;
    readonly reason: string;
    readonly by: string;
  }): Promise<LockRow>;
  /** Clear the lock that is set exactly there; undefined if there is none. */
  clear(path: string): Promise<LockRow | undefined>;
  /** All, by path. */
  all(): Promise<readonly LockRow[]>;
  /** Whether a lock, and nothing else, keeps what is at a path from everybody. */
  covers(path: string): Promise<boolean>;
  /** Whether a lock keeps a file from everybody. */
  coversFile(file: FileId): Promise<boolean>;
}

/** One condition of a metadata filter. */
export interface MetadataCondition {
  /** PS3.6 keyword. */
  readonly keyword: string;
  readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like';
  /** `like`: `*` and `?` as in DICOM wildcards. Numbers compare as numbers where both are. */
  readonly value: string | number;
}

/** Metadata queries. */
export interface CatalogQuery {
  /**
   * Series below `under` and in one of the collections `within`, by their paths, that satisfy all conditions, by path;
   * those of one acquisition, by their place in it. `after`: the path at which the last page ended.
   */
  find(query: {
    readonly under: string;
    readonly conditions: readonly MetadataCondition[];
    readonly within: readonly string[];
    readonly after: string | undefined;
    readonly limit: number;
  }): Promise<readonly { readonly path: string; readonly metadata: SeriesMetadata }[]>;
}

/** Names, de-identified metadata, replicas and recalls. Holds nothing that identifies a patient. */
export interface Catalog {
  readonly inbox: CatalogInbox;
  readonly names: CatalogNames;
  readonly versions: CatalogVersions;
  readonly recalls: CatalogRecalls;
  readonly stages: CatalogStages;
  readonly keyChanges: CatalogKeyChanges;
  readonly locks: CatalogLocks;
  readonly query: CatalogQuery;
  close(): Promise<void>;
}
