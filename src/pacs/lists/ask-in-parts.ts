import type { DataSet, Keyword } from '../../dicom/index.ts';
import { visitInSlices } from '../../lib/streams/visit-in-slices.ts';
import { isQueryFailure } from '../errors.ts';
import { pacsLimits } from '../limits.ts';
import type { QueryLevel } from '../pacs-source.ts';
import { type Axis, axesOf } from './axis.ts';
import { uidOf } from './sort-answers.ts';

/** Asks a list again, with further keys. */
type AskWith = (keys: Readonly<Partial<Record<Keyword, string>>>) => Promise<readonly DataSet[]>;

/** What asking in parts came to. */
export interface Parts {
  /** What the parts gave, beside what the list gave: some of it may be in both. */
  readonly answers: readonly DataSet[];
  /**
   * `whole`: the parts are shorter than the list and together hold all of it, so it was not cut.
   * `open`: a part may still be cut short. `none`: the PACS or the answers allow no parts.
   */
  readonly outcome: 'whole' | 'open' | 'none';
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly answers: readonly DataSet[];
}

/**
 * Ask for a list that may be cut short in parts, by ranges of a date or time that its answers have.
 * A part as long as the list is asked for in parts again. Gives up where the PACS does not look at
 * ranges: then both halves hold the same.
 */
export async function askInParts(
  ask: AskWith,
  { level, list }: { readonly level: QueryLevel; readonly list: readonly DataSet[] },
): Promise<Parts> {
  const answers: DataSet[] = [];
  try {
    const chosen = await chooseAxis(ask, level, list);
    if (chosen === undefined) return { answers, outcome: 'none' };
    const outcome = await cutAlong(ask, { ...chosen, level, answers });
    if (outcome !== 'whole') return { answers, outcome };
    const lacking = await countApart(list, await uidsOf(answers, level), level);
    return { answers, outcome: lacking === 0 ? 'whole' : 'open' };
  } catch (error) {
    if (!isQueryFailure(error)) throw error;
    return { answers, outcome: 'none' }; // It cannot answer such a query.
  }
}

/** The list with values along an axis that tells its answers apart. */
interface Chosen {
  readonly axis: Axis;
  readonly list: readonly DataSet[];
}

async function chooseAxis(
  ask: AskWith,
  level: QueryLevel,
  list: readonly DataSet[],
): Promise<Chosen | undefined> {
  const axes = axesOf[level];
  const known = await firstAxis(axes, list);
  if (known !== undefined) return { axis: known, list };
  // Asked for only now: at IMAGE level an archive may open every file for it.
  const asked = await ask(Object.fromEntries(axes.map(({ keyword }) => [keyword, ''])));
  const axis = await firstAxis(axes, asked);
  return axis && { axis, list: asked };
}

/** The first along which the answers can be parted. */
async function firstAxis(
  axes: readonly Axis[],
  answers: readonly DataSet[],
): Promise<Axis | undefined> {
  for (const axis of axes) if ((await medianOf(axis, answers)) !== undefined) return axis;
  return undefined;
}

/** Whole: no part that was not cut again is as long as the list. None: two halves overlap. */
async function cutAlong(
  ask: AskWith,
  context: Chosen & { readonly level: QueryLevel; readonly answers: DataSet[] },
): Promise<Parts['outcome']> {
  const { axis, level, list, answers } = context;
  const open: Part[] = [{ from: axis.first, to: axis.last, answers: list }];
  const isFractional = await hasFractions(axis, list);
  let asked = 0;
  const askFor = async (from: number, to: number): Promise<Part> => {
    asked += 1;
    const part = await ask({ [axis.keyword]: axis.rangeOf(from, to, isFractional) });
    for (const answer of part) answers.push(answer);
    return { from, to, answers: part };
  };
  for (let part = open.shift(); part !== undefined; part = open.shift()) {
    const median = await medianOf(axis, part.answers);
    if (median === undefined || asked >= pacsLimits.listPartsMax) return 'open';
    const low = await askFor(part.from, median);
    const high = await askFor(median + 1, part.to);
    const apart = await countApart(low.answers, await uidsOf(high.answers, level), level);
    if (apart < low.answers.length) return 'none';
    open.push(...[low, high].filter((half) => half.answers.length >= list.length));
  }
  return 'whole';
}

/** A value with values at or below and values above it; undefined where all are the same. */
async function medianOf(axis: Axis, answers: readonly DataSet[]): Promise<number | undefined> {
  const found: number[] = [];
  await visitInSlices(answers, (answer) => {
    const value = axis.valueOf(answer);
    if (value !== undefined && value >= axis.first && value <= axis.last) found.push(value);
  });
  const values = Float64Array.from(found).sort();
  const median = values[(values.length - 1) >> 1];
  const last = values.at(-1);
  if (median === undefined || last === undefined) return undefined;
  return median < last ? median : values.findLast((value) => value < last);
}

async function uidsOf(
  answers: readonly DataSet[],
  level: QueryLevel,
): Promise<Set<string | undefined>> {
  const uids = new Set<string | undefined>();
  await visitInSlices(answers, (answer) => void uids.add(uidOf(answer, level)));
  return uids;
}

/** How many of the answers name what is not among `uids`. */
async function countApart(
  answers: readonly DataSet[],
  uids: ReadonlySet<string | undefined>,
  level: QueryLevel,
): Promise<number> {
  let apart = 0;
  await visitInSlices(answers, (answer) => {
    if (!uids.has(uidOf(answer, level))) apart += 1;
  });
  return apart;
}

async function hasFractions(axis: Axis, answers: readonly DataSet[]): Promise<boolean> {
  let count = 0;
  await visitInSlices(answers, (answer) => {
    if (axis.isFractional(answer)) count += 1;
  });
  return count > 0;
}
