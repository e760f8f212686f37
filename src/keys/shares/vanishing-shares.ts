import { assert } from '../../lib/assert.ts';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';
import { type Share, valueAt } from './threshold-shares.ts';

/** Which curves: those of degree below `threshold` that are zero at `at`. */
export interface Vanishing {
  /** 0, where the secret is, or the x of the share that is wanted. */
  readonly at: number;
  readonly threshold: number;
}

/**
 * Shares of a random curve that is zero at one place. Added to the shares of a key they make others, of
 * which k-1 say nothing of the first ones, and which agree with them at `at` alone.
 *
 * Uniform among all such curves: where it is zero and k-1 free values fix a curve, each exactly once.
 * @param xs where to evaluate it: at least k of 1 to 255, distinct, `at` not among them
 * @param size bytes of a value
 */
export async function vanishingShares(
  { at, threshold }: Vanishing,
  {
    xs,
    size,
    random,
  }: { readonly xs: readonly number[]; readonly size: number; readonly random: Random },
): Promise<readonly Share[]> {
  assert(xs.length >= threshold && !xs.includes(at), 'enough places, none of them the zero');
  const free = xs.slice(0, threshold - 1).map((x) => ({ x, y: random.bytes(size) }));
  const curve = [{ x: at, y: new Uint8Array(size) }, ...free];
  const bound = xs.slice(threshold - 1).map(async (x) => ({ x, y: await valueAt(curve, x) }));
  return [...free, ...(await Promise.all(bound))];
}

/** Whether these lie on one such curve. */
export async function areVanishing(
  { at, threshold }: Vanishing,
  shares: readonly Share[],
): Promise<boolean> {
  const size = shares[0]?.y.length ?? 0;
  const curve = [{ x: at, y: new Uint8Array(size) }, ...shares.slice(0, threshold - 1)];
  for (const { x, y } of shares.slice(threshold - 1))
    if (!equalBytes(await valueAt(curve, x), y)) return false;
  return true;
}

/** The sum of values in GF(2^8), made in the first of them. */
export function addInto(sum: Uint8Array, value: Uint8Array): void {
  assert(sum.length === value.length, 'values of one size');
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) ^ (value[at] ?? 0);
}
