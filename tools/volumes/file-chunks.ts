import { closeSync, openSync, readSync } from 'node:fs';

/** Holds the header of most images; the chunks behind it are larger, and so fewer. */
const firstChunkBytes = 1 << 16;
const chunkBytes = 1 << 20;

/** Memory of chunks that nobody reads any more. */
const free: Buffer[] = [];

/**
 * The bytes of a file, read at once: nothing else waits for its turn here. A chunk is valid until the
 * next is asked for.
 */
export async function* chunksOf(path: string): AsyncGenerator<Uint8Array, void, void> {
  // Of old bytes nothing is shown: what was read alone is.
  const memory = free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  const file = openSync(path, 'r');
  try {
    for (let wanted = firstChunkBytes; ; wanted = chunkBytes) {
      const length = readSync(file, memory, 0, wanted, null);
      if (length > 0) yield memory.subarray(0, length);
      if (length < wanted) return;
    }
  } finally {
    closeSync(file);
    free.push(memory);
  }
}
