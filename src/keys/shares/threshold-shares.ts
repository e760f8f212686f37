import { combine, split } from 'shamir-secret-sharing';
import { assert } from '../../lib/assert.ts';

/** A point of the secret polynomials: one share. `y` is secret. */
export interface Share {
  /** 1 to 255. */
  readonly x: number;
  /** As long as the secret. */
  readonly y: Uint8Array;
}

/**
 * Split a secret into `count` shares of which any `threshold` give it back; fewer say nothing of it.
 * The caller wipes secret and shares.
 */
export async function splitSecret(
  secret: Uint8Array,
  shape: { readonly count: number; readonly threshold: number },
): Promise<readonly Share[]> {
  // The library takes a plain Uint8Array only, no Buffer.
  const plain = new Uint8Array(secret);
  const points = await split(plain, shape.count, shape.threshold);
  plain.fill(0);
  return points.map((point) => {
    const x = point[point.length - 1] ?? 0;
    assert(x !== 0, 'no share lies at the secret itself');
    const y = point.slice(0, -1);
    point.fill(0);
    return { x, y };
  });
}

/**
 * The secret that lies on the curve through these shares. Says nothing of whether they belong
 * together: with a wrong share the result is a wrong secret, which the caller must be able to tell.
 * @param shares at least two, with distinct x other than 0
 */
export function combineShares(shares: readonly Share[]): Promise<Uint8Array> {
  assert(
    shares.every((share) => share.x !== 0),
    'no share lies at the secret itself',
  );
  return valueAt(shares, 0);
}

/**
 * Where the curve through these shares is at `x`: f(z + x) is a curve through the same values, and at
 * its 0 the library knows what it is. Sums of GF(2^8) are XOR.
 * @param shares at least two points, with distinct x
 * @param x as theirs 0 to 255
 */
export async function valueAt(shares: readonly Share[], x: number): Promise<Uint8Array> {
  assert(new Set(shares.map((share) => share.x)).size === shares.length, 'shares have distinct x');
  assert(
    shares.every((share) => share.x >= 0 && share.x < 256),
    'x is 0 to 255',
  );
  const known = shares.find((share) => share.x === x);
  if (known !== undefined) return Uint8Array.from(known.y);
  const points = shares.map((share) => {
    const point = new Uint8Array(share.y.length + 1);
    point.set(share.y);
    point[share.y.length] = share.x ^ x;
    return point;
  });
  try {
    return await combine(points);
  } finally {
    for (const point of points) point.fill(0);
  }
}
