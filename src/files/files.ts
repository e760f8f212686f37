import type { Principal } from '../identity/principal.ts';
import type { ByteStream } from '../lib/streams/byte-stream.ts';

/** Where the bytes of a file are. @standard SRM 2.2 §3.2 (TFileLocality) */
export type Locality =
  | 'ONLINE'
  | 'NEARLINE'
  | 'ONLINE_AND_NEARLINE'
  | 'UNAVAILABLE'
  | 'LOST'
  | 'NONE';

/** One entry as its caller may see it. */
export interface FileStat {
  /** Absolute, ASCII, `/`-separated, no empty segment, no trailing slash; the root is `/`. */
  readonly path: string;
  /** Last segment of the path; empty for the root. */
  readonly name: string;
  readonly kind: 'directory' | 'file';
  /** Bytes of this form; undefined while unknown. Exact or absent, never a guess; 0 for a directory. */
  readonly size: number | undefined;
  /**
   * Strong validator with its quotes: the same from the first byte that can be read, while the file
   * grows, and for ever; of no other content. Undefined while there is none to read.
   */
  readonly etag: string | undefined;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly locality: Locality;
  readonly contentType: string;
  /** Hex digests of exactly these bytes, where known without reading them. */
  readonly digests: Readonly<Partial<Record<'sha-256', string>>>;
  /** Why an entry cannot be read though it is listed; a documented code. */
  readonly refusal: string | undefined;
}

/** A page of a directory. Cursors derive only from what the caller sees. */
export interface FilePage {
  readonly entries: readonly FileStat[];
  /** Give it to `list` for the next page; undefined at the end. */
  readonly next: string | undefined;
}

/** A requested range before the size is known: `first..last`, `first..`, or the last `suffix` bytes. */
export type RangeRequest =
  | { readonly kind: 'from'; readonly first: number; readonly last: number | undefined }
  | { readonly kind: 'suffix'; readonly length: number };

/** An opened read. The audit record is durable before this exists. */
export interface OpenFile {
  readonly stat: FileStat;
  /** The part served; undefined for the whole file. */
  readonly range: { readonly offset: number; readonly length: number } | undefined;
  /** Exact length of `body`. */
  readonly length: number;
  /** Which key opens the sealed form; undefined for the plain one. */
  readonly key: { readonly keyId: string; readonly recipientPublicKey: Uint8Array } | undefined;
  /** Ends when all was given; throws when the recall failed: the door must destroy the connection. */
  readonly body: ByteStream;
}

/** State of one file in a stage request; the path is as asked. */
export type StagedFile = { readonly path: string } & (
  | { readonly state: 'staging' | 'released'; readonly failure?: undefined }
  | {
      readonly state: 'ready';
      readonly failure?: undefined;
      readonly size: number;
      readonly pinnedUntilMs: number;
    }
  /** `failure` is a documented code. */
  | { readonly state: 'failed'; readonly failure: string }
);

/** A stage request: asks for recalls and pins what arrives. Survives a restart. */
export interface StageRequest {
  readonly token: string;
  readonly files: readonly StagedFile[];
}

/** Options of any call that may wait. */
export interface FilesCall {
  readonly signal?: AbortSignal;
}

/**
 * The one port behind all doors: resolve, check, audit, serve.
 *
 * Failures are MdmErrors whose codes are in `files/errors.ts` or `recall/errors.ts`:
 * `FILES_NOT_FOUND` (absent or invisible, the same answer), `FILES_FORBIDDEN`,
 * `FILES_IS_A_DIRECTORY`, `FILES_NOT_A_DIRECTORY`, `FILES_RANGE_NOT_SATISFIABLE` (context `size`),
 * `FILES_PATH_INVALID`, `FILES_TOO_MANY`, `RECALL_IN_PROGRESS` (context `retryAfterSeconds`), ...
 */
export interface Files {
  stat(caller: Principal, path: string, call: FilesCall): Promise<FileStat>;
  list(
    caller: Principal,
    path: string,
    page: { readonly cursor: string | undefined; readonly limit: number } & FilesCall,
  ): Promise<FilePage>;
  /**
   * Read. Starts or joins a recall when the file is not staged, and then waits up to a limit for its
   * first bytes. `ifRange` is an entity tag: if it is not the current one the range is ignored.
   */
  open(
    caller: Principal,
    path: string,
    request: {
      readonly range: RangeRequest | undefined;
      readonly ifRange: string | undefined;
    } & FilesCall,
  ): Promise<OpenFile>;
  /** Ask for recalls of `paths` and pin them. Answers at once; `staged` tells how it goes. */
  stage(
    caller: Principal,
    paths: readonly string[],
    options: { readonly pinLifetimeSeconds: number } & FilesCall,
  ): Promise<StageRequest>;
  /** State of a stage request of the same caller. @throws FILES_STAGE_UNKNOWN */
  staged(caller: Principal, token: string, call: FilesCall): Promise<StageRequest>;
  /** Drop pins and interest; of all files when `paths` is undefined. Idempotent. */
  release(
    caller: Principal,
    token: string,
    paths: readonly string[] | undefined,
    call: FilesCall,
  ): Promise<StageRequest>;
}
