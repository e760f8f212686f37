import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { samplePlan, testVolumeFormat } from '../../suite.ts';
import type { PixelFormat } from '../../volume-format.ts';
import { voxelTypeOf } from '../../voxels/voxel-type.ts';
import { encodeNiftiHeader, niftiAffineRas } from './header.ts';
import { niftiFormat } from './nifti.ts';
import { quaternionOf } from './quaternion.ts';

testVolumeFormat(niftiFormat);

const format = (options: Partial<PixelFormat>): PixelFormat => ({
  ...samplePlan().format,
  ...options,
});

test('voxel types: unsigned pixels with a free sign bit become signed', () => {
  const rows = [
    [8, 8, false, 'uint8', 2],
    [8, 7, false, 'uint8', 2],
    [8, 8, true, 'int8', 256],
    [16, 12, false, 'int16', 4],
    [16, 15, false, 'int16', 4],
    [16, 16, false, 'uint16', 512],
    [16, 16, true, 'int16', 4],
    [32, 32, true, 'int32', 8],
    [32, 31, false, 'int32', 8],
    [32, 32, false, 'uint32', 768],
  ] as const;
  for (const [bitsAllocated, bitsStored, signed, name, code] of rows) {
    const type = voxelTypeOf({
      format: format({ bitsAllocated, bitsStored, signed }),
      scale: { slope: 1, intercept: 0 },
    });
    assert.deepEqual(type, { name, code, bits: bitsAllocated });
  }
});

test('the header says 3 dimensions, millimetres and seconds, scanner coordinates, the scale, and no words', () => {
  const plan = samplePlan({ edit: () => ({ 0x00281052: '-1024', 0x00281053: '2.5' }) });
  const header = Buffer.from(encodeNiftiHeader(plan));
  assert.equal(header.length, 352);
  assert.equal(header.readInt32LE(0), 348);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((index) => header.readInt16LE(40 + 2 * index)),
    [3, 8, 6, 5, 1, 1, 1, 1],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => header.readFloatLE(76 + 4 * index)),
    [-1, 1.25, 1.5, 2],
  );
  assert.equal(header.readFloatLE(108), 352);
  assert.deepEqual([header.readFloatLE(112), header.readFloatLE(116)], [2.5, -1024]);
  assert.equal(header[123], 2 + 8);
  assert.equal(header.toString('latin1', 344, 352), 'n+1\0\0\0\0\0');
  assert.ok(
    header.subarray(148, 252).every((byte) => byte === 0),
    'descrip and aux_file are empty',
  );
  assert.ok(
    header.subarray(4, 38).every((byte) => byte === 0),
    'data_type and db_name are empty',
  );
});

test('the affine of an axial slice: right to left, to anterior, to superior', () => {
  const plan = samplePlan({ origin: [-10, -20, 30] });
  assert.deepEqual(niftiAffineRas(plan), [-1.25, 0, 0, 10, 0, 1.5, 0, 12.5, 0, 0, 2, 30]);
});

test('the quaternion is the rotation of the affine, for every orientation', () => {
  const component = fc.double({ min: -1, max: 1, noNaN: true });
  const directions = fc
    .tuple(component, component, component, component, component, component)
    .filter(([a, b, c, d, e, f]) => {
      const crossed = Math.hypot(b * f - c * e, c * d - a * f, a * e - b * d);
      return crossed > 0.05;
    });
  fc.assert(
    fc.property(directions, fc.constantFrom(1, -1), ([a, b, c, d, e, f], handed) => {
      const first = Math.hypot(a, b, c);
      const i = [a / first, b / first, c / first] as const;
      const along = d * i[0] + e * i[1] + f * i[2];
      const rawJ = [d - along * i[0], e - along * i[1], f - along * i[2]] as const;
      const second = Math.hypot(...rawJ);
      const j = rawJ.map((value) => value / second) as [number, number, number];
      const k = [i[1] * j[2] - i[2] * j[1], i[2] * j[0] - i[0] * j[2], i[0] * j[1] - i[1] * j[0]];
      const affine = [0, 1, 2].flatMap((row) => [
        3 * (i[row] ?? 0),
        2 * (j[row] ?? 0),
        handed * 4 * (k[row] ?? 0),
        7,
      ]);
      const { quatern, qfac } = quaternionOf(affine);
      const rebuilt = rotationOf(quatern).flatMap((row) => [
        row[0] * 3,
        row[1] * 2,
        row[2] * 4 * qfac,
      ]);
      assert.equal(qfac, handed);
      const expected = affine.filter((_, index) => index % 4 < 3);
      for (const [index, value] of rebuilt.entries()) {
        assert.ok(Math.abs(value - (expected[index] ?? 0)) < 1e-6);
      }
    }),
    { numRuns: 500 },
  );
});

/** The matrix of a unit quaternion, as NIfTI-1 defines it. */
function rotationOf([b, c, d]: readonly [number, number, number]): [number, number, number][] {
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
  ];
}
