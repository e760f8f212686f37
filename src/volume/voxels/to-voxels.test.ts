import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { present } from '../../lib/assert.ts';
import { samplePlan } from '../suite.ts';
import type { PixelFormat, VolumePlan } from '../volume-format.ts';
import { type FrameTile, toVoxels, voxelBytesOf } from './to-voxels.ts';

/** The voxels of a slice, in memory of their own. */
function voxelsOf(plan: VolumePlan, pixels: Uint8Array, place = 0): Uint8Array {
  const into = new Uint8Array(voxelBytesOf(plan));
  toVoxels(plan, { pixels, place }, into);
  return into;
}

const format = (options: Partial<PixelFormat>): PixelFormat => ({
  ...samplePlan().format,
  ...options,
});

interface Pixels {
  readonly plan: VolumePlan;
  readonly pixels: Uint8Array;
}

const formats = fc.constantFrom<8 | 16 | 32>(8, 16, 32).chain((bitsAllocated) =>
  fc
    .record({
      bitsAllocated: fc.constant(bitsAllocated),
      bitsStored: fc.integer({ min: 1, max: bitsAllocated }),
      spare: fc.nat(bitsAllocated - 1),
      signed: fc.boolean(),
      floating: fc.constant(false),
      bigEndian: fc.boolean(),
    })
    .map(({ spare, ...rest }) => ({
      ...rest,
      highBit: Math.min(bitsAllocated - 1, rest.bitsStored - 1 + spare),
    })),
);

const slices: fc.Arbitrary<Pixels> = fc
  .record({
    shape: formats,
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    rowsReversed: fc.boolean(),
  })
  .chain(({ shape, rows, columns, rowsReversed }) => {
    const sliceBytes = (rows * columns * shape.bitsAllocated) / 8;
    const size = { rows, columns, rowsReversed, sliceBytes };
    const plan = { ...samplePlan(), ...size, format: format(shape) };
    return fc.tuple(
      fc.constant(plan),
      fc.uint8Array({ minLength: sliceBytes, maxLength: sliceBytes }),
      fc.nat(3),
    );
  })
  .map(([plan, bytes, misalignment]) => {
    const pixels = new Uint8Array(bytes.length + misalignment).subarray(misalignment);
    pixels.set(bytes);
    return { plan, pixels };
  });

test('voxels are the stored bits of each pixel, rows bottom up, or as they are where they are reversed: any width, order and alignment', () => {
  fc.assert(
    fc.property(slices, ({ plan, pixels }) => {
      const expected = modelVoxels({ plan, pixels });
      const voxels = voxelsOf(plan, pixels);
      assert.deepEqual([...voxels], expected);
    }),
    { numRuns: 1000 },
  );
});

/** The definition, one pixel at a time, in arbitrary precision. */
function modelVoxels({ plan, pixels }: Pixels): number[] {
  const { bitsAllocated, bitsStored, highBit, signed, bigEndian } = plan.format;
  const width = bitsAllocated / 8;
  const voxels: number[] = [];
  for (let up = 0; up < plan.rows; up += 1) {
    const row = plan.rowsReversed ? up : plan.rows - 1 - up;
    for (let column = 0; column < plan.columns; column += 1) {
      const offset = (row * plan.columns + column) * width;
      const bytes = [...pixels.subarray(offset, offset + width)];
      if (!bigEndian) bytes.reverse();
      const whole = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
      const stored = BigInt.asUintN(bitsStored, whole >> BigInt(highBit + 1 - bitsStored));
      const value = signed ? BigInt.asIntN(bitsStored, stored) : stored;
      const voxel = BigInt.asUintN(bitsAllocated, value);
      for (let byte = 0; byte < width; byte += 1)
        voxels.push(Number((voxel >> BigInt(8 * byte)) & 255n));
    }
  }
  return voxels;
}

test('voxels are written where they go, and the pixels stay as they are', () => {
  const plan = samplePlan();
  const pixels = Uint8Array.from({ length: 96 }, (_, index) => index % 16);
  const before = [...pixels];
  const page = new Uint8Array(3 * 96).fill(255);
  toVoxels(plan, { pixels, place: 0 }, page.subarray(96, 192));
  assert.deepEqual([...page.subarray(96, 192)], [...voxelsOf(plan, pixels)]);
  assert.ok([...page.subarray(0, 96), ...page.subarray(192)].every((byte) => byte === 255));
  assert.deepEqual([...pixels], before);
});

test('a slice of a frame that tiles several is as one of its own', () => {
  const plan = samplePlan();
  const { columns, rows } = plan;
  const frame = new Uint16Array(2 * rows * 3 * columns).map((_, index) => index);
  const pixels = new Uint8Array(frame.buffer);
  for (const top of [0, rows]) {
    for (const left of [0, columns, 2 * columns]) {
      const tile: FrameTile = { top, left, frameColumns: 3 * columns };
      const into = new Uint8Array(voxelBytesOf(plan));
      toVoxels(plan, { pixels, place: 0, tile }, into);
      const own = Uint16Array.from({ length: rows * columns }, (_, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        return present(frame[(top + row) * 3 * columns + left + column], 'a pixel');
      });
      assert.deepEqual(into, voxelsOf(plan, new Uint8Array(own.buffer)));
    }
  }
  const beyond: FrameTile = { top: rows + 1, left: 0, frameColumns: 3 * columns };
  const into = new Uint8Array(voxelBytesOf(plan));
  assert.throws(() => toVoxels(plan, { pixels, place: 0, tile: beyond }, into), /a whole tile/);
});

test('the rows of a slice, some at a time, are those of the slice', () => {
  fc.assert(
    fc.property(slices, fc.nat(9), ({ plan, pixels }, height) => {
      const whole = voxelsOf(plan, pixels);
      const rowBytes = whole.length / plan.rows;
      for (let first = 0; first < plan.rows; first += height + 1) {
        const count = Math.min(height + 1, plan.rows - first);
        const into = new Uint8Array(count * rowBytes);
        toVoxels(plan, { pixels, place: 0, band: { first, count } }, into);
        assert.deepEqual(into, whole.subarray(first * rowBytes, (first + count) * rowBytes));
      }
    }),
  );
});

const odd = samplePlan({
  rows: 3,
  columns: 5,
  edit: () => ({ 0x00280100: 8, 0x00280101: 8, 0x00280102: 7 }),
});

test('one slice in, one slice out, padding removed', () => {
  assert.equal(voxelsOf(odd, new Uint8Array(16)).length, 15);
  assert.equal(voxelsOf(samplePlan(), new Uint8Array(96)).length, 96);
});

test('pixel data of another length are refused', () => {
  for (const length of [0, 95, 97, 98, 192]) {
    const attempt = (): unknown => voxelsOf(samplePlan(), new Uint8Array(length));
    assert.throws(attempt, { code: 'VOLUME_PIXEL_LENGTH' });
  }
});

test('where each frame has a scale of its own, voxels are its values', () => {
  const scales = [
    { slope: 0.5, intercept: -1 },
    { slope: 2, intercept: 0 },
  ];
  const plan: VolumePlan = { ...samplePlan(), scale: 'per-frame', scales };
  const pixels = (): Uint8Array => new Uint8Array(Uint16Array.from({ length: 48 }, () => 6).buffer);
  for (const [place, value] of [2, 12].entries()) {
    const voxels = voxelsOf(plan, pixels(), place);
    assert.equal(voxels.length, 48 * 4);
    assert.ok(new Float32Array(voxels.buffer).every((voxel) => voxel === value));
  }
});
