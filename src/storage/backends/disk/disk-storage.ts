import type { Sealed } from '../../../flow/index.ts';
import { assert } from '../../../lib/assert.ts';
import type { Clock } from '../../../lib/clock.ts';
import { MdmError } from '../../../lib/errors/mdm-error.ts';
import { storageErrors } from '../../errors.ts';
import { Growth } from '../../growth.ts';
import type { Ledger, LedgerReservation } from '../../ledger.ts';
import type { StorageLimits } from '../../limits.ts';
import type {
  ByteRange,
  ReplicaId,
  ReplicaState,
  ReplicaWriter,
  Reservation,
  Storage,
  StorageSpace,
} from '../../storage.ts';
import { storageErrorOf } from './disk-error.ts';
import type { DiskFiles } from './disk-files.ts';
import { DiskReader, readRange } from './disk-reader.ts';
import { DiskSpace } from './disk-space.ts';
import { DiskWriter } from './disk-writer.ts';
import type { DiskLayout } from './layout.ts';

/** A committed replica, as the store remembers it. */
export interface Holding {
  readonly size: number;
  readonly chunkBytes: number;
}

/** What the store works with; `openDiskStorage` finds the holdings. */
export interface DiskStorageOptions {
  readonly name: string;
  readonly files: DiskFiles;
  readonly layout: DiskLayout;
  readonly ledger: Ledger;
  readonly limits: StorageLimits;
  readonly clock: Clock;
  readonly holdings: Map<ReplicaId, Holding>;
}

interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** Replicas as chunk files on a local disk, for one process at a time. */
export class DiskStorage implements Storage {
  readonly name: string;
  readonly #options: DiskStorageOptions;
  readonly #space: DiskSpace;
  readonly #holdings: Map<ReplicaId, Holding>;
  readonly #growing = new Map<ReplicaId, { growth: Growth; writer: DiskWriter }>();
  readonly #reservations = new WeakMap<Reservation, LedgerReservation>();
  /** Readers by replica: a replica deleted under them keeps its bytes until the last has left. */
  readonly #readers = new Map<ReplicaId, number>();
  readonly #doomed = new Map<ReplicaId, Holding>();

  constructor(options: DiskStorageOptions) {
    this.name = options.name;
    this.#options = options;
    this.#holdings = options.holdings;
    this.#space = new DiskSpace({ ...options, path: options.layout.root });
  }

  async reserve(bytes: number): Promise<Reservation> {
    await this.#space.refresh(bytes);
    const reservation = this.#options.ledger.reserve(bytes);
    this.#reservations.set(reservation, reservation);
    return reservation;
  }

  space(): Promise<StorageSpace> {
    return this.#space.state();
  }

  async create(id: ReplicaId, reservation: Reservation): Promise<ReplicaWriter> {
    const known = this.#reservations.get(reservation);
    assert(known !== undefined, 'the reservation is of this store');
    if (this.#holdings.has(id) || this.#growing.has(id) || this.#doomed.has(id))
      throw storageErrors.create('STORAGE_REPLICA_EXISTS');
    const { files, layout, limits, clock } = this.#options;
    const growth = new Growth();
    const writer = new DiskWriter({
      id,
      files,
      layout,
      chunkBytes: limits.chunkBytes,
      createdMs: clock.nowMs(),
      growth,
      reservation: known,
      settled: (outcome) => this.#settled(id, outcome),
      failed: (error) => this.#noticeFull(error),
    });
    this.#growing.set(id, { growth, writer });
    try {
      await files.makeFolder(layout.folder(id));
    } catch (error) {
      await writer.abort();
      throw this.#noticeFull(storageErrorOf(error));
    }
    return writer;
  }

  async *open(id: ReplicaId, range: ByteRange, options: ReadOptions) {
    const holding = this.#holdings.get(id);
    if (holding === undefined) throw storageErrors.create('STORAGE_NOT_FOUND');
    const end = range.offset + range.length;
    if (!(range.offset >= 0 && range.length >= 0 && end <= holding.size))
      throw storageErrors.create('STORAGE_RANGE_INVALID', { context: { size: holding.size } });
    yield* this.#reading(id, holding.chunkBytes, (reader) =>
      readRange(reader, { offset: range.offset, end }, options.signal),
    );
  }

