import type { DataSet, Keyword } from '../../dicom/index.ts';
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
    const lacksSome = outcome === 'whole' && !holdsAll(answers, list, level);
    return { answers, outcome: lacksSome ? 'open' : outcome };
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
  const choose = (among: readonly DataSet[]): Chosen | undefined => {
    const axis = axes.find((each) => medianOf(each, among) !== undefined);
    return axis && { axis, list: among };
  };
  const keys = Object.fromEntries(axes.map(({ keyword }) => [keyword, '']));
  // Asked for only now: at IMAGE level an archive may open every file for it.
  return choose(list) ?? choose(await ask(keys));
}

/** Whole: no part that was not cut again is as long as the list. None: two halves overlap. */
async function cutAlong(
  ask: AskWith,
  context: Chosen & { readonly level: QueryLevel; readonly answers: DataSet[] },
): Promise<Parts['outcome']> {
  const { axis, level, list, answers } = context;
  const open: Part[] = [{ from: axis.first, to: axis.last, answers: list }];
  let asked = 0;
  const askFor = async (from: number, to: number): Promise<Part> => {
    asked += 1;
    const part = await ask({ [axis.keyword]: axis.rangeOf(from, to, list) });
    answers.push(...part);
    return { from, to, answers: part };
  };
  for (let part = open.shift(); part !== undefined; part = open.shift()) {
    const median = medianOf(axis, part.answers);
    if (median === undefined || asked >= pacsLimits.listPartsMax) return 'open';
    const low = await askFor(part.from, median);
    const high = await askFor(median + 1, part.to);
    if (haveCommon([low, high], level)) return 'none';
    open.push(...[low, high].filter((half) => half.answers.length >= list.length));
  }
  return 'whole';
}

/** A value with values at or below and values above it; undefined where all are the same. */
function medianOf(axis: Axis, answers: readonly DataSet[]): number | undefined {
  const values = answers
    .map((answer) => axis.valueOf(answer))
    .filter((value) => value !== undefined)
    .filter((value) => value >= axis.first && value <= axis.last)
    .sort((a, b) => a - b);
  const median = values[(values.length - 1) >> 1];
  const last = values.at(-1);
  if (median === undefined || last === undefined) return undefined;
  return median < last ? median : values.findLast((value) => value < last);
}

function haveCommon([low, high]: readonly Part[], level: QueryLevel): boolean {
  const uids = new Set(low?.answers.map((answer) => uidOf(answer, level)));
  return high?.answers.some((answer) => uids.has(uidOf(answer, level))) === true;
}

function holdsAll(
  answers: readonly DataSet[],
  list: readonly DataSet[],
  level: QueryLevel,
): boolean {
  const uids = new Set(answers.map((answer) => uidOf(answer, level)));
  return list.every((answer) => uids.has(uidOf(answer, level)));
}
