import type { Slice } from './slice.ts';

/**
 * Of concatenations that say that they have more parts than are here, the numbers of those that are
 * not.
 */
export function missingParts(
  slices: readonly (Slice | undefined)[],
): ReadonlyMap<string, readonly number[]> {
  const parts = slices.flatMap((slice) => slice?.part ?? []);
  const missing = [...Map.groupBy(parts, (part) => part.of)].map(([of, all]) => {
    const total = all.reduce((most, part) => Math.max(most, part.total), 0);
    const here = new Set(all.map(({ number }) => number));
    const numbers = Array.from({ length: total }, (_, at) => at + 1);
    // One that counts beyond the total stands for another of which it has the place.
    const isWhole = here.size >= total;
    return [of, isWhole ? [] : numbers.filter((number) => !here.has(number))] as const;
  });
  return new Map(missing.filter(([, numbers]) => numbers.length > 0));
}
