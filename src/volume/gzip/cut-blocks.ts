import type { ByteStream } from '../../lib/streams/byte-stream.ts';

/**
 * Cut a stream at multiples of `blockBytes`. Every block is a copy that the receiver may keep; the
 * last one may be shorter; an empty stream is one empty block.
 */
export async function* cutBlocks(
  stream: ByteStream,
  blockBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  let block = new Uint8Array(blockBytes);
  let filled = 0;
  let cut = 0;
  for await (const chunk of stream) {
    let taken = 0;
    while (taken < chunk.length) {
      const part = chunk.subarray(taken, taken + blockBytes - filled);
      block.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled === blockBytes) {
        yield block;
        cut += 1;
        block = new Uint8Array(blockBytes);
        filled = 0;
      }
    }
  }
  if (filled > 0 || cut === 0) yield block.subarray(0, filled);
}
