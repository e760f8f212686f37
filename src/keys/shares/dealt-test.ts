import { hkdfSync } from 'node:crypto';
import { assert } from '../../lib/assert.ts';
import { addInto } from './vanishing-shares.ts';

/** Bytes of a share, and of the mask that is dealt with it. */
export const shareSize = 32;
/** What is dealt for a new share: what is added to the old one, and what hides a test of it. */
export const dealtSize = 2 * shareSize;

/** For each byte of a test, which bytes of the share are added to that byte of the mask. */
export type DealtTests = readonly (readonly number[])[];

/**
 * Random tests of what was dealt, known to nobody before all of it was. Sums of values on curves that
 * vanish are on such curves too; of others, each test finds half. The mask, which is used for nothing
 * else, hides all that a test would say of a share.
 * @param dealt `dealtDigestOf` all that was dealt
 */
export function dealtTestsOf(dealt: string): DealtTests {
  const bits = new Uint8Array(
    hkdfSync('sha256', dealt, '', 'mdm shares dealt test v1', (shareSize * shareSize) / 8),
  );
  return Array.from({ length: shareSize }, (_, test) =>
    Array.from({ length: shareSize }, (__, column) => column).filter((column) => {
      const bit = test * shareSize + column;
      return ((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1;
    }),
  );
}

/** The value of the tests at one place, of what was dealt to it. */
export function testOf(dealt: Uint8Array, tests: DealtTests): Uint8Array {
  assert(dealt.length === dealtSize, 'a share and its mask');
  const result = dealt.slice(shareSize);
  const sums = tests.map((columns) => columns.reduce((sum, at) => sum ^ (dealt[at] ?? 0), 0));
  addInto(result, Uint8Array.from(sums));
  return result;
}
