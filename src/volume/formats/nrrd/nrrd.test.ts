import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type SampleOptions, samplePlan, testVolumeFormat } from '../../suite.ts';
import type { VolumePlan } from '../../volume-format.ts';
import { nrrdFormat } from './nrrd.ts';

testVolumeFormat(nrrdFormat);

function fieldsOf(plan: VolumePlan): ReadonlyMap<string, string> {
  const text = Buffer.from(nrrdFormat.header(plan)).toString('latin1');
  assert.ok(text.startsWith('NRRD0004\n'));
  assert.ok(text.endsWith('\n\n'), 'an empty line ends the header');
  const lines = text.trimEnd().split('\n').slice(1);
  return new Map(lines.map((line) => line.split(': ') as [string, string]));
}

const numbersOf = (vectors: string | undefined): readonly (readonly number[])[] =>
  (vectors ?? '')
    .matchAll(/\(([^)]*)\)/g)
    .map(([, text]) => (text ?? '').split(',').map(Number))
    .toArray();

test('the header states sizes, type, byte order and where the first voxel lies', () => {
  const fields = fieldsOf(samplePlan());
  assert.deepEqual([...fields].slice(0, 4), [
    ['type', 'int16'],
    ['dimension', '3'],
    ['space', 'left-posterior-superior'],
    ['sizes', '8 6 5'],
  ]);
  assert.equal(fields.get('endian'), 'little');
  assert.equal(fields.get('encoding'), 'raw');
  assert.equal(fields.get('space directions'), '(1.25,0,0) (0,-1.5,0) (0,0,2)');
  assert.equal(fields.get('space origin'), '(-10,-12.5,30)');
});

test('values that have a scale are floating point, since the format states none', () => {
  const plan = samplePlan({ edit: () => ({ 0x00281052: '-1024', 0x00281053: '1' }) });
  assert.equal(fieldsOf(plan).get('type'), 'float');
});

test('volumes of one stack are an axis that is no direction', () => {
  const fields = fieldsOf({ ...samplePlan(), volumes: 3 });
  assert.equal(fields.get('sizes'), '8 6 5 3');
  assert.ok(fields.get('space directions')?.endsWith(' none'));
  assert.equal(fields.get('kinds'), 'domain domain domain list');
});

test('each pixel of each slice is where its header has it, for every orientation', () => {
  const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
  fc.assert(
    fc.property(angle, angle, fc.nat(7), fc.nat(5), fc.nat(4), (a, b, column, row, slice) => {
      const options: SampleOptions = {
        rowDirection: [Math.cos(a), Math.sin(a), 0],
        columnDirection: [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b)],
      };
      const plan = samplePlan(options);
      const fields = fieldsOf(plan);
      const [origin = []] = numbersOf(fields.get('space origin'));
      // Row 0 of the image is the last one of the file.
      const place = [column, plan.rows - 1 - row, slice];
      const inFile = [0, 1, 2].map((axis) =>
        numbersOf(fields.get('space directions')).reduce(
          (sum, direction, at) => sum + (direction[axis] ?? 0) * (place[at] ?? 0),
          origin[axis] ?? 0,
        ),
      );
      const { affineLps } = plan;
      for (const axis of [0, 1, 2]) {
        const [i = 0, j = 0, k = 0, o = 0] = affineLps.slice(axis * 4, axis * 4 + 4);
        const wanted = i * column + j * row + k * slice + o;
        assert.ok(Math.abs((inFile[axis] ?? 0) - wanted) < 1e-9);
      }
    }),
  );
});
