import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { toHex, viewOf } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';
import { joinOriginalShares } from './join-shares.ts';
import {
  type OriginalShare,
  originalPrime,
  originalThresholdOf,
  parseOriginalShares,
} from './parse-shares.ts';

/** As published with the original: 5 shares of 12345678, 2 needed. */
const published = ['c86a47f4', '7eaf3970', '34f42aec', 'eb2a1c68', 'a16f0de4'];

/** What the original does, and its silence: any 16-bit word becomes a curve modulo its prime. */
function originalSplit(
  words: readonly number[],
  shape: { readonly count: number; readonly threshold: number },
  random: Random,
): readonly OriginalShare[] {
  const curves = words.map((word) => [
    word,
    ...Array.from({ length: shape.threshold - 1 }, () => numberOf(random)),
  ]);
  const at = (curve: readonly number[], x: number): number =>
    curve.reduceRight((sum, coefficient) => (sum * x + coefficient) % originalPrime, 0);
  return Array.from({ length: shape.count }, (_, index) => ({
    x: index + 1,
    words: Uint16Array.from(curves, (curve) => at(curve, index + 1)),
  }));
}

/** 16 random bits. */
function numberOf(random: Random): number {
  return viewOf(random.bytes(2)).getUint16(0);
}

/** All choices of `count` items. */
function choicesOf<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  if (count === 0) return [[]];
  return items.flatMap((item, index) =>
    choicesOf(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]),
  );
}

test('the published shares give the published key, by any two of them, and all five agree', () => {
  const { shares } = parseOriginalShares(`${published.join('\n')}\n`);
  for (const two of choicesOf(shares, 2)) {
    assert.equal(toHex(joinOriginalShares(two, 2).key), '12345678');
    assert.equal(joinOriginalShares(two, 2).spareShares, 0);
  }
  assert.equal(joinOriginalShares(shares, 2).spareShares, 3);
  const { shares: some, serverCount } = parseOriginalShares(
    ['NULL', published[1], 'NULL', published[3]?.toUpperCase()].join('\n'),
  );
  assert.equal(toHex(joinOriginalShares(some, 2).key), '12345678');
  assert.equal(serverCount, 4);
});

test('of all words, those that the original lost and those they came back as are refused, no other', () => {
  const random = seededRandom(9);
  const shape = { count: 3, threshold: 2 };
  const all = Array.from({ length: 65_536 }, (_, word) => word);
  const isDoubtful = (word: number): boolean => word < 15 || word >= originalPrime;
  for (const word of all.filter(isDoubtful)) {
    const shares = originalSplit([0x1234, word], shape, random);
    const refused = { code: 'KEYS_ORIGINAL_LOST', context: { words: '2' } };
    assert.throws(() => joinOriginalShares(shares, 2), refused);
  }
  const whole = all.filter((word) => !isDoubtful(word));
  for (let from = 0; from < whole.length; from += 64) {
    const words = whole.slice(from, from + 64);
    const { key } = joinOriginalShares(originalSplit(words, shape, random), 2);
    assert.equal(toHex(key), words.map((word) => word.toString(16).padStart(4, '0')).join(''));
  }
});

test('every choice of shares gives the key, for all thresholds of the original', () => {
  const random = seededRandom(10);
  for (let count = 1; count <= 7; count++) {
    for (let threshold = 1; threshold <= count; threshold++) {
      const words = Array.from({ length: 8 }, () => 15 + (numberOf(random) % (originalPrime - 15)));
      const shares = originalSplit(words, { count, threshold }, random);
      const key = words.map((word) => word.toString(16).padStart(4, '0')).join('');
      for (const choice of choicesOf(shares, threshold))
        assert.equal(toHex(joinOriginalShares(choice.toReversed(), threshold).key), key);
    }
  }
});

test('without being told, as many shares are needed as the original took of so many servers', () => {
  const needed = [1, 2, 3, 4, 5, 7, 8, 16].map(originalThresholdOf);
  assert.deepEqual(needed, [1, 2, 2, 3, 3, 3, 4, 5]);
});

test('a share that was changed is noticed wherever there is one to spare', () => {
  const random = seededRandom(11);
  const shares = originalSplit([0x1234, 0x5678], { count: 3, threshold: 2 }, random);
  for (const index of [0, 1, 2]) {
    for (const word of [0, 1]) {
      for (const change of [1, 2, 32_768, originalPrime - 1]) {
        const spoilt = shares.map((share, at) => {
          const words = share.words.slice();
          if (at === index) words[word] = ((words[word] ?? 0) + change) % originalPrime;
          return { ...share, words };
        });
        assert.throws(() => joinOriginalShares(spoilt, 2), { code: 'KEYS_ORIGINAL_DISAGREE' });
      }
    }
  }
});

test('fewer shares than were needed, and what is no list of shares, are refused without a word of them', () => {
  const { shares: two } = parseOriginalShares(published.slice(0, 2).join('\n'));
  for (const threshold of [3, 0, -1, 1.5, Number.NaN])
    assert.throws(() => joinOriginalShares(two, threshold), { code: 'KEYS_ORIGINAL_TOO_FEW' });
  const others = [
    '',
    'c86a47f',
    'c86a47f4\n7eaf397',
    'c86a47f4\n\n7eaf3970',
    'c86a47f4 7eaf3970',
    'c86a47fg',
    'c86a47f4\n7eaf',
    'c86afff1\n7eaf3970',
    'null',
    `${'NULL\n'.repeat(64)}c86a47f4`,
    'c86a'.repeat(65),
  ];
  for (const text of others)
    assert.throws(
      () => parseOriginalShares(text),
      (error: Error & { code?: string }) =>
        error.code === 'KEYS_ORIGINAL_INVALID' && !/c86a|7eaf/.test(error.message),
      text,
    );
});
