import { knownValue, type ScanFacts } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { scanOf, volumeSlices } from './stack-scan.ts';

/**
 * What is known of the frames of a PET: units, decay correction, and when each volume was acquired
 * and for how long, from the first; seconds.
 *
 * @standard PS3.3 §C.8.9.4
 */
export function petKeys(
  stack: DescribedStack,
  scan: ScanFacts,
): Readonly<Record<string, string | readonly number[] | undefined>> {
  const firsts = Array.from({ length: stack.plan.volumes }, (_, volume) =>
    volumeSlices(stack, volume).slice(0, 1),
  ).flat();
  const starts = firsts.map(({ slice }) => knownValue(slice.facts.frameReferenceTime));
  const durations = firsts.map((source) => scanOf(source).frameDuration);
  const [first] = starts;
  return {
    Units: scan.units,
    DecayCorrection: scan.decayCorrection,
    FrameTimesStart:
      first === undefined ? undefined : allOf(starts)?.map((start) => (start - first) / 1000),
    FrameDuration: allOf(durations)?.map((duration) => duration / 1000),
  };
}

function allOf(values: readonly (number | undefined)[]): readonly number[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}
