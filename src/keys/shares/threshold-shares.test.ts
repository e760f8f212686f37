import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { systemRandom } from '../../lib/random.ts';
import { combineShares, splitSecret, valueAt } from './threshold-shares.ts';

test('any threshold of the shares gives the secret back, in any order', async () => {
  const shapes = fc
    .integer({ min: 2, max: 7 })
    .chain((count) =>
      fc.record({ count: fc.constant(count), threshold: fc.integer({ min: 2, max: count }) }),
    );
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      shapes,
      fc.infiniteStream(fc.nat()),
      async (secret, shape, order) => {
        const shares = await splitSecret(secret, shape);
        assert.equal(new Set(shares.map((share) => share.x)).size, shape.count);
        const ranked = shares.map((share) => ({ share, rank: order.next().value ?? 0 }));
        const some = ranked.toSorted((a, b) => a.rank - b.rank).slice(0, shape.threshold);
        const combined = await combineShares(some.map(({ share }) => share));
        assert.deepEqual(combined, Uint8Array.from(secret));
      },
    ),
    { numRuns: 200 },
  );
});

test('any threshold of the shares give all the others', async () => {
  for (const [count, threshold] of [
    [2, 2],
    [3, 2],
    [13, 7],
  ] as const) {
    const shares = await splitSecret(systemRandom.bytes(32), { count, threshold });
    const some = shares.slice(-threshold);
    for (const { x, y } of shares) assert.deepEqual(await valueAt(some, x), y);
  }
});

test('one share too few gives another secret, and the input is left alone', async () => {
  const secret = Buffer.from(systemRandom.bytes(32));
  const before = Uint8Array.from(secret);
  const shares = await splitSecret(secret, { count: 5, threshold: 3 });
  assert.deepEqual(Uint8Array.from(secret), before);
  assert.notDeepEqual(await combineShares(shares.slice(0, 2)), before);
});

test('a byte of one share says nothing of the secret: each value is as likely', async () => {
  // Shares of a fixed secret, 2 of 3: with 51,200 draws each value is expected 200 times.
  const secret = new Uint8Array(512);
  const seen = new Uint32Array(256);
  for (let draw = 0; draw < 100; draw++) {
    const [share] = await splitSecret(secret, { count: 3, threshold: 2 });
    for (const value of share?.y ?? []) seen[value] = (seen[value] ?? 0) + 1;
  }
  const chiSquare = seen.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
  // 255 degrees of freedom: above 400 once in 10^8 runs.
  assert.ok(chiSquare < 400, `chi-square ${chiSquare}`);
});
