import type { ScanFacts } from '../../facts/index.ts';
import type { DescribedStack, SourceSlice } from '../described-stack.ts';
import { instanceOrder, sliceTimeOf, stackScan, volumeSlices } from './stack-scan.ts';

/** How much later than Repetition Time a slice may be: clocks tick in 2.5 ms. */
const toleranceMs = 5;

/**
 * When each slice of a volume was acquired, in the order of the file, from the first of them; ms.
 * Undefined where nothing says so, or what does disagrees with the volume: other slices than it
 * has, times beyond its Repetition Time, one time for all.
 */
export function sliceTimesOf(stack: DescribedStack): readonly number[] | undefined {
  const scan = stackScan(stack);
  if (scan.acquisitionType === '3D' || (scan.modality ?? 'MR') !== 'MR') return undefined;
  if (stack.plan.slices < 2) return undefined;
  return statedTimes(stack, scan) ?? timesByOrder(stack, scan);
}

/** As elements state them: of the first volume, or where that was made otherwise, of the second. */
function statedTimes(stack: DescribedStack, scan: ScanFacts): readonly number[] | undefined {
  const most = scan.repetitionTime ?? Number.POSITIVE_INFINITY;
  for (const volume of [0, 1]) {
    const times = timesOf(volumeSlices(stack, volume));
    if (times === undefined) continue;
    if (Math.max(...times) <= most + toleranceMs) return times;
  }
  return undefined;
}

function timesOf(slices: readonly SourceSlice[]): readonly number[] | undefined {
  const times = slices.map(sliceTimeOf).filter((time) => time !== undefined);
  if (slices.length === 0 || times.length < slices.length) return undefined;
  const first = Math.min(...times);
  return times.every((time) => time === first) ? undefined : times.map((time) => time - first);
}

/** As the protocol orders them: evenly through Repetition Time, less what it waits. */
function timesByOrder(stack: DescribedStack, scan: ScanFacts): readonly number[] | undefined {
  const { sliceOrder, repetitionTime, geEra } = scan;
  const count = stack.plan.slices;
  const bands = scan.multiband ?? 1;
  if (sliceOrder === undefined || sliceOrder === 'none' || repetitionTime === undefined) {
    return undefined;
  }
  if (bands > 1 && (geEra === undefined || geEra === 'before-26')) return undefined;
  const places = protocolPlaces(stack);
  if (places === undefined) return undefined;
  const whole = Math.ceil(count / bands);
  const shots = bands > 1 && geEra === '26' && whole % 2 === 0 ? whole + 1 : whole;
  const step = (repetitionTime - (scan.groupDelay ?? scan.delayTime ?? 0)) / shots;
  if (step <= 0) return undefined;
  const turns = turnsOf(sliceOrder, shots);
  if (bands > 1 && geEra === '27-r03' && shots % 2 === 0 && shots > 2) {
    [turns[shots - 1], turns[shots - 3]] = [turns[shots - 3] ?? 0, turns[shots - 1] ?? 0];
  }
  return places.map((place) => (turns[place % shots] ?? 0) * step);
}

/** Of each slice of the file its place in the protocol: the tile it was, or as instances are numbered. */
function protocolPlaces(stack: DescribedStack): readonly number[] | undefined {
  const slices = volumeSlices(stack, 0);
  const isTiled = slices.every(({ slice }) => slice.number !== undefined);
  if (isTiled) {
    const isForward = slices.every(({ slice }) => (slice.direction ?? 1) === 1);
    return isForward ? slices.map(({ slice }) => slice.number ?? 0) : undefined;
  }
  // Their protocols may make one volume in several turns, of which the order of slices says nothing.
  if (stackScan(stack).manufacturer === 'Siemens') return undefined;
  const order = instanceOrder(slices);
  if (order === undefined) return undefined;
  return slices.map((_, at) => (order === 1 ? at : slices.length - 1 - at));
}

/** In which turn each shot is made. */
function turnsOf(order: NonNullable<ScanFacts['sliceOrder']>, shots: number): number[] {
  const all = Array.from({ length: shots }, (_, shot) => shot);
  const evenFirst = [
    ...all.filter((shot) => shot % 2 === 0),
    ...all.filter((shot) => shot % 2 === 1),
  ];
  const oddFirst = [
    ...all.filter((shot) => shot % 2 === 1),
    ...all.filter((shot) => shot % 2 === 0),
  ];
  const sequence = {
    ascending: all,
    descending: all.toReversed(),
    interleaved: evenFirst,
    'interleaved-by-count': shots % 2 === 1 ? evenFirst : oddFirst,
    none: all,
  }[order];
  const turns = new Array<number>(shots).fill(0);
  for (const [turn, shot] of sequence.entries()) turns[shot] = turn;
  return turns;
}
