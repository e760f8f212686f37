import { type DataSet, getNumbers, getSequence, type Tag, tag as t } from '../dicom/index.ts';
import { absent, type Fact, fact, knownValue, notKept } from './fact.ts';
import { numberFacts } from './fact-table.ts';
import type { NumberFacts } from './image-facts.ts';
import { readFact } from './read-numbers.ts';

/** Whether a real-world mapping gives the values of the Modality scale, or others. */
export type RealWorld = 'same' | 'other';

/**
 * What the Real World Value Mapping of an image is to its slope and intercept (1 and 0 if absent):
 * `other` where a map has other numbers, or a table. Frames of enhanced objects have maps of their own,
 * which are not looked at here.
 *
 * @standard PS3.3 §C.7.6.16.2.11
 */
export function realWorldOf(
  header: DataSet,
  { slope, intercept }: Pick<NumberFacts, 'slope' | 'intercept'>,
): Fact<RealWorld> {
  const element = header.get(t.RealWorldValueMappingSequence);
  if (element !== undefined && element.vr !== 'SQ' && element.value.length > 0) return notKept;
  const items = getSequence(header, t.RealWorldValueMappingSequence);
  if (items.length === 0) return absent;
  const scale = [knownValue(slope) ?? 1, knownValue(intercept) ?? 0];
  const maps = items.map((item) => [
    numberAt(item, t.RealWorldValueSlope),
    numberAt(item, t.RealWorldValueIntercept),
  ]);
  if (maps.flat().some(Number.isNaN)) return notKept;
  const isSame = maps.every((map) => map.every((value, at) => isClose(value, scale[at] ?? 0)));
  return fact(isSame ? 'same' : 'other');
}

/** Numbers of a mapping that takes a value to another by slope and intercept. */
export type LinearMap = Pick<NumberFacts, 'slope' | 'intercept'>;

/** The one mapping of an image, where it is linear; undefined of none, of several, and of a table. */
export function linearMapOf(holder: DataSet): LinearMap | undefined {
  const [map, another] = getSequence(holder, t.RealWorldValueMappingSequence);
  if (map === undefined || another !== undefined) return undefined;
  const scale = {
    slope: readFact(map, { ...numberFacts.slope, source: 'RealWorldValueSlope' }),
    intercept: readFact(map, { ...numberFacts.intercept, source: 'RealWorldValueIntercept' }),
  } as LinearMap; // `readFact` gives one number where its row has one.
  return scale.slope.kind === 'absent' || scale.intercept.kind === 'absent' ? undefined : scale;
}

/** Undefined where there is none, as beside a table; NaN where it cannot be read. */
function numberAt(item: DataSet, tag: Tag): number | undefined {
  try {
    const numbers = getNumbers(item, tag);
    return numbers.length > 1 ? Number.NaN : numbers[0];
  } catch {
    return Number.NaN;
  }
}

const relativeTolerance = 1e-6;

function isClose(value: number | undefined, other: number): boolean {
  if (value === undefined) return false;
  return Math.abs(value - other) <= relativeTolerance * Math.max(1, Math.abs(other));
}
