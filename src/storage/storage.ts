import type { Sealed } from '../flow/index.ts';
import type { Brand } from '../lib/brand.ts';

/** Name of a replica in a store: 32 lower-case hex digits, random; never built from wire data. */
export type ReplicaId = Brand<string, 'ReplicaId'>;

/** Half-open byte range of the sealed bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** How far a replica has come. Bytes below `watermark` are complete and will not change. */
export interface ReplicaState {
  readonly watermark: number;
  readonly state: 'growing' | 'complete' | 'aborted';
}

/** Space set aside before a recall starts. */
export interface Reservation {
  /** Give back what was not used. Idempotent. */
  release(): void;
}

/** Room of a store, in bytes. */
export interface StorageSpace {
  readonly usedBytes: number;
  /** Its bound. */
  readonly limitBytes: number;
  /** What could still be set aside: within the bound, and on its disk. */
  readonly freeBytes: number;
  /** Free on its disk for anybody, of which it leaves `keptBytes` to others. Undefined where nobody can say. */
  readonly disk: { readonly freeBytes: number; readonly keptBytes: number } | undefined;
}

/** Writes one replica, front to back. */
export interface ReplicaWriter {
  readonly id: ReplicaId;
  /** Append. The bytes may be reused once the promise settles. @throws STORAGE_FULL, STORAGE_FAILED */
  write(bytes: Sealed<Uint8Array>): Promise<void>;
  /** Make all of it durable (fsync of data and of the folder), then complete. */
  commit(): Promise<{ readonly size: number }>;
  /** Followers get STORAGE_REPLICA_ABORTED; what was written is deleted. Never throws. */
  abort(): Promise<void>;
}

/**
 * Where sealed replicas rest, as chunk objects of 16 MiB.
 *
 * Takes ciphertext only. A replica is invisible to `list` until committed; leftovers of a crash are
 * removed when the store is opened.
 */
export interface Storage {
  readonly name: string;
  /**
   * Set `bytes` aside. @throws STORAGE_FULL when the store's bound or its disk leaves no room; the
   * context's `missing` says how many bytes would have to go
   */
  reserve(bytes: number): Promise<Reservation>;
  /** How much room there is, for those who watch it. */
  space(): Promise<StorageSpace>;
  create(id: ReplicaId, reservation: Reservation): Promise<ReplicaWriter>;
  /**
   * Bytes of a complete replica. A piece is the receiver's until it asks for the next.
   * @throws STORAGE_NOT_FOUND
   */
  open(
    id: ReplicaId,
    range: ByteRange,
    options: { readonly signal?: AbortSignal },
  ): AsyncIterable<Sealed<Uint8Array>>;
  /**
   * Bytes of a replica from `offset` on, waiting for more while it grows; ends when it is complete.
   * A piece is the receiver's until it asks for the next.
   * @throws STORAGE_REPLICA_ABORTED when the writer gave up: never a short end
   */
  follow(
    id: ReplicaId,
    offset: number,
    options: { readonly signal?: AbortSignal },
  ): AsyncIterable<Sealed<Uint8Array>>;
  stat(id: ReplicaId): Promise<ReplicaState | undefined>;
  /** Idempotent. */
  delete(id: ReplicaId): Promise<void>;
  /** Committed replicas with their sizes. */
  list(): AsyncIterable<{ readonly id: ReplicaId; readonly size: number }>;
}
