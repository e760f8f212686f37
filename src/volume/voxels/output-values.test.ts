import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePlan } from '../suite.ts';
import type { VolumePlan } from '../volume-format.ts';
import { hasOutputValues, isUnscaled, outputTypeOf, outputValues } from './output-values.ts';

const ct = (edit: Record<number, string | number>): VolumePlan =>
  samplePlan({ edit: () => ({ 0x00281052: '-1024', 0x00281053: '2', ...edit }) });

test('stored values become what they stand for, whatever their type and place in memory', () => {
  const plan = ct({ 0x00280101: 16, 0x00280102: 15, 0x00280103: 1 });
  const bytes = new Uint8Array(9).subarray(1);
  new DataView(bytes.buffer, 1).setInt16(2, -3, true);
  new DataView(bytes.buffer, 1).setInt16(4, 500, true);
  const values = new Uint8Array(16);
  outputValues(plan, bytes, values);
  assert.deepEqual([...new Float32Array(values.buffer)], [-1024, -1030, -24, -1024]);
  assert.equal(outputTypeOf(plan).name, 'float32');
});

test('values without a scale stay as they are', () => {
  assert.equal(isUnscaled(samplePlan()), true);
  assert.equal(isUnscaled(ct({})), false);
  assert.equal(outputTypeOf(samplePlan()).name, 'int16');
});

test('whole numbers that floating point would round are not told without their scale', () => {
  const wide = { 0x00280100: 32, 0x00280101: 32, 0x00280102: 31 };
  assert.equal(hasOutputValues(ct(wide)), false);
  assert.equal(hasOutputValues(samplePlan({ edit: () => wide })), true);
  assert.equal(hasOutputValues(ct({})), true);
});
