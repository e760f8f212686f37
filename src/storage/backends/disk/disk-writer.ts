import { readSealed, type Sealed } from '../../../flow/index.ts';
import { assert, present } from '../../../lib/assert.ts';
import { storageErrors } from '../../errors.ts';
import type { Growth } from '../../growth.ts';
import type { LedgerReservation } from '../../ledger.ts';
import type { ReplicaId, ReplicaWriter } from '../../storage.ts';
import { storageErrorOf } from './disk-error.ts';
import type { DiskFile, DiskFiles } from './disk-files.ts';
import type { DiskLayout } from './layout.ts';
import { encodeManifest } from './manifest.ts';

/** What a writer works with. */
export interface DiskWriterOptions {
  readonly id: ReplicaId;
  readonly files: DiskFiles;
  readonly layout: DiskLayout;
  readonly chunkBytes: number;
  readonly createdMs: number;
  readonly growth: Growth;
  readonly reservation: LedgerReservation;
  /** The replica is complete or gone; called once. */
  readonly settled: (outcome: 'complete' | 'aborted') => void;
  /** A call is about to fail with `error`; what it returns is thrown. */
  readonly failed: (error: unknown) => unknown;
}

/**
 * Writes one replica as chunk files.
 *
 * A full chunk is put on the disk in the background while the next is written, so that `commit`
 * finds little to do. After any failure the replica can only be aborted: a failed fsync says that
 * bytes may be lost that the kernel will never write again.
 */
export class DiskWriter implements ReplicaWriter {
  readonly id: ReplicaId;
  readonly #options: DiskWriterOptions;
  readonly #background: Promise<void>[] = [];
  #file: DiskFile | undefined;
  #size = 0;
  #state: 'open' | 'busy' | 'failed' | 'settled' = 'open';
  #idle: Promise<void> = Promise.resolve();

  constructor(options: DiskWriterOptions) {
    this.id = options.id;
    this.#options = options;
  }

  async write(bytes: Sealed<Uint8Array>): Promise<void> {
    await this.#exclusive(() => this.#append(readSealed(bytes)), 'open');
  }

  async commit(): Promise<{ readonly size: number }> {
    await this.#exclusive(() => this.#makeDurable(), 'settled');
    this.#options.growth.complete();
    this.#options.settled('complete');
    return { size: this.#size };
  }

  async abort(): Promise<void> {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    const { growth, files, layout, reservation, settled } = this.#options;
    growth.abort();
    await this.#idle;
    await Promise.allSettled([...this.#background, this.#file?.close()]);
    // What cannot be removed now is a leftover that the next opening of the store removes.
    await files.remove(layout.folder(this.id)).catch(() => {});
    reservation.giveBack(this.#size);
    settled('aborted');
  }

  /** One call at a time, then state `next`; a failure is final and known to the followers at once. */
  async #exclusive(work: () => Promise<void>, next: 'open' | 'settled'): Promise<void> {
    if (this.#state === 'failed')
      throw storageErrors.create('STORAGE_FAILED', { message: 'an earlier write failed' });
    if (this.#state === 'settled') throw storageErrors.create('STORAGE_REPLICA_ABORTED');
    assert(this.#state === 'open', 'a replica is written by one call at a time');
    this.#state = 'busy';
    const running = work();
    this.#idle = running.catch(() => {});
    try {
      await running;
    } catch (error) {
      if (this.#state === 'busy') this.#state = 'failed';
      this.#options.growth.abort();
      throw this.#options.failed(storageErrorOf(error));
    }
    // An abort may have come meanwhile.
    if (this.#state !== 'busy') throw storageErrors.create('STORAGE_REPLICA_ABORTED');
    this.#state = next;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { chunkBytes, reservation, growth } = this.#options;
    for (let done = 0; done < bytes.length; ) {
      const position = this.#size % chunkBytes;
      const count = Math.min(bytes.length - done, chunkBytes - position);
      const file =
        position === 0 ? await this.#nextChunk() : present(this.#file, 'a chunk is open');
      reservation.use(count);
      this.#size += count;
      await file.write(bytes.subarray(done, done + count), position);
      if (growth.state.state === 'growing') growth.advance(count);
      done += count;
    }
  }

  async #nextChunk(): Promise<DiskFile> {
    this.#finishChunk();
    const { files, layout, chunkBytes } = this.#options;
    this.#file = await files.create(layout.chunk(this.id, this.#size / chunkBytes));
    return this.#file;
  }

  #finishChunk(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    const finished = syncAndClose(file);
    // Its failure is read by commit; until then it must not count as unhandled.
    finished.catch(() => {});
    this.#background.push(finished);
  }

  /** Data first, then the manifest, then the folders that lead to it. */
  async #makeDurable(): Promise<void> {
    const { files, layout, chunkBytes, createdMs } = this.#options;
    this.#finishChunk();
    await Promise.all(this.#background);
    const draft = await files.create(layout.manifestDraft(this.id));
    try {
      const manifest = { id: this.id, size: this.#size, chunkBytes, createdMs };
      await draft.write(encodeManifest(manifest), 0);
      await draft.sync();
    } finally {
      await draft.close();
    }
    await files.rename(layout.manifestDraft(this.id), layout.manifest(this.id));
    await Promise.all(layout.folders(this.id).map((folder) => files.syncFolder(folder)));
  }
}

async function syncAndClose(file: DiskFile): Promise<void> {
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
