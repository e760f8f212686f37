import { knownValue, type ScanFacts } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { scanOf, volumeSlices } from './stack-scan.ts';

/**
 * What is known of the frames of a PET: units, decay correction, tracer, and when each volume was
 * acquired and for how long, from the first; seconds. The injection was before the first: it is negative.
 *
 * @standard PS3.3 §C.8.9.2, §C.8.9.4
 */
export function petKeys(
  stack: DescribedStack,
  scan: ScanFacts,
): Readonly<Record<string, string | number | readonly number[] | undefined>> {
  const firsts = Array.from({ length: stack.plan.volumes }, (_, volume) =>
    volumeSlices(stack, volume).slice(0, 1),
  ).flat();
  const referenceTimes = firsts.map(({ slice }) => knownValue(slice.facts.frameReferenceTime));
  const durations = firsts.map((source) => scanOf(source).frameDuration);
  const delays = allOf(stack.slices.map((source) => scanOf(source).injectionDelay));
  const delay = delays?.reduce((least, each) => Math.min(least, each));
  return {
    Units: scan.units,
    DecayCorrection: scan.decayCorrection,
    RadionuclideTotalDose: scan.injectedDose,
    RadionuclideHalfLife: scan.halfLife,
    InjectionStart: delay === undefined ? undefined : 0 - delay,
    FrameTimesStart: startsOf(allOf(referenceTimes), allOf(durations)),
    FrameDuration: allOf(durations)?.map((duration) => duration / 1000),
  };
}

/** Clocks of scanners tick, and durations have five digits; ms. */
const toleranceOf = (durationMs: number): number => 1 + durationMs * 1e-4;

/**
 * Frame Reference Time is that for which values hold: the start of a frame only where the next begins
 * as its duration says. Seconds from the first; undefined where that is not so.
 */
function startsOf(
  times: readonly number[] | undefined,
  durations: readonly number[] | undefined,
): readonly number[] | undefined {
  const [first] = times ?? [];
  if (times === undefined || durations === undefined || first === undefined) return undefined;
  const areStarts = times.slice(1).every((time, at) => {
    const duration = durations[at] ?? 0;
    return Math.abs(time - (times[at] ?? 0) - duration) <= toleranceOf(duration);
  });
  return areStarts ? times.map((time) => (time - first) / 1000) : undefined;
}

function allOf(values: readonly (number | undefined)[]): readonly number[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}
