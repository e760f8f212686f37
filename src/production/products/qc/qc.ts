import {
  type CorrectionTold,
  compareSources,
  type DescribedStack,
  deviationOf,
  doubtsOf,
  faultsOf,
  type PlacedSlice,
  type RefusedStack,
  type SourceSlice,
} from '../../../volume/index.ts';
import type { TextProduct } from '../product.ts';

const format = { name: 'mdm-volume-qc', version: 2 } as const;

/**
 * What a volume is made of, and how true it is to that: a map of its slices, and all deviations. Of
 * a stack that is no volume, why, as far as the images show it.
 */
export const qc: TextProduct = {
  name: 'qc.json',
  of: 'stack',
  mediaType: 'application/json',
  voxels: 'none',
  recipe: [{ name: 'format', value: `${format.name} ${format.version}` }],
  has: () => true,
  text: (stack) => textOf(qualityOf(stack)),
  textOfRefused: (stack) => textOf(faultsTold(stack)),
};

const textOf = (told: object): string =>
  `${JSON.stringify({ format: format.name, formatVersion: format.version, ...told }, null, 1)}\n`;

/**
 * `missing` and `duplicates` are empty of every volume there is: what lacks a slice, or has one
 * twice, is refused with a code. What may lack some is `doubted`, and `doubts` says by which element.
 */
function qualityOf(stack: DescribedStack): object {
  const { plan, slices, leftOut } = stack;
  const { unevenMm, tiltMm } = deviationOf(stack);
  const doubts = doubtsOf(stack);
  return {
    refusal: null,
    dimensions: [plan.columns, plan.rows, plan.slices, plan.volumes],
    spacingMm: plan.spacingMm,
    completeness: doubts.length > 0 ? 'doubted' : 'undoubted',
    doubts,
    oneSlice: plan.slices === 1,
    unevenMm: rounded(unevenMm),
    tiltMm: rounded(tiltMm),
    scalePerSlice: plan.scale === 'per-frame',
    splitBy: stack.toldApartBy,
    acquisition: acquisitionOf(stack),
    derived: derivedOf([...slices, ...leftOut]),
    missing: [],
    duplicates: [],
    leftOut: leftOut.map(sourceOf),
    slices: slices.map((slice, place) => ({
      volume: Math.floor(place / plan.slices),
      slice: place % plan.slices,
      ...sourceOf(slice),
    })),
  };
}

/** The series' place in an acquisition that its scanner put into several; null of any other. */
function acquisitionOf({ acquisition }: DescribedStack): object | null {
  if (acquisition === undefined) return null;
  const { id, place, expected } = acquisition;
  return { group: id, place, expected: expected ?? null };
}

/**
 * Places are those at which a slice lies, counted along the normal: `missing` says behind
 * which of them slices lack, `uneven` behind which the distance is no multiple of the usual one.
 */
function faultsTold(stack: RefusedStack): object {
  const { slices, places, deviation, ...faults } = faultsOf(stack);
  return {
    refusal: stack.code,
    places: places ?? null,
    slicesAt: faults.slicesAt,
    unevenMm: deviation === undefined ? null : rounded(deviation.unevenMm),
    tiltMm: deviation === undefined ? null : rounded(deviation.tiltMm),
    splitBy: stack.toldApartBy,
    derived: derivedOf(stack.slices),
    mixed: faults.mixed,
    uneven: faults.uneven,
    missing: faults.missing,
    missingParts: faults.missingParts,
    duplicates: faults.duplicates,
    corrections: stack.corrections.map(correctionOf),
    slices: slices.map(placedOf),
  };
}

function placedOf({ source, place, refusal }: PlacedSlice): object {
  return {
    slice: place ?? null,
    ...sourceOf(source),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function correctionOf({ name, refusal, leftOut }: CorrectionTold): object {
  const sorted = leftOut.toSorted(compareSources);
  return { name, refusal: refusal ?? null, leftOut: sorted.map(sourceOf) };
}

function sourceOf({ instanceUid, number }: SourceSlice): object {
  return { instanceUid, sliceOfInstance: number };
}

/** Keywords of elements that headers lack and the length of their pixel data shows. */
function derivedOf(slices: readonly SourceSlice[]): readonly string[] {
  return [...new Set(slices.flatMap(({ slice }) => slice.facts.derived))].toSorted();
}

/** To a tenth of a micrometre: what is below is the arithmetic's. */
const rounded = (millimetres: number): number => Number(millimetres.toFixed(4));
