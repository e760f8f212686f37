import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sopClass, type ValueInput } from '../dicom/index.ts';
import { niftiFormat } from './formats/nifti/nifti.ts';
import { planVolume } from './plan.ts';
import { samplePlan, sampleSlices } from './suite.ts';
import { toVoxels } from './voxels/to-voxels.ts';

type Edit = Readonly<Record<number, ValueInput | undefined>>;

const rgb: Edit = {
  0x00280002: 3,
  0x00280004: 'RGB ',
  0x00280006: 0,
  0x00280100: 8,
  0x00280101: 8,
  0x00280102: 7,
};
const jpeg = '1.2.840.10008.1.2.4.50';

test('colours of 8 bits are RGB24 voxels, rows bottom up', () => {
  const plan = samplePlan({ rows: 2, columns: 2, edit: () => rgb });
  const header = Buffer.from(niftiFormat.header(plan));
  assert.deepEqual([header.readInt16LE(70), header.readInt16LE(72)], [128, 24]);
  assert.equal(plan.sliceBytes, 12);
  const pixels = Uint8Array.from({ length: 12 }, (_, at) => at);
  const voxels = new Uint8Array(12);
  toVoxels(plan, { pixels, place: 0 }, voxels);
  assert.deepEqual([...voxels], [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]);
});

for (const [name, edit, transferSyntaxUid, outcome] of [
  ['planes of colours', { 0x00280006: 1 }, undefined, 'planned'],
  ['YBR_FULL', { 0x00280004: 'YBR_FULL' }, undefined, 'planned'],
  ['YBR_FULL_422', { 0x00280004: 'YBR_FULL_422' }, undefined, 'planned'],
  ['YBR_FULL_422 in planes', { 0x00280004: 'YBR_FULL_422', 0x00280006: 1 }, undefined, 'refused'],
  ['YBR_RCT, compressed', { 0x00280004: 'YBR_RCT ' }, '1.2.840.10008.1.2.4.90', 'planned'],
  ['YBR_RCT, native', { 0x00280004: 'YBR_RCT ' }, undefined, 'refused'],
  ['nothing of planes', { 0x00280006: undefined }, undefined, 'refused'],
  ['nothing of planes, compressed', { 0x00280006: undefined }, jpeg, 'planned'],
  ['YBR_PARTIAL_422', { 0x00280004: 'YBR_PARTIAL_422 ' }, undefined, 'refused'],
  ['16 bits', { 0x00280100: 16, 0x00280101: 16, 0x00280102: 15 }, undefined, 'planned'],
  ['12 of 16 bits', { 0x00280100: 16, 0x00280101: 12, 0x00280102: 11 }, undefined, 'planned'],
  ['12 higher bits', { 0x00280100: 16, 0x00280101: 12, 0x00280102: 15 }, undefined, 'refused'],
  ['7 of 8 bits', { 0x00280101: 7, 0x00280102: 6 }, undefined, 'refused'],
  [
    'YBR_FULL, 16 bits',
    { 0x00280004: 'YBR_FULL', 0x00280100: 16, 0x00280101: 16, 0x00280102: 15 },
    undefined,
    'refused',
  ],
  ['a palette', { 0x00280002: 1, 0x00280004: 'PALETTE COLOR ' }, undefined, 'planned'],
  [
    'a palette with signs',
    { 0x00280002: 1, 0x00280004: 'PALETTE COLOR ', 0x00280103: 1 },
    undefined,
    'refused',
  ],
  ['signed', { 0x00280103: 1 }, undefined, 'refused'],
  ['one sample', { 0x00280002: 1 }, undefined, 'refused'],
  ['a scale', { 0x00281052: '5 ', 0x00281053: '1 ' }, undefined, 'refused'],
] as const) {
  test(`colours, ${name}: ${outcome}`, () => {
    const syntax = transferSyntaxUid === undefined ? {} : { transferSyntaxUid };
    const plan = planVolume(sampleSlices({ edit: () => ({ ...rgb, ...edit }), ...syntax }));
    const code = plan.ok ? 'planned' : plan.code;
    assert.equal(code, outcome === 'planned' ? outcome : 'VOLUME_PIXEL_FORMAT_UNSUPPORTED');
  });
}

test('floating point pixels are the values, and nothing may scale them', () => {
  for (const floatBits of [32, 64] as const) {
    const planOf = (edit: Edit) =>
      planVolume(
        sampleSlices({
          edit: () => ({ 0x00280100: floatBits, 0x00280101: undefined, ...edit }),
        }).map((slice) => ({ ...slice, facts: { ...slice.facts, floatBits } })),
      );
    const plan = planOf({});
    assert.ok(plan.ok);
    const header = Buffer.from(niftiFormat.header(plan.value));
    const type = floatBits === 32 ? 16 : 64;
    assert.deepEqual([header.readInt16LE(70), header.readInt16LE(72)], [type, floatBits]);
    assert.ok(planOf({ 0x00281052: '0', 0x00281053: '1' }).ok);
    for (const refused of [{ 0x00281052: '0', 0x00281053: '2' }, { 0x00280100: 16 }]) {
      const other = planOf(refused);
      assert.equal(other.ok ? 'planned' : other.code, 'VOLUME_PIXEL_FORMAT_UNSUPPORTED');
    }
  }
});

test('a fractional segmentation says what is all of a pixel', () => {
  const eight = { 0x00280100: 8, 0x00280101: 8, 0x00280102: 7, 0x00280103: 0 };
  const scaleOf = (edit: Edit) =>
    samplePlan({ sopClassUid: sopClass.SegmentationStorage, edit: () => ({ ...eight, ...edit }) })
      .scale;
  assert.deepEqual(scaleOf({ 0x0062000e: 250 }), { slope: 0.004, intercept: 0 });
  assert.deepEqual(scaleOf({}), { slope: 1, intercept: 0 });
});

test('pixels of one bit are bytes', () => {
  const bit = { 0x00280100: 1, 0x00280101: 1, 0x00280102: 0, 0x00280103: 0 };
  const plan = samplePlan({ rows: 3, columns: 3, edit: () => bit });
  const header = Buffer.from(niftiFormat.header(plan));
  assert.deepEqual([header.readInt16LE(70), header.readInt16LE(72), plan.sliceBytes], [2, 8, 9]);
});

test('slices with colours and slices without are not one stack', () => {
  const eight = { 0x00280100: 8, 0x00280101: 8, 0x00280102: 7 };
  const plan = planVolume(sampleSlices({ edit: (index) => (index === 2 ? rgb : eight) }));
  assert.ok(!plan.ok);
});
