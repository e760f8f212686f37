import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stackSuffixOf } from './stack-suffix.ts';
import { samplePlan } from './suite.ts';

const suffixOf = (words: string, echo: string): string =>
  stackSuffixOf(samplePlan({ edit: () => ({ 0x00080008: words, 0x00180086: echo }) }).stackKey);

test('a stack is called by its echo, its component, its map, in this order', () => {
  const rows = [
    ['ORIGINAL\\PRIMARY\\M', '1', ''],
    ['ORIGINAL\\PRIMARY\\M', '2', '_e2'],
    ['ORIGINAL\\PRIMARY\\P', '12', '_e12_ph'],
    ['ORIGINAL\\PRIMARY\\R', '1', '_real'],
    ['ORIGINAL\\PRIMARY\\I', '1', '_imaginary'],
    ['DERIVED\\PRIMARY\\DIFFUSION\\ADC', '1', '_ADC'],
    ['DERIVED\\PRIMARY\\P\\ADC', '3', '_e3_ph_ADC'],
    ['DERIVED\\PRIMARY\\T1', '1', ''],
  ] as const;
  for (const [words, echo, suffix] of rows) assert.equal(suffixOf(words, echo), suffix);
});

test('a reversed polarity comes last, a forward one says nothing', () => {
  const key = samplePlan({ edit: () => ({ 0x00180086: '2' }) }).stackKey;
  assert.equal(stackSuffixOf(`${key}\nPhaseEncodingPolarity=reversed`), '_e2_rev');
  assert.equal(stackSuffixOf(`${key}\nPhaseEncodingPolarity=forward`), '_e2');
});

test('echo numbers that are several, or beyond the list, are no suffix', () => {
  assert.equal(suffixOf('ORIGINAL\\PRIMARY\\M', '1\\2'), '');
  assert.equal(suffixOf('ORIGINAL\\PRIMARY\\M', '1000'), '');
});
