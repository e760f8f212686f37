import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  type DataSet,
  elementOf,
  sopClass,
  type ValueInput,
} from '../dicom/index.ts';
import { readStandardFacts } from '../facts/index.ts';
import { present } from '../lib/assert.ts';
import { type DescribedStack, type SourceSlice, slicesInFile } from './described-stack.ts';
import type { VolumeRefusal } from './errors.ts';
import { planVolume } from './plan.ts';
import { planSeries } from './plan-series.ts';
import type { RefusedStack } from './refused-stack.ts';
import { add, cross, scale, type Vector3 } from './vector.ts';
import type { PlanSlice, VolumeFormat, VolumePlan } from './volume-format.ts';

/** What sample slices are like. */
export interface SampleOptions {
  readonly count?: number;
  readonly rows?: number;
  readonly columns?: number;
  readonly rowDirection?: Vector3;
  readonly columnDirection?: Vector3;
  readonly origin?: Vector3;
  /** Between rows, columns, slices. */
  readonly spacingMm?: Vector3;
  readonly transferSyntaxUid?: string;
  /** Default: MR images, which may have no scale. */
  readonly sopClassUid?: string;
  /** Attributes to set, or to remove with undefined, in the slice at `index`. */
  readonly edit?: (index: number) => Readonly<Record<number, ValueInput | undefined>>;
}

/** An evenly spaced stack; slice `index` is the one at place `index`. */
export function sampleSlices(options: SampleOptions = {}): PlanSlice[] {
  const { transferSyntaxUid = '1.2.840.10008.1.2.1', sopClassUid } = options;
  return sampleHeaders(options).map((header) => ({
    transferSyntaxUid,
    facts: factsOf(header, sopClassUid),
  }));
}

/** The headers of the stack. */
export function sampleHeaders(options: SampleOptions = {}): DataSet[] {
  const { count = 5, edit = () => ({}) } = options;
  return Array.from({ length: count }, (_, index) =>
    headerOf({ ...sampleAttributes(options, index), ...edit(index) }),
  );
}

/** The facts of the header, Image Type as it stands. */
function factsOf(
  header: DataSet,
  sopClassUid: string = sopClass.MRImageStorage,
): PlanSlice['facts'] {
  return readStandardFacts({ header, omitted: [], sopClassUid, tokenOf: String });
}

/** Position of the sample slice at `index`. */
export function samplePosition(options: SampleOptions, index: number): Vector3 {
  const {
    rowDirection = [1, 0, 0],
    columnDirection = [0, 1, 0],
    origin = [-10, -20, 30],
  } = options;
  const { spacingMm = [1.5, 1.25, 2] } = options;
  return add(origin, scale(cross(rowDirection, columnDirection), index * spacingMm[2]));
}

function sampleAttributes(
  options: SampleOptions,
  index: number,
): Record<number, ValueInput | undefined> {
  const { rowDirection = [1, 0, 0], columnDirection = [0, 1, 0], rows = 6, columns = 8 } = options;
  const { spacingMm = [1.5, 1.25, 2] } = options;
  return {
    0x00080008: 'ORIGINAL\\PRIMARY\\OTHER',
    0x00200032: samplePosition(options, index).join('\\'),
    0x00200037: [...rowDirection, ...columnDirection].join('\\'),
    0x00280002: 1,
    0x00280004: 'MONOCHROME2 ',
    0x00280010: rows,
    0x00280011: columns,
    0x00280030: `${spacingMm[0]}\\${spacingMm[1]}`,
    0x00280100: 16,
    0x00280101: 12,
    0x00280102: 11,
    0x00280103: 0,
  };
}

/** A header of attributes of the dictionary. */
function headerOf(attributes: Readonly<Record<number, ValueInput | undefined>>): DataSet {
  const header = new Map<number, DataElement>();
  for (const [key, value] of Object.entries(attributes)) {
    const tag = Number(key);
    if (value !== undefined) header.set(tag, elementOf(tag, value));
  }
  return header;
}

/** The plan of sample slices that must be plannable. */
export function samplePlan(options: SampleOptions = {}): VolumePlan {
  const outcome = planVolume(sampleSlices(options));
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.code);
  return outcome.value;
}

/** A stack of sample slices that must be plannable, and what it is made of. */
export function sampleStack(options: SampleOptions = {}): DescribedStack {
  const slices = sampleSlices(options);
  const [only, another] = planSeries(slices);
  assert.ok(only?.outcome.ok && another === undefined, 'one stack');
  const plan = only.outcome.value;
  const sources = slices.map((slice, at) => ({ instanceUid: `2.25.${at + 1}`, number: 1, slice }));
  const sourcesAt = (indices: readonly number[]): readonly SourceSlice[] =>
    indices.map((index) => present(sources[index], 'a slice'));
  return {
    plan,
    slices: slicesInFile(plan, sourcesAt(only.slices)),
    leftOut: sourcesAt(only.leftOut),
    toldApartBy: [],
  };
}

/** Sample slices as a stack that is refused with this code. */
export function sampleRefused(code: VolumeRefusal, options: SampleOptions = {}): RefusedStack {
  const slices = sampleSlices(options).map((slice, at) => ({
    instanceUid: `2.25.${at + 1}`,
    number: 1,
    slice,
  }));
  return { code, slices, toldApartBy: [], corrections: [] };
}

/** What every volume format keeps. */
export function testVolumeFormat(format: VolumeFormat): void {
  test(`${format.name}: the header is the same for the same plan`, () => {
    assert.deepEqual(format.header(samplePlan()), format.header(samplePlan()));
  });
}
