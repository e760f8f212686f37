import {
  type DescribedStack,
  deviationOf,
  doubtsOf,
  type SourceSlice,
} from '../../../volume/index.ts';
import type { TextProduct } from '../product.ts';

const format = { name: 'mdm-volume-qc', version: 1 } as const;

/** What a volume is made of, and how true it is to that: a map of its slices, and all deviations. */
export const qc: TextProduct = {
  name: 'qc.json',
  of: 'stack',
  mediaType: 'application/json',
  voxels: 'none',
  recipe: [{ name: 'format', value: `${format.name} ${format.version}` }],
  has: () => true,
  text: (stack) => `${JSON.stringify(qualityOf(stack), null, 1)}\n`,
};

/**
 * `missing` and `duplicates` are empty in every file there is: what lacks a slice, or has one twice,
 * is refused with a code. What may lack some is `doubted`, and `doubts` says by which element.
 */
function qualityOf(stack: DescribedStack): object {
  const { plan, slices, leftOut } = stack;
  const { unevenMm, tiltMm } = deviationOf(stack);
  const doubts = doubtsOf(stack);
  return {
    format: format.name,
    formatVersion: format.version,
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

function sourceOf({ instanceUid, number }: SourceSlice): object {
  return { instanceUid, sliceOfInstance: number };
}

/** To a tenth of a micrometre: what is below is the arithmetic's. */
const rounded = (millimetres: number): number => Number(millimetres.toFixed(4));
