import { keysLimits } from '../limits.ts';
import { originalErrors } from './errors.ts';

/** One share of a key of the original system. `words` are secret. */
export interface OriginalShare {
  /** Place of its key server in the original's list, from 1. */
  readonly x: number;
  /** 16 bits each, below 65521. */
  readonly words: Uint16Array;
}

/** Modulus of the original: the largest prime that fits into 16 bits. */
export const originalPrime = 65_521;

/**
 * The shares in a text as the original's own tools take them: one for each key server, in the order of
 * its list, in hexadecimal; `NULL` where there is none. Blank lines at the end do not count.
 *
 * @throws KEYS_ORIGINAL_INVALID for anything else, also for a word that no share can have
 */
export function parseOriginalShares(text: string): {
  readonly shares: readonly OriginalShare[];
  /** Lines, with those that say NULL. */
  readonly serverCount: number;
} {
  const lines = text.trimEnd().split(/\r?\n/);
  if (lines.length > keysLimits.originalServersMax) throw invalid('more shares than key servers');
  const shares = lines.flatMap((line, index) => {
    const share = line.trim();
    return share === 'NULL' ? [] : [{ x: index + 1, words: wordsOf(share, index + 1) }];
  });
  if (new Set(shares.map(({ words }) => words.length)).size > 1)
    throw invalid('shares of two lengths');
  return { shares, serverCount: lines.length };
}

/** How many shares the original needed of so many, unless it was told otherwise: floor(log2 n) + 1. */
export function originalThresholdOf(serverCount: number): number {
  return Math.floor(Math.log2(serverCount)) + 1;
}

function wordsOf(share: string, line: number): Uint16Array {
  const isShare = /^(?:[0-9A-Fa-f]{4})+$/.test(share);
  if (!isShare || share.length / 4 > keysLimits.originalWordsMax)
    throw invalid(`line ${line}: not a share, which has four hexadecimal digits a word, nor NULL`);
  const words = Uint16Array.from(share.match(/.{4}/g) ?? [], (word) => Number.parseInt(word, 16));
  // The original wrote numbers modulo its prime: this one was damaged since.
  if (words.some((word) => word >= originalPrime))
    throw invalid(`line ${line}: not written by the original`);
  return words;
}

/** Quotes nothing of a share. */
function invalid(message: string): Error {
  return originalErrors.create('KEYS_ORIGINAL_INVALID', { message });
}
