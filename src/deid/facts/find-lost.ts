import {
  ChangedItems,
  type DataElement,
  type DataSet,
  type ItemList,
  type Keyword,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { type NumberRow, numberFacts, readNumbers } from '../../facts/index.ts';
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
  'SegmentIdentificationSequence',
];

/** Finds what is lost of an element: its keyword, or that of one within it. */
type Loss = (was: DataElement, left: DataElement | undefined) => Keyword | undefined;

/** What readers need, in this order. */
const needs: ReadonlyMap<Tag, { readonly rank: number; readonly lossOf: Loss }> = new Map(
  [
    ...Object.values(numberFacts).map((row) => [t[row.source], numberLoss(row)] as const),
    ...frameElements.map((keyword) => [t[keyword], otherLoss(keyword)] as const),
  ].map(([tag, lossOf], rank) => [tag, { rank, lossOf }]),
);

/** What de-identification took of an element although a reader needs it. */
export interface Lost {
  readonly keyword: Keyword;
  /** The lower it is, the earlier it is told. */
  readonly rank: number;
}

/** What is lost where of an element so much is left. Frames that are judged one by one are not looked at. */
export function lostOf(was: DataElement, left: DataElement | undefined): Lost | undefined {
  const need = needs.get(was.tag);
  const keyword = need?.lossOf(was, left);
  return need === undefined || keyword === undefined ? undefined : { keyword, rank: need.rank };
}

/** What is lost of frames, which were judged one by one, within the element that holds them. */
export const lostWithin = (tag: Tag, keyword: Keyword): Lost => ({
  keyword,
  rank: needs.get(tag)?.rank ?? needs.size,
});

/** What is told of several losses. */
export const firstLost = (one: Lost | undefined, other: Lost | undefined): Lost | undefined =>
  one === undefined || (other !== undefined && other.rank < one.rank) ? other : one;

/**
 * The first element that de-identification took from a header, at any depth, although a reader
 * needs it to read or place the pixels; undefined if all are left, with the same numbers.
 */
export function findLost(before: DataSet, after: DataSet): Keyword | undefined {
  let first: Lost | undefined;
  for (const was of before.values()) first = firstLost(first, lostOf(was, after.get(was.tag)));
  return first?.keyword;
}

function numberLoss(row: NumberRow): Loss {
  return (element, leftElement) => {
    const was = readNumbers(alone(element), row);
    if (was.kind !== 'value') return was.kind === 'absent' ? undefined : row.source;
    if (leftElement !== undefined && isUnchanged(element, leftElement)) return undefined;
    const left = readNumbers(alone(leftElement), row);
    const isLeft = left.kind === 'value' && String(left.value) === String(was.value);
    return isLeft ? undefined : row.source;
  };
}

function otherLoss(keyword: Keyword): Loss {
  return (was, left) => {
    if (sizeOf(was) === 0) return undefined;
    if (left === undefined || sizeOf(left) === 0) return keyword;
    if (was.vr !== 'SQ' || left.vr !== 'SQ' || left.items instanceof ChangedItems) return undefined;
    return lostOfItems(was.items, left.items);
  };
}

const alone = (element: DataElement | undefined): DataSet =>
  new Map(element === undefined ? [] : [[element.tag, element]]);

/** The usual case, and quick: what is the same is read the same. */
function isUnchanged(was: DataElement, left: DataElement): boolean {
  if (was.vr === 'SQ' || left.vr === 'SQ') return false;
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
