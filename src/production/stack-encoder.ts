import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import { createChannel } from '../lib/streams/channel.ts';
import { gzipMembers } from '../volume/index.ts';
import type { VoxelProduct } from './products/index.ts';
import type { TargetFile } from './target-file.ts';

/** Writes the bytes of a stack into one target, in its format. */
export interface StackEncoder {
  readonly file: TargetFile;
  /** Whether it is given stored values, or those that they stand for. */
  readonly values: VoxelProduct['values'];
  /** Append; the bytes may be reused once the promise settles. */
  write(bytes: Deidentified<Uint8Array>): Promise<void>;
  /** All bytes were given; they have reached the file. */
  end(): Promise<void>;
  /** Give up. Never throws. */
  abort(): Promise<void>;
}

/** The bytes as they are. */
export function plainEncoder(file: TargetFile, values: VoxelProduct['values']): StackEncoder {
  return {
    file,
    values,
    write: (bytes) => file.write(bytes),
    end: async () => {},
    abort: () => file.abort(),
  };
}

/** The bytes as gzip members cut at fixed offsets. */
export function gzipEncoder(file: TargetFile, values: VoxelProduct['values']): StackEncoder {
  const channel = createChannel<Uint8Array>(0);
  let brand: Deidentified<unknown> | undefined;
  const packed = (async () => {
    for await (const member of gzipMembers(channel)) {
      if (brand !== undefined) await file.write(derive(brand, () => member));
    }
  })();
  packed.catch(() => undefined);
  return {
    file,
    values,
    async write(bytes) {
      brand ??= bytes;
      try {
        await channel.send(readDeidentified(bytes));
      } catch (error) {
        // The reader has left: what made it leave says more.
        await packed;
        throw error;
      }
    },
    async end() {
      channel.close();
      await packed;
    },
    async abort() {
      channel.fail(new Error('aborted'));
      await packed.catch(() => undefined);
      await file.abort();
    },
  };
}
