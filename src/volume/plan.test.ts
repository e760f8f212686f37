import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { dataSetOf, sopClass } from '../dicom/index.ts';
import { present } from '../lib/assert.ts';
import type { VolumeRefusal } from './errors.ts';
import { checkSlice, planFromPositions, planVolume } from './plan.ts';
import { retrieveOrder } from './retrieve-order.ts';
import { positionOf } from './slice.ts';
import {
  type SampleOptions,
  sampleHeaders,
  samplePlan,
  samplePosition,
  sampleSlices,
} from './suite.ts';
import { add, length, scale, subtract, type Vector3 } from './vector.ts';
import type { VolumePlan } from './volume-format.ts';

type Edit = NonNullable<SampleOptions['edit']>;

const position = 0x00200032;
const orientation = 0x00200037;

/** Orthonormal directions from a random unit quaternion. */
const directions = fc
  .tuple(...([0, 1, 2, 3].map(() => fc.double({ min: -1, max: 1, noNaN: true })) as Quartet))
  .filter((q) => Math.hypot(...q) > 0.1)
  .map(([p, q, r, s]) => {
    const n = Math.hypot(p, q, r, s);
    const [a, b, c, d] = [p / n, q / n, r / n, s / n];
    const rowDirection: Vector3 = [
      a * a + b * b - c * c - d * d,
      2 * (b * c + a * d),
      2 * (b * d - a * c),
    ];
    const columnDirection: Vector3 = [
      2 * (b * c - a * d),
      a * a - b * b + c * c - d * d,
      2 * (c * d + a * b),
    ];
    return { rowDirection, columnDirection };
  });

type Quartet = [
  fc.Arbitrary<number>,
  fc.Arbitrary<number>,
  fc.Arbitrary<number>,
  fc.Arbitrary<number>,
];

const coordinate = fc.double({ min: -900, max: 900, noNaN: true });
const spacing = fc.double({ min: 0.2, max: 9, noNaN: true });
const stack = fc.record({
  count: fc.integer({ min: 2, max: 40 }),
  rows: fc.integer({ min: 1, max: 700 }),
  columns: fc.integer({ min: 1, max: 700 }),
  origin: fc.tuple(coordinate, coordinate, coordinate),
  spacingMm: fc.tuple(spacing, spacing, spacing),
});
const samples = fc.tuple(directions, stack).map(([axes, grid]) => ({ ...axes, ...grid }));

function mapped(plan: VolumePlan, ijk: Vector3): Vector3 {
  const at = (index: number): number => present(plan.affineLps[index], 'affine');
  const row = (axis: number): number =>
    at(axis * 4) * ijk[0] +
    at(axis * 4 + 1) * ijk[1] +
    at(axis * 4 + 2) * ijk[2] +
    at(axis * 4 + 3);
  return [row(0), row(1), row(2)];
}

