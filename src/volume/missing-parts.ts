import type { Slice } from './slice.ts';

/** Of concatenations that have more parts than are here, by what they say or count, how many are not. */
export function missingParts(slices: readonly (Slice | undefined)[]): ReadonlyMap<string, number> {
  const parts = slices.flatMap((slice) => slice?.part ?? []);
  const missing = [...Map.groupBy(parts, (part) => part.of)].map(([of, all]) => {
    const total = all.reduce((most, part) => Math.max(most, part.total), 0);
    // One that counts beyond the total stands for another of which it has the place.
    const here = new Set(all.map(({ number }) => number)).size;
    return [of, Math.max(0, total - here)] as const;
  });
  return new Map(missing.filter(([, count]) => count > 0));
}
