import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataElement, type DataSet, elementOf, type Tag, tag } from '../../../dicom/index.ts';
import { atOnce } from '../../../lib/streams/steps.ts';
import { readScan } from '../../scan/read-scan.ts';

const text = (at: Tag, vr: 'LO' | 'SH' | 'IS', value: string): [Tag, DataElement] => [
  at,
  { tag: at, vr, value: Buffer.from(value) },
];

const creator = text(0x00650010, 'LO', 'Image Private Header');

function withTiles(times: readonly string[]): DataSet {
  const items = times.map(
    (time) => new Map([[tag.AcquisitionTime, elementOf(tag.AcquisitionTime, time)]]),
  );
  return new Map<Tag, DataElement>([creator, [0x00651051, { tag: 0x00651051, vr: 'SQ', items }]]);
}

test('times of tiles leave as differences, also across midnight', () => {
  const times = ['235959.900000', '000000.400000', '235959.950000'];
  assert.deepEqual(atOnce(readScan(withTiles(times))), { sliceTimes: [0, 500, 50] });
});

test('a tile without a time, or with one that is none, makes all times unknown', () => {
  for (const time of ['', '246060', '12:30:00', '1230']) {
    assert.equal(atOnce(readScan(withTiles(['120000', time]))), undefined);
  }
});

test('acceleration and phase encoding are read by closed grammars', () => {
  const facts = atOnce(
    readScan(
      new Map([
        creator,
        text(0x00651005, 'SH', 'A->P'),
        text(0x0065100d, 'SH', 'F:2S'),
        text(0x00651058, 'IS', '1 '),
      ]),
    ),
  );
  assert.deepEqual(facts, {
    phaseDisplayed: 'A->P',
    phasePolarity: 'negative',
    accelerationInPlane: 2,
  });
});
