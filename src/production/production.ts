import type { Deidentifier } from '../deid/deidentifier.ts';
import type { DataSet } from '../dicom/element/element.ts';
import type { Instance } from '../dicom/stream/instance.ts';
import type { SeriesFacts } from '../facts/index.ts';
import type { Deidentified, Identified } from '../flow/index.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';
import type { StatedFile, VerifiedVersion } from '../seal/index.ts';
import type { ReplicaId, Reservation } from '../storage/storage.ts';

/** One file to make. */
export interface ProductionTarget {
  /** The catalog's id of the file; only handed back. */
  readonly fileId: number;
  /** Name of its form in the registry of products. */
  readonly product: string;
  /** `i-<H>` of the instance it is of. */
  readonly instanceName: string | undefined;
  /** Which slice of the instance, from 0; undefined of the whole. */
  readonly slice: number | undefined;
  /** `v-<H>` of the stack it is of; undefined of a file of the one volume, whatever its name. */
  readonly stackName: string | undefined;
  /** The version this file has already: the production must give the same plaintext. */
  readonly existing: ExistingVersion | undefined;
}

/** A version that is produced again: what this side stated of it, verified by the caller. */
export interface ExistingVersion extends VerifiedVersion {
  /** Those of the statement. */
  readonly segmentDigests: Uint8Array;
}

/** What is minted beside the name of a file. */
export interface MintedFile {
  readonly guid: string;
  /** Number of the newest version that was stated; 0 before the first. */
  readonly version: number;
}

/** What the clinical index says of the files of a series, and is told of them. */
export interface FileRegister {
  /** Of the files with these names. */
  minted(fileNames: readonly string[]): Promise<ReadonlyMap<string, MintedFile>>;
  /** A version is about to be stated: no other will have its number. Durable. */
  take(fileName: string, version: number): Promise<void>;
}

/** One instance of the series as the job expects it. */
export interface ExpectedInstanceOfJob {
  readonly name: string;
  /** De-identified IMAGE-level answer; undefined where the PACS gives none. */
  readonly record: Deidentified<DataSet> | undefined;
}

/** What the source says of how much a series holds, for the receipt. */
export interface SourceStatement {
  /** Instances that it lists; null where it gives no list. */
  readonly listed: number | null;
  /** Instances that it counts; null where it states no count. */
  readonly counted: number | null;
  /** Why no count confirms the list; undefined where one does. */
  readonly unconfirmed: 'not-counted' | 'counted-fewer' | 'not-sent' | 'doubted' | undefined;
}

/** An instance on its way in, with its pseudonym. */
export interface NamedIdentifiedInstance {
  readonly name: string;
  readonly instance: Identified<Instance>;
}

/** One pass over the instances of a series. */
export interface ProductionJob {
  readonly site: string;
  readonly collection: string;
  readonly policyId: string;
  readonly seriesName: string;
  /** `t-<H>`. */
  readonly studyName: string;
  /** `p-<H>`. */
  readonly subjectName: string;
  /** Of the state that the series is in: its list of instances, and the recipe. */
  readonly stateNumber: number;
  readonly files: FileRegister;
  readonly deidentifier: Deidentifier;
  readonly targets: readonly ProductionTarget[];
  /** What must arrive for the job to be complete, in the order it was asked for. */
  readonly expected: readonly ExpectedInstanceOfJob[];
  /** What the source says of the whole series; needed where a volume is a target. */
  readonly source: SourceStatement | undefined;
  readonly instances: AsyncIterable<NamedIdentifiedInstance>;
  /** Positions of the list are found wrong: volumes are planned when all headers are known. */
  readonly headersOnly: boolean;
  /** Keys that are being deposited. Those that no published version has are for the caller to destroy. */
  readonly onKeys: (keyIds: readonly string[]) => void;
  /** A replica may be followed while it grows: its key shares are durable. */
  readonly onGrowing: (fileId: number, replica: GrowingReplica) => void;
  /** What could be followed of a file will not be it; its result comes later. */
  readonly onGivenUp: (fileId: number) => void;
  /** Sets space aside, evicting if need be. */
  readonly reserve: (bytes: number) => Promise<Reservation>;
  readonly signal: AbortSignal;
}

