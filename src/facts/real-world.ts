import { type DataSet, getNumbers, getSequence, type Tag, tag as t } from '../dicom/index.ts';
import { absent, type Fact, fact, knownValue, notKept } from './fact.ts';
import type { NumberFacts } from './image-facts.ts';

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
