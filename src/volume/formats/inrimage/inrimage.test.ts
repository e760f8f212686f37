import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { samplePlan, testVolumeFormat } from '../../suite.ts';
import { inrimageFormat } from './inrimage.ts';

testVolumeFormat(inrimageFormat);

const textOf = (plan: ReturnType<typeof samplePlan>): string =>
  Buffer.from(inrimageFormat.header(plan)).toString('latin1');

test('the header has the keys of the format between its first and its last line', () => {
  const lines = textOf(samplePlan())
    .split('\n')
    .filter((line) => line !== '');
  assert.equal(lines[0], '#INRIMAGE-4#{');
  assert.equal(lines.at(-1), '##}');
  assert.deepEqual(lines.slice(1, 15), [
    'XDIM=8',
    'YDIM=6',
    'ZDIM=5',
    'VDIM=1',
    'TYPE=signed fixed',
    'PIXSIZE=16 bits',
    'SCALE=2**0',
    'CPU=decm',
    'VX=1.25',
    'VY=1.5',
    'VZ=2',
    'TX=-10',
    'TY=-12.5',
    'TZ=30',
  ]);
});

test('values that have a scale are floating point, since the format states none', () => {
  const plan = samplePlan({ edit: () => ({ 0x00281052: '-1024', 0x00281053: '1' }) });
  assert.match(textOf(plan), /\nTYPE=float\nPIXSIZE=32 bits\n/);
});

test('the header is a whole number of 256 bytes, padded with newlines before its last line', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e5, max: 1e5, noNaN: true }), (origin) => {
      const text = textOf(samplePlan({ origin: [origin, origin / 3, -origin] }));
      assert.equal(text.length % 256, 0);
      assert.ok(text.endsWith('\n##}\n'));
    }),
  );
});
