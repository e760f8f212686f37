import type { DataSet } from '../dicom/element/element.ts';
import type { Instance } from '../dicom/stream/instance.ts';
import type { Identified } from '../flow/index.ts';

/** What a PACS was found to do; learnt by `probe`, never assumed. */
export interface PacsCapabilities {
  readonly retrieveMethods: readonly ('C-GET' | 'C-MOVE')[];
  /** Whether a C-FIND at IMAGE level is supported. */
  readonly imageLevelFind: boolean;
  /** Round trip of a C-ECHO in milliseconds. */
  readonly echoMs: number;
}

/** Query/Retrieve levels of the Study Root model. @standard PS3.4 §C.6.2 */
export type QueryLevel = 'STUDY' | 'SERIES' | 'IMAGE';

/** A C-FIND: matching keys with values, return keys with empty values. */
export interface PacsQuery {
  readonly level: QueryLevel;
  readonly keys: DataSet;
}

/** A series at a PACS. */
export interface SeriesRef {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** One instance as the IMAGE level lists it. */
export interface ExpectedInstance {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string | undefined;
  /** The C-FIND answer itself: position, orientation, rows, columns where the PACS returns them. */
  readonly record: DataSet;
}

/** What a PACS says that a series holds; it need not say anything. */
export interface ExpectedSeries {
  /** The IMAGE-level list; undefined where the PACS gives none. */
  readonly list: ExpectedList | undefined;
  /** NumberOfSeriesRelatedInstances; undefined where the PACS states none that is a count. */
  readonly counted: number | undefined;
}

export interface ExpectedList {
  /** Each once. */
  readonly instances: readonly ExpectedInstance[];
  /** Answers without a proper UID: what they are of cannot be asked for, so the list is not whole. */
  readonly unusable: number;
}

/** One retrieve: at most 100 instances of a series in the order wanted, or all of it if none is named. */
export interface RetrieveUnit {
  readonly series: SeriesRef;
  /** Empty: the whole series. */
  readonly sopInstanceUids: readonly string[];
  /** SOP classes to propose presentation contexts for; from the query. */
  readonly sopClassUids: readonly string[];
  /** The SOP class of each instance by its UID, where it is known: another is refused. */
  readonly sopClassUidOf?: ReadonlyMap<string, string>;
}

/** What may stop a call early. C-CANCEL where the service has it, else A-ABORT. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Who waits; `interactive` if left out. Interactive work goes before bulk work. */
  readonly priority?: 'interactive' | 'bulk';
}

/**
 * A DICOM archive that we read and never write.
 *
 * Everything it gives is `Identified`. Every call holds a permit of the guard while it has an
 * association open. Failures are MdmErrors: `PACS_UNREACHABLE`, `PACS_REJECTED`, `PACS_AE_TITLE_UNKNOWN`, `PACS_TIMEOUT`,
 * `PACS_QUERY_FAILED`, `PACS_QUERY_REFUSED`, `PACS_QUERY_TOO_LARGE`, `PACS_RETRIEVE_FAILED`,
 * `PACS_RETRIEVE_REFUSED`, `PACS_TRANSFER_SYNTAX`, `PACS_INSTANCE_WRONG`, `PACS_CONTENT_CONFLICT`,
 * `PACS_ORIGINATOR_MISSING`, `PACS_NO_METHOD`, `PACS_CIRCUIT_OPEN`, `PACS_BUSY`.
 */
export interface PacsSource {
  readonly name: string;
  /** Learn what the PACS can do. */
  probe(options: CallOptions): Promise<PacsCapabilities>;
  /** The association is over before the first answer is given, so that a reader may ask on. */
  find(query: Identified<PacsQuery>, options: CallOptions): AsyncIterable<Identified<DataSet>>;
  /**
   * The IMAGE-level list and the count the PACS states, as it says them now. `withShapes` asks for what the
   * size of each image follows from too, which costs some archives more.
   */
  expected(
    series: Identified<SeriesRef>,
    options: CallOptions & { readonly withShapes?: boolean },
  ): Promise<Identified<ExpectedSeries>>;
  /**
   * Fetch instances, each read to its end before the next. Ends when the PACS says the retrieve is
   * over; whether all came is for the caller to judge by what it holds, never by the PACS's counters.
   */
  retrieve(
    unit: Identified<RetrieveUnit>,
    options: CallOptions,
  ): AsyncIterable<Identified<Instance>>;
  close(): Promise<void>;
}