test('the affine maps the corners of every slice to where DICOM says they are, in any input order', () => {
  const shuffled = samples.chain((sample) => {
    const indices = Array.from({ length: sample.count }, (_, index) => index);
    const order = fc.shuffledSubarray(indices, { minLength: sample.count });
    return fc.tuple(fc.constant(sample), order);
  });
  fc.assert(
    fc.property(shuffled, ([sample, order]) => {
      const slices = sampleSlices(sample);
      const outcome = planVolume(order.map((index) => present(slices[index], 'slice')));
      assert.ok(outcome.ok);
      assert.deepEqual([...outcome.value.placeOf], order);
      for (const k of order) {
        for (const [i, j] of [
          [0, 0],
          [sample.columns - 1, 0],
          [0, sample.rows - 1],
        ] as const) {
          const alongRow = scale(sample.rowDirection, i * sample.spacingMm[1]);
          const alongColumn = scale(sample.columnDirection, j * sample.spacingMm[0]);
          const expected = add(add(samplePosition(sample, k), alongRow), alongColumn);
          assert.ok(length(subtract(mapped(outcome.value, [i, j, k]), expected)) < 1e-6);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('order, count and position leave the stack key alone; what tells stacks apart changes it', () => {
  const { stackKey } = samplePlan();
  assert.equal(samplePlan({ count: 9, origin: [1, 2, 3] }).stackKey, stackKey);
  const [a, ...rest] = sampleSlices();
  const reversed = planVolume([...rest.toReversed(), present(a, 'slice')]);
  assert.ok(reversed.ok && reversed.value.stackKey === stackKey);
  const others: SampleOptions[] = [
    { rows: 7 },
    { columns: 9 },
    { rowDirection: [0, 1, 0], columnDirection: [0, 0, -1] },
    { spacingMm: [1.5, 1.2, 2] },
    { edit: () => ({ 0x00180086: '2' }) },
    { edit: () => ({ 0x00181100: '240' }) },
    { edit: () => ({ 0x00080008: 'ORIGINAL\\PRIMARY\\P\\ND' }) },
    { edit: () => ({ 0x00080008: 'DERIVED\\PRIMARY\\ADC' }) },
  ];
  const ids = new Set(others.map((other) => samplePlan(other).stackKey).concat(stackKey));
  assert.equal(ids.size, others.length + 1);
});

test('the stack key is a durable format: this one must never change', () => {
  assert.deepEqual(samplePlan().stackKey.split('\n'), [
    'stack-3',
    '1.2.840.10008.5.1.4.1.1.4',
    '1',
    '1.000\\0.000\\0.000\\0.000\\1.000\\0.000',
    '6',
    '8',
    '1.5000',
    '1.2500',
    'Component=',
    'Map=',
    'EchoNumbers=',
    'ConvolutionKernel=',
    'PhotometricInterpretation=MONOCHROME2',
    'ReconstructionDiameter=',
    'EchoTime=',
  ]);
});

const only =
  (index: number, edit: ReturnType<Edit>): Edit =>
  (at) =>
    at === index ? edit : {};

const refusals: readonly (readonly [string, SampleOptions, VolumeRefusal, number])[] = [
  ['no rows', { edit: only(2, { 0x00280010: undefined }) }, 'VOLUME_NOT_AN_IMAGE', 2],
  ['zero columns', { edit: only(2, { 0x00280011: 0 }) }, 'VOLUME_FACT_NOT_KEPT', 2],
  ['no bits', { edit: only(0, { 0x00280100: undefined }) }, 'VOLUME_NOT_AN_IMAGE', 0],
  ['frames', { edit: only(1, { 0x00280008: '2' }) }, 'VOLUME_MULTI_FRAME', 1],
  ['frames that are no number', { edit: only(1, { 0x00280008: '-1' }) }, 'VOLUME_FACT_NOT_KEPT', 1],
  [
    'Siemens mosaic',
    { edit: () => ({ 0x00080008: 'ORIGINAL\\PRIMARY\\M\\MOSAIC' }) },
    'VOLUME_MOSAIC',
    0,
  ],
  [
    'UIH grid',
    { edit: () => ({ 0x00080008: 'ORIGINAL\\PRIMARY\\M\\VFRAME' }) },
    'VOLUME_MOSAIC',
    0,
  ],
  ['MPEG-2', { transferSyntaxUid: '1.2.840.10008.1.2.4.100' }, 'VOLUME_COMPRESSED', 0],
  ['unknown transfer syntax', { transferSyntaxUid: '1.2.3' }, 'VOLUME_COMPRESSED', 0],
  ['no position', { edit: only(3, { [position]: undefined }) }, 'VOLUME_NO_GEOMETRY', 3],
  ['two coordinates', { edit: only(3, { [position]: '1\\2' }) }, 'VOLUME_FACT_NOT_KEPT', 3],
  ['a word', { edit: only(3, { [position]: '1\\2\\3mm' }) }, 'VOLUME_FACT_NOT_KEPT', 3],
  ['infinite', { edit: only(3, { [position]: '1\\2\\1e999' }) }, 'VOLUME_FACT_NOT_KEPT', 3],
  ['hexadecimal', { edit: only(3, { [position]: '1\\2\\0x10' }) }, 'VOLUME_FACT_NOT_KEPT', 3],
  ['a comma', { edit: only(3, { [position]: '1\\2\\3,5' }) }, 'VOLUME_FACT_NOT_KEPT', 3],
  ['no orientation', { edit: only(0, { [orientation]: undefined }) }, 'VOLUME_NO_GEOMETRY', 0],
  [
    'long cosines',
    { edit: () => ({ [orientation]: '1\\0\\0\\0\\2\\0' }) },
    'VOLUME_FACT_NOT_KEPT',
    0,
  ],
  [
    'oblique axes',
    { edit: () => ({ [orientation]: '1\\0\\0\\0.6\\0.8\\0' }) },
    'VOLUME_NO_GEOMETRY',
    0,
  ],
  ['zero spacing', { edit: only(4, { 0x00280030: '0\\1' }) }, 'VOLUME_FACT_NOT_KEPT', 4],
  ['one spacing', { edit: only(4, { 0x00280030: '1' }) }, 'VOLUME_FACT_NOT_KEPT', 4],
  ['other rows', { edit: only(2, { 0x00280010: 7 }) }, 'VOLUME_MIXED_SIZE', 2],
  ['other pixel spacing', { edit: only(2, { 0x00280030: '1.5\\1.26' }) }, 'VOLUME_MIXED_SIZE', 2],
  [
    'a localizer',
    { edit: only(2, { [orientation]: '0\\1\\0\\0\\0\\-1' }) },
    'VOLUME_MIXED_ORIENTATION',
    2,
  ],
  [
    'other bits',
    { edit: only(2, { 0x00280101: 11, 0x00280102: 10 }) },
    'VOLUME_MIXED_PIXEL_FORMAT',
    2,
  ],
  ['other sign', { edit: only(2, { 0x00280103: 1 }) }, 'VOLUME_MIXED_PIXEL_FORMAT', 2],
  ['two echoes', { edit: only(4, { 0x00180086: '2' }) }, 'VOLUME_SEVERAL_STACKS', 4],
  [
    'a repeated slice',
    { edit: only(4, { [position]: '-10\\-20\\34' }) },
    'VOLUME_DUPLICATE_POSITION',
    4,
  ],
  [
    'a missing slice',
    { edit: only(4, { [position]: '-10\\-20\\40' }) },
    'VOLUME_UNEVEN_SPACING',
    1,
  ],
  [
    'a late slice',
    { edit: only(2, { [position]: '-10\\-20\\34.12' }) },
    'VOLUME_UNEVEN_SPACING',
    2,
  ],
  ['a tilt', { edit: (at) => ({ [position]: `-10\\${at}\\${at * 2}` }) }, 'VOLUME_GANTRY_TILT', 1],
  ['one plane', { edit: (at) => ({ [position]: `${at}\\0\\0` }) }, 'VOLUME_GANTRY_TILT', 1],
  [
    'colour',
    { edit: () => ({ 0x00280002: 3, 0x00280004: 'RGB' }) },
    'VOLUME_PIXEL_FORMAT_UNSUPPORTED',
    0,
  ],
  [
    'a palette of values of 32 bits',
    {
      edit: () => ({
        0x00280004: 'PALETTE COLOR',
        0x00280100: 32,
        0x00280101: 32,
        0x00280102: 31,
        0x00280103: 0,
      }),
    },
    'VOLUME_PIXEL_FORMAT_UNSUPPORTED',
    0,
  ],
  ['one bit of twelve', { edit: () => ({ 0x00280100: 1 }) }, 'VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0],
  [
    'big endian numbers of 32 bits',
    {
      transferSyntaxUid: '1.2.840.10008.1.2.2',
      edit: () => ({ 0x00280100: 32, 0x00280101: 32, 0x00280102: 31 }),
    },
    'VOLUME_PIXEL_FORMAT_UNSUPPORTED',
    0,
  ],
  ['high bit outside', { edit: () => ({ 0x00280102: 16 }) }, 'VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0],
  [
    'more stored than high',
    { edit: () => ({ 0x00280102: 10 }) },
    'VOLUME_PIXEL_FORMAT_UNSUPPORTED',
    0,
  ],
  [
    'slope zero',
    { edit: () => ({ 0x00281052: '0', 0x00281053: '0' }) },
    'VOLUME_PIXEL_FORMAT_UNSUPPORTED',
    0,
  ],
  [
    'values of a mapping alone',
    { edit: () => ({ 0x00409096: [dataSetOf({ RealWorldValueSlope: 3 })] }) },
    'VOLUME_PIXEL_FORMAT_UNSUPPORTED',
    0,
  ],
  ['a CT without its scale', { sopClassUid: sopClass.CTImageStorage }, 'VOLUME_VALUES_UNPROVEN', 0],
  [
    'a PET without its scale',
    { sopClassUid: sopClass.PositronEmissionTomographyImageStorage },
    'VOLUME_VALUES_UNPROVEN',
    0,
  ],
  ['an intercept alone', { edit: () => ({ 0x00281052: '-1024' }) }, 'VOLUME_VALUES_UNPROVEN', 0],
  ['no sign stated', { edit: only(3, { 0x00280103: undefined }) }, 'VOLUME_VALUES_UNPROVEN', 3],
  ['slope of words', { edit: () => ({ 0x00281053: 'one' }) }, 'VOLUME_FACT_NOT_KEPT', 0],
  ['too many rows', { rows: 40_000 }, 'VOLUME_TOO_LARGE', 0],
  ['too many bytes', { rows: 32_767, columns: 32_767, count: 9 }, 'VOLUME_TOO_LARGE', 0],
];

for (const [name, options, code, offset] of refusals) {
  test(`refuses ${name}: ${code}`, () => {
    const outcome = planVolume(sampleSlices(options));
    assert.deepEqual(outcome, { ok: false, code, offset });
  });
}

test('rounded positions and last digits of cosines are no reason to refuse', () => {
  const rounded = samplePlan({
    count: 200,
    spacingMm: [1, 1, 0.625],
    edit: (at) => ({
      [position]: `0\\0\\${(at * 0.625).toFixed(2)}`,
      [orientation]: at % 2 === 0 ? '1\\0\\0\\0\\1\\0' : '1.00000\\2.07e-013\\-0\\0\\1\\0 ',
    }),
  });
  assert.ok(Math.abs(rounded.spacingMm[2] - 0.625) < 1e-3);
});

test('a plan from positions and the lowest header is the plan of all headers', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      const slices = sampleSlices(sample);
      const positions = sampleHeaders(sample).map((header) => positionOf(header));
      const early = planFromPositions(positions, present(slices[0], 'slice'));
      assert.deepEqual(early, planVolume(slices));
      assert.ok(early.ok);
      for (const [index, slice] of slices.entries()) {
        assert.equal(checkSlice(early.value, index, slice), undefined);
      }
    }),
    { numRuns: 50 },
  );
});

test('slices asked for in retrieve order come in the order of the volume', () => {
  fc.assert(
    fc.property(samples, fc.boolean(), (sample, withOrientation) => {
      const slices = sampleSlices(sample).toReversed();
      const records = sampleHeaders(sample)
        .toReversed()
        .map((header) => {
          const record = new Map(header);
          if (!withOrientation) record.delete(orientation);
          return record;
        });
      const plan = planVolume(slices);
      assert.ok(plan.ok);
      const places = retrieveOrder(records).map((index) => plan.value.placeOf[index] ?? -1);
      const ascending = places.toSorted((a, b) => a - b);
      // Without orientation the direction is a guess: either way the slices come one after another.
      const isDescending = !withOrientation && places[0] !== 0;
      assert.deepEqual(isDescending ? places.toReversed() : places, ascending);
    }),
    { numRuns: 50 },
  );
});

test('a record without a position stops the early plan', () => {
  const slices = sampleSlices();
  const positions = sampleHeaders().map((header, index) =>
    index === 3 ? undefined : positionOf(header),
  );
  const outcome = planFromPositions(positions, present(slices[0], 'slice'));
  assert.deepEqual(outcome, { ok: false, code: 'VOLUME_NO_GEOMETRY', offset: 3 });
});

test('a header that is not what the plan says is refused with what differs', () => {
  const plan = samplePlan();
  const check = (options: SampleOptions, index = 2): VolumeRefusal | undefined =>
    checkSlice(plan, index, present(sampleSlices(options)[2], 'slice'));
  assert.equal(check({}), undefined);
  assert.equal(check({}, 3), 'VOLUME_NOT_AS_LISTED');
  assert.equal(check({ origin: [-10, -20, 30.2] }), 'VOLUME_NOT_AS_LISTED');
  assert.equal(check({ origin: [-11, -20, 30] }), 'VOLUME_NOT_AS_LISTED');
  assert.equal(check({ rows: 7 }), 'VOLUME_MIXED_SIZE');
  assert.equal(check({ spacingMm: [1.5, 1.3, 2] }), 'VOLUME_MIXED_SIZE');
  assert.equal(
    check({ rowDirection: [0, 1, 0], columnDirection: [-1, 0, 0] }),
    'VOLUME_MIXED_ORIENTATION',
  );
  assert.equal(check({ transferSyntaxUid: '1.2.840.10008.1.2.2' }), 'VOLUME_MIXED_PIXEL_FORMAT');
  assert.equal(check({ transferSyntaxUid: '1.2.840.10008.1.2.4.100' }), 'VOLUME_COMPRESSED');
  assert.equal(
    check({ edit: () => ({ 0x00281052: '0', 0x00281053: '2' }) }),
    'VOLUME_NOT_AS_LISTED',
  );
  assert.equal(check({ edit: () => ({ 0x00180086: '2' }) }), 'VOLUME_SEVERAL_STACKS');
  assert.equal(check({ edit: () => ({ [position]: undefined }) }), 'VOLUME_NO_GEOMETRY');
});

test('the reason of a refusal does not depend on the order of the slices', () => {
  const edits = refusals.flatMap(([, { edit, ...rest }]) =>
    edit === undefined || Object.keys(rest).length > 0 ? [] : [edit],
  );
  const two = fc.tuple(fc.constantFrom(...edits), fc.constantFrom(...edits));
  const orders = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  fc.assert(
    fc.property(two, orders, ([a, b], order) => {
      const slices = sampleSlices({ count: 6, edit: (at) => ({ ...a(at), ...b(5 - at) }) });
      const codeOf = (list: typeof slices): string => {
        const outcome = planVolume(list);
        return outcome.ok ? 'planned' : outcome.code;
      };
      assert.equal(codeOf(order.map((index) => present(slices[index], 'slice'))), codeOf(slices));
    }),
    { numRuns: 300 },
  );
});
