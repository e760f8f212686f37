import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementOf, tag } from '../../../dicom/index.ts';
import { atOnce } from '../../../lib/streams/steps.ts';
import { readScan } from '../../scan/read-scan.ts';

const factsOf = (maker: string, comment: string): unknown =>
  atOnce(
    readScan(
      new Map(
        (
          [
            [tag.Manufacturer, maker],
            [tag.ImageOrientationPatient, '1\\0\\0\\0\\1\\0'],
            [tag.ImageComments, comment],
          ] as const
        ).map(([at, value]) => [at, elementOf(at, value)]),
      ),
    ),
  );

// The field's converter writes it as y, x, z along rows, against columns, along slices.
test('b and its direction are read from a comment that is nothing else', () => {
  assert.deepEqual(factsOf('CANON_MEC', 'b=1500(0.6,0.8,0)'), {
    manufacturer: 'Canon',
    bValue: 1500,
    direction: [0.8, -0.6, 0],
  });
  assert.deepEqual(factsOf('Canon', 'see b=1500(0.6,0.8,0)'), { manufacturer: 'Canon' });
});

test('comments of other makers are not read', () => {
  assert.deepEqual(factsOf('Philips', 'b=1500(0.6,0.8,0)'), { manufacturer: 'Philips' });
});
