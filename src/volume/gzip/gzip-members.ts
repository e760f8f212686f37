import { arch, versions } from 'node:process';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { present } from '../../lib/assert.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { cutBlocks } from './cut-blocks.ts';
import { gzipLimits } from './limits.ts';

/**
 * What the compressed bytes depend on, beside the plaintext; recorded with a version. The library
 * and the processor belong to it: both choose matches.
 */
export const gzipRecipe: string = [
  'gzip',
  `member=${gzipLimits.memberPlaintextBytes}`,
  `level=${gzipLimits.level}`,
  `zlib=${versions.zlib}`,
  arch,
].join(';');

/** ID1, ID2, CM deflate, no flags, no time, XFL fastest, OS unknown: nothing of the machine. */
const memberHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255);

const deflate = promisify(deflateRaw) as (
  block: Uint8Array,
  options: object,
) => Promise<Uint8Array>;

/**
 * Compress a stream as gzip members of 1 MiB plaintext each; any gzip reader joins them.
 *
 * The same plaintext gives the same bytes however it is chunked. Compression runs in the thread
 * pool, one chunk comes out for each member, and at most two blocks are held. An empty stream is one
 * empty member.
 *
 * @standard RFC 1952 §2.2, §2.3
 */
export async function* gzipMembers(plaintext: ByteStream): AsyncGenerator<Uint8Array, void, void> {
  const pending: Promise<Uint8Array>[] = [];
  try {
    for await (const block of cutBlocks(plaintext, gzipLimits.memberPlaintextBytes)) {
      const member = compressMember(block);
      // Awaited below; until then a failure must not count as unhandled.
      member.catch(() => undefined);
      pending.push(member);
      if (pending.length >= gzipLimits.blocksInFlight) yield await present(pending.shift(), 'one');
    }
    for (const member of pending) yield await member;
  } finally {
    await Promise.allSettled(pending);
  }
}

async function compressMember(block: Uint8Array): Promise<Uint8Array> {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc32(block), true);
  trailer.setUint32(4, block.length, true);
  const body = await deflate(block, {
    level: gzipLimits.level,
    strategy: constants.Z_DEFAULT_STRATEGY,
    memLevel: 8,
    windowBits: 15,
    // One pass through the pool for each block, not one for each 16 KiB of output.
    chunkSize: gzipLimits.memberPlaintextBytes,
  });
  return concatBytes([memberHeader, body, new Uint8Array(trailer.buffer)]);
}
