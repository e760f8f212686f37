import { createHash } from 'node:crypto';
import type { Random } from '../../src/lib/random.ts';

/** Random bytes that are the same in every run: a hash of the seed and a counter. */
export function seededRandom(seed: number | string): Random {
  let counter = 0;
  return {
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let at = 0; at < count; at += 32) {
        const block = createHash('sha256').update(`${seed}:${counter}`).digest();
        bytes.set(block.subarray(0, Math.min(32, count - at)), at);
        counter += 1;
      }
      return bytes;
    },
  };
}
