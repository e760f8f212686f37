import { type ImageFacts, knownValue } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { volumeLimits } from '../limits.ts';

/** Facts that explain a volume only where they are true of all of it. */
type Measured = 'echoTime' | 'flipAngle' | 'inversionTime' | 'sliceThickness';

/** What the lowest slice states, where all others state nearly the same (`measuredTolerance`). */
export function ofAll({ slices }: DescribedStack, name: Measured): number | undefined {
  const valueOf = (facts: ImageFacts | undefined): number | undefined =>
    facts === undefined ? undefined : knownValue(facts[name]);
  const first = valueOf(slices[0]?.slice.facts);
  if (first === undefined) return undefined;
  const most = volumeLimits.measuredTolerance * first;
  const isOfAll = slices.every(({ slice }) => {
    const value = valueOf(slice.facts);
    return value !== undefined && Math.abs(value - first) <= most;
  });
  return isOfAll ? first : undefined;
}
