import { type Keyword, type Tag, tag as t } from '../../dicom/index.ts';
import { numberFacts } from '../../facts/index.ts';
import { numberBoundRows } from './number-bounds.ts';

/**
 * `i` facts by which the image is read and placed, `g` other geometry, `p` pixel description, `f`
 * physics, `n` numbers and counts that somebody gives.
 */
export type NumberKind = 'i' | 'g' | 'p' | 'f' | 'n';

/** Within what a number of an attribute means something, both ends included. */
export interface Bounds {
  readonly kind: NumberKind;
  readonly least: number;
  readonly most: number;
}

/** The largest finite 32-bit float. */
const float32Max = 3.4028234663852886e38;

/** Facts by which stacks are told apart, and nothing is read or placed. */
const apart: ReadonlyMap<Keyword, NumberKind> = new Map([
  ['EchoNumbers', 'n'],
  ['ReferencedSegmentNumber', 'n'],
  ['TemporalPositionIdentifier', 'n'],
  ['EchoTime', 'f'],
  ['DiffusionBValue', 'f'],
]);

const bounds: ReadonlyMap<Tag, Bounds> = new Map([
  ...numberBoundRows
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => boundsIn(row)),
  // Facts have one range, wherever they are judged: by them pixels are read, scaled and placed.
  ...Object.values(numberFacts).map(({ source, least, most }) => factBounds(source, least, most)),
]);

/** The bounds of an attribute's numbers; none: it keeps no number. */
export function boundsOf(tag: Tag): Bounds | undefined {
  return bounds.get(tag);
}

/** Whether a number lies within. NaN and infinities lie nowhere. */
export function isWithin({ least, most }: Bounds, value: number): boolean {
  return value >= least && value <= most;
}

function boundsIn(row: string): readonly [Tag, Bounds] {
  const [keyword = '', kind = '', , least = '', most = ''] = row.split(/ +/);
  const tag = t[keyword as keyof typeof t]; // a row that names no attribute fails a test
  return [tag, { kind: kind as NumberKind, least: numberIn(least), most: numberIn(most) }]; // the same
}

function factBounds(keyword: Keyword, least: number, most: number): readonly [Tag, Bounds] {
  return [t[keyword], { kind: apart.get(keyword) ?? 'i', least, most }];
}

function numberIn(text: string): number {
  return Number(text.replace('F32', String(float32Max)));
}