/** A replica that is being written. */
export interface GrowingReplica {
  readonly replicaId: ReplicaId;
  /** Of which file it is, and which version it will be. */
  readonly of: StatedFile & { readonly version: number };
  /** Of the version that it will be of, if it is completed. */
  readonly validator: string;
  readonly key: { readonly keyId: string; readonly recipientPublicKey: Uint8Array };
  readonly plaintextSize: number | undefined;
  readonly sealedSize: number | undefined;
}

/** A stack of the series. */
export interface StackOfSeries {
  /** `v-<H>` and the suffixes of its kind. */
  readonly name: string;
  /** Names of the products that it has. */
  readonly products: readonly string[];
  readonly state: StackState;
}

/**
 * `refused`: it is no volume, and forms that it has not are refused with a code. `pending`: what came may
 * have been broken on its way, so that nothing is known of its forms.
 */
export type StackState = 'made' | 'refused' | 'pending';

/** An instance that leaves slice by slice. */
export interface SlicedInstance {
  readonly name: string;
  readonly slices: number;
}

/** What a pass gives, as soon as it is durable. */
export type ProductionResult = SeriesResult | FileResult;

/** What the series turned out to hold. */
export type SeriesResult =
  /** Instances that tile several slices, each of which can be a file. Comes last. */
  | { readonly kind: 'sliced'; readonly instances: readonly SlicedInstance[] }
  /** All stacks of the series are known. Comes before what is made of them. */
  | { readonly kind: 'stacks'; readonly stacks: readonly StackOfSeries[] }
  /** What all its headers prove, nothing included. Of a pass over the whole series alone. */
  | { readonly kind: 'facts'; readonly facts: SeriesFacts };

/** What became of a target. */
export type FileResult =
  | {
      readonly kind: 'produced';
      readonly fileId: number;
      /** A number if the content is that of the existing version. */
      readonly version: ProducedVersion | Pick<ProducedVersion, 'guid' | 'number'>;
      readonly replica: ProducedReplica;
    }
  /** This file cannot be made; another try would end the same. */
  | { readonly kind: 'refused'; readonly fileId: number; readonly code: string }
  /** This file was not made this time; the others may be. */
  | { readonly kind: 'failed'; readonly fileId: number; readonly error: MdmError }
  /** The source gave another content than that of the existing version: it must become a new one. */
  | { readonly kind: 'changed'; readonly fileId: number };

export interface ProducedVersion {
  readonly guid: string;
  readonly number: number;
  /** Random; made when the production began. */
  readonly validator: string;
  readonly keyId: string;
  readonly recipientPublicKey: Uint8Array;
  readonly plaintextSize: number;
  readonly sha256: string;
  readonly segmentDigests: Uint8Array;
  readonly receipt: string;
}

export interface ProducedReplica {
  readonly id: ReplicaId;
  readonly storage: string;
  readonly sealedSize: number;
  readonly sealedSha256: string;
  readonly production: string;
}

/**
 * Makes replicas: identified instances in; sealed, stored, receipted files out. The only maker.
 *
 * Each result is yielded once its bytes, its key shares and its receipts are durable; it is for the
 * caller to publish it. The job fails as a whole (`PRODUCTION_INCOMPLETE`, `STORAGE_*`, `KEYS_*`,
 * what the instances throw) or target by target (`refused`, `failed`). Leaving early aborts what is
 * not finished; a replica that was yielded and is not wanted is for the caller to delete.
 */
export interface Production {
  produce(job: ProductionJob): AsyncIterable<ProductionResult>;
}
