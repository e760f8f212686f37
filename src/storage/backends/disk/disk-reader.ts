import type { Sealed } from '../../../flow/index.ts';
import { noBytes } from '../../../lib/bytes/bytes.ts';
import { storageErrors } from '../../errors.ts';
import type { ReplicaId } from '../../storage.ts';
import { asStored } from '../../stored.ts';
import { storageErrorOf } from './disk-error.ts';
import type { DiskFile, DiskFiles } from './disk-files.ts';
import type { DiskLayout } from './layout.ts';

/** What a reader works with. */
export interface DiskReaderOptions {
  readonly id: ReplicaId;
  readonly files: DiskFiles;
  readonly layout: DiskLayout;
  readonly chunkBytes: number;
  readonly readBytes: number;
}

/**
 * Reads a replica's chunk files front to back, one of them open at a time, all into one buffer:
 * fresh memory for every piece makes the collector walk the whole heap every few dozen pieces.
 */
export class DiskReader {
  readonly #options: DiskReaderOptions;
  #chunk = -1;
  #file: DiskFile | undefined;
  #buffer: Uint8Array = noBytes;

  constructor(options: DiskReaderOptions) {
    this.#options = options;
  }

  /**
   * The next bytes from `offset`, before `end`: at least one, at most a read's worth, none across
   * chunks. They are the caller's until the next call.
   * @throws STORAGE_DAMAGED when the files are shorter than the store says
   */
  async next(offset: number, end: number): Promise<Uint8Array> {
    const { chunkBytes, readBytes } = this.#options;
    const position = offset % chunkBytes;
    const length = Math.min(end - offset, readBytes, chunkBytes - position);
    try {
      const file = await this.#fileOf((offset - position) / chunkBytes);
      // A growing replica comes in pieces of many sizes: the buffer becomes as large as the largest.
      if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
      const bytes = this.#buffer.subarray(0, length);
      const count = await file.read(bytes, position);
      if (count > 0) return bytes.subarray(0, count);
    } catch (error) {
      throw storageErrorOf(error);
    }
    throw storageErrors.create('STORAGE_DAMAGED', { context: { offset } });
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #fileOf(chunk: number): Promise<DiskFile> {
    if (this.#file !== undefined && this.#chunk === chunk) return this.#file;
    await this.close();
    const { files, layout, id } = this.#options;
    this.#file = await files.open(layout.chunk(id, chunk));
    this.#chunk = chunk;
    return this.#file;
  }
}

/** Bytes `[offset, end)` of a replica, in the order of the file. */
export async function* readRange(
  reader: DiskReader,
  range: { readonly offset: number; readonly end: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Sealed<Uint8Array>, void, void> {
  for (let offset = range.offset; offset < range.end; ) {
    signal?.throwIfAborted();
    const bytes = await reader.next(offset, range.end);
    offset += bytes.length;
    yield asStored(bytes);
  }
}
