import { knownValue, type ScanFacts } from '../../facts/index.ts';
import type { DescribedStack, SourceSlice } from '../described-stack.ts';

/** What the header of a slice says of its scan; nothing where it says nothing. */
export const scanOf = ({ slice }: SourceSlice): ScanFacts => slice.facts.scan ?? {};

/** What the lowest slice of the first volume says: of what all have alike. */
export function stackScan({ slices }: DescribedStack): ScanFacts {
  const [first] = slices;
  return first === undefined ? {} : scanOf(first);
}

/** The slices of one volume, in the order of the file. */
export function volumeSlices(
  { plan, slices }: DescribedStack,
  volume: number,
): readonly SourceSlice[] {
  return slices.slice(volume * plan.slices, (volume + 1) * plan.slices);
}

/** The time of a slice within its object, scan or series, from a start that is not told; ms. */
export function sliceTimeOf(source: SourceSlice): number | undefined {
  const { sliceTimes, sliceTime, acquisitionOffset } = scanOf(source);
  return sliceTimes === undefined
    ? (sliceTime ?? acquisitionOffset)
    : sliceTimes[source.slice.number ?? 0];
}

/** Instance numbers ascend along the file, descend, or neither. */
export function instanceOrder(slices: readonly SourceSlice[]): 1 | -1 | undefined {
  const numbers = slices.map(({ slice }) => knownValue(slice.facts.instanceNumber));
  const known = numbers.filter((number) => number !== undefined);
  if (known.length < numbers.length) return undefined;
  const isRising = known.every((number, at) => at === 0 || number > (known[at - 1] ?? number));
  const isFalling = known.every((number, at) => at === 0 || number < (known[at - 1] ?? number));
  return isRising ? 1 : isFalling ? -1 : undefined;
}