  async *follow(id: ReplicaId, offset: number, options: ReadOptions) {
    const growing = this.#growing.get(id);
    if (growing === undefined) {
      const size = this.#holdings.get(id)?.size ?? 0;
      yield* this.open(id, { offset, length: size - offset }, options);
      return;
    }
    yield* this.#reading(id, this.#options.limits.chunkBytes, (reader) =>
      followGrowth(reader, growing.growth, { offset, ...options }),
    );
  }

  async stat(id: ReplicaId): Promise<ReplicaState | undefined> {
    const holding = this.#holdings.get(id);
    if (holding !== undefined) return { watermark: holding.size, state: 'complete' };
    return this.#growing.get(id)?.growth.state;
  }

  async delete(id: ReplicaId): Promise<void> {
    await this.#growing.get(id)?.writer.abort();
    const holding = this.#holdings.get(id);
    if (holding === undefined) return;
    const { files, layout } = this.#options;
    this.#holdings.delete(id);
    this.#doomed.set(id, holding);
    try {
      // Without its manifest the folder is a leftover: a crash from here on cannot bring it back.
      await files.remove(layout.manifest(id));
      await files.syncFolder(layout.folder(id));
    } catch (error) {
      this.#doomed.delete(id);
      this.#holdings.set(id, holding);
      throw storageErrorOf(error);
    }
    if (!this.#readers.has(id)) await this.#erase(id);
  }

  async *list() {
    for (const [id, { size }] of this.#holdings) yield { id, size };
  }

  /** The disk, not the ledger, said that it is full: what is known of it is wrong. */
  #noticeFull(error: unknown): unknown {
    const isDisks = error instanceof MdmError && error.context['systemCode'] !== undefined;
    if (isDisks && error.code === 'STORAGE_FULL') this.#space.refused();
    return error;
  }

  #settled(id: ReplicaId, outcome: 'complete' | 'aborted'): void {
    const size = this.#growing.get(id)?.growth.state.watermark ?? 0;
    this.#growing.delete(id);
    if (outcome === 'complete')
      this.#holdings.set(id, { size, chunkBytes: this.#options.limits.chunkBytes });
  }

  async *#reading(
    id: ReplicaId,
    chunkBytes: number,
    read: (reader: DiskReader) => AsyncGenerator<Sealed<Uint8Array>, void, void>,
  ) {
    const { files, layout, limits } = this.#options;
    const { readBytes } = limits;
    const reader = new DiskReader({ id, files, layout, chunkBytes, readBytes });
    this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    try {
      yield* read(reader);
    } finally {
      await reader.close();
      await this.#readerLeft(id);
    }
  }

  async #readerLeft(id: ReplicaId): Promise<void> {
    const left = (this.#readers.get(id) ?? 1) - 1;
    if (left > 0) {
      this.#readers.set(id, left);
      return;
    }
    this.#readers.delete(id);
    await this.#erase(id);
  }

  /** Remove the bytes of a deleted replica that nobody reads any more. */
  async #erase(id: ReplicaId): Promise<void> {
    const holding = this.#doomed.get(id);
    if (holding === undefined) return;
    // What cannot be removed is a leftover: still counted, and removed at the next opening.
    const removed = await this.#options.files.remove(this.#options.layout.folder(id)).then(
      () => true,
      () => false,
    );
    if (removed && this.#doomed.delete(id)) this.#options.ledger.removed(holding.size);
  }
}

async function* followGrowth(
  reader: DiskReader,
  growth: Growth,
  options: { readonly offset: number; readonly signal?: AbortSignal },
): AsyncGenerator<Sealed<Uint8Array>, void, void> {
  for (let { offset } = options; ; ) {
    const { watermark, state } = await growth.beyond(offset, options.signal);
    if (state === 'complete' && offset > watermark)
      throw storageErrors.create('STORAGE_RANGE_INVALID', { context: { size: watermark } });
    try {
      for await (const bytes of readRange(reader, { offset, end: watermark }, options.signal)) {
        failIfAborted(growth);
        yield bytes;
      }
    } catch (error) {
      // The files vanish under a follower of an aborted replica; that is not the news.
      failIfAborted(growth);
      throw error;
    }
    failIfAborted(growth);
    offset = Math.max(offset, watermark);
    if (state === 'complete') return;
  }
}

function failIfAborted(growth: Growth): void {
  if (growth.state.state === 'aborted') throw storageErrors.create('STORAGE_REPLICA_ABORTED');
}
