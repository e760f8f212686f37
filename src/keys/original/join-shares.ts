import { viewOf } from '../../lib/bytes/bytes.ts';
import { originalErrors } from './errors.ts';
import { type OriginalShare, originalPrime as prime } from './parse-shares.ts';

/** A key of the original system. */
export interface OriginalKey {
  /** Secret; the caller wipes it. */
  readonly key: Uint8Array;
  /** How many shares more than needed agreed with it. With none, a damaged share would not show. */
  readonly spareShares: number;
}

/** How many numbers of 16 bits are no number modulo the prime: fff1 to ffff come back as 0 to 000e. */
const lost = 2 ** 16 - prime;

/**
 * The key that shares of the original system give back.
 *
 * The original shared each word of 16 bits by a polynomial modulo 65521, with the word itself as its
 * constant term. A word from fff1 to ffff was so lost when the key was made: it comes back as one from
 * 0000 to 000e, of which nothing says which it was. A key with such a word is refused, even if it was
 * whole: one of two such keys is not the one that sealed anything. All shares beyond `threshold` must
 * lie on the curve of the others.
 *
 * @param threshold how many shares the original needed, at least 1
 * @throws KEYS_ORIGINAL_TOO_FEW, KEYS_ORIGINAL_DISAGREE, KEYS_ORIGINAL_LOST
 */
export function joinOriginalShares(
  shares: readonly OriginalShare[],
  threshold: number,
): OriginalKey {
  if (!Number.isSafeInteger(threshold) || threshold < 1 || shares.length < threshold) {
    const context = { shares: shares.length, threshold };
    throw originalErrors.create('KEYS_ORIGINAL_TOO_FEW', { context });
  }
  const chosen = shares.slice(0, threshold);
  const spare = shares.slice(threshold);
  for (const { x, words } of spare) {
    if (!valuesAt(chosen, x).every((value, index) => value === words[index]))
      throw originalErrors.create('KEYS_ORIGINAL_DISAGREE', { context: { share: x } });
  }
  const words = valuesAt(chosen, 0);
  const doubtful = words.flatMap((word, index) => (word < lost ? [index + 1] : []));
  if (doubtful.length > 0) {
    words.fill(0);
    throw originalErrors.create('KEYS_ORIGINAL_LOST', { context: { words: doubtful.join(', ') } });
  }
  return { key: bytesOf(words), spareShares: spare.length };
}

/** Each word's curve through the shares, at `x`. */
function valuesAt(shares: readonly OriginalShare[], x: number): number[] {
  const weights = shares.map((one) => weightOf(one, shares, x));
  return Array.from(shares[0]?.words ?? [], (_, index) =>
    shares.reduce((sum, { words }, at) => mod(sum + (weights[at] ?? 0) * (words[index] ?? 0)), 0),
  );
}

/** Lagrange's factor of one share at `x`. Products stay below 2^32, so numbers are exact. */
function weightOf(one: OriginalShare, all: readonly OriginalShare[], x: number): number {
  return all
    .filter((other) => other !== one)
    .reduce((weight, other) => mod(mod(weight * mod(x - other.x)) * inverse(one.x - other.x)), 1);
}

/** By Fermat: the modulus is prime. */
function inverse(value: number): number {
  let result = 1;
  let square = mod(value);
  for (let exponent = prime - 2; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) === 1) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

function mod(value: number): number {
  return ((value % prime) + prime) % prime;
}

function bytesOf(words: number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 2);
  const view = viewOf(bytes);
  for (const [index, word] of words.entries()) view.setUint16(index * 2, word);
  words.fill(0);
  return bytes;
}
