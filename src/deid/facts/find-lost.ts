import {
  ChangedItems,
  type DataElement,
  type DataSet,
  type ItemList,
  type Keyword,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { numberFacts, readNumbers } from '../../facts/index.ts';
import { equalBytes } from '../../lib/bytes/bytes.ts';

/**
 * Elements by which pixels are read, scaled and placed, and frames told apart, beside those of the
 * facts: what functional groups hold of each frame.
 *
 * @standard PS3.3 §C.7.6.16.2, §C.8.13.5
 */
export const frameElements: readonly Keyword[] = [
  'SharedFunctionalGroupsSequence',
  'PerFrameFunctionalGroupsSequence',
  'PixelMeasuresSequence',
  'PlanePositionSequence',
  'PlaneOrientationSequence',
  'PixelValueTransformationSequence',
  'FrameContentSequence',
  'DimensionIndexSequence',
  'DimensionIndexPointer',
  'FunctionalGroupPointer',
  'DimensionIndexValues',
  'InStackPositionNumber',
  'TemporalPositionIndex',
  'MREchoSequence',
  'EffectiveEchoTime',
  'MRDiffusionSequence',
  'DiffusionDirectionality',
  'MRImageFrameTypeSequence',
  'ComplexImageComponent',
  'CardiacSynchronizationSequence',
  'NominalCardiacTriggerDelayTime',
  'DiffusionGradientDirectionSequence',
  'DiffusionGradientOrientation',
  'RealWorldValueMappingSequence',
  'RealWorldValueIntercept',
  'RealWorldValueSlope',
  'RealWorldValueFirstValueMapped',
  'RealWorldValueLastValueMapped',
];

const rows = Object.values(numberFacts);
const others = frameElements.map((keyword) => [keyword, t[keyword]] as const);

/**
 * The first element that de-identification took from a header, at any depth, although a reader
 * needs it to read or place the pixels; undefined if all are left, with the same numbers.
 *
 * @param ofFrames the same of the frames, which are judged one by one where they are not held
 */
export function findLost(before: DataSet, after: DataSet, ofFrames?: Keyword): Keyword | undefined {
  for (const row of rows) if (!isLeft(before, after, row)) return row.source;
  for (const [keyword, tag] of others) {
    const was = before.get(tag);
    if (was === undefined || sizeOf(was) === 0) continue;
    const left = after.get(tag);
    if (left === undefined || sizeOf(left) === 0) return keyword;
    if (was.vr !== 'SQ' || left.vr !== 'SQ') continue;
    const isJudged = left.items instanceof ChangedItems;
    const lost = isJudged ? ofFrames : lostOfItems(was.items, left.items);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function isLeft(before: DataSet, after: DataSet, row: (typeof rows)[number]): boolean {
  const was = readNumbers(before, row);
  if (was.kind !== 'value') return was.kind === 'absent';
  if (isUnchanged(before, after, t[row.source])) return true;
  const left = readNumbers(after, row);
  return left.kind === 'value' && String(left.value) === String(was.value);
}

/** The usual case, and quick: what is the same is read the same. */
function isUnchanged(before: DataSet, after: DataSet, tag: Tag): boolean {
  const [was, left] = [before.get(tag), after.get(tag)];
  if (was === undefined || left === undefined || was.vr === 'SQ' || left.vr === 'SQ') return false;
  return was.vr === left.vr && equalBytes(was.value, left.value);
}

function lostOfItems(before: ItemList, after: ItemList): Keyword | undefined {
  let index = 0;
  for (const item of before) {
    const lost = findLost(item, after.at(index) ?? new Map());
    if (lost !== undefined) return lost;
    index += 1;
  }
  return undefined;
}

const sizeOf = (element: DataElement): number =>
  element.vr === 'SQ' ? element.items.length : element.value.length;
