import { volumeLimits } from './limits.ts';

/** What says how many slices may lie between two neighbours. */
export interface Neighbours {
  readonly distanceMm: number;
  /** Spacing Between Slices; often nominal. */
  readonly statedMm: number | undefined;
  /** Instance numbers of the slices of one volume, in their order. */
  readonly numbers: readonly (number | undefined)[];
}

/**
 * How many times as far as stated neighbours lie, and by how much their instance numbers step: 1
 * where nothing is missing by that sign.
 */
export function missingFactor({ distanceMm, statedMm, numbers }: Neighbours): {
  readonly bySpacing: number;
  readonly byNumber: number;
} {
  return { bySpacing: bySpacing(distanceMm, Math.abs(statedMm ?? 0)), byNumber: stepOf(numbers) };
}

function bySpacing(distanceMm: number, statedMm: number): number {
  if (statedMm === 0) return 1;
  const times = distanceMm / statedMm;
  const whole = Math.round(times);
  const isWhole = Math.abs(times - whole) <= volumeLimits.missingTolerance * whole;
  return whole >= 2 && isWhole ? whole : 1;
}

/** The step from each number to the next, where it is the same everywhere. */
function stepOf(numbers: readonly (number | undefined)[]): number {
  const [first, second] = numbers;
  if (first === undefined || second === undefined) return 1;
  const step = second - first;
  const isEven = numbers.every((number, at) => number === first + at * step);
  return isEven ? Math.abs(step) : 1;
}
