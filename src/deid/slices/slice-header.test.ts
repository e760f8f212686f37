import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataSet,
  dataSetOf,
  getNumber,
  getString,
  getStrings,
  tag,
} from '../../dicom/index.ts';
import { absent, fact, type ImageFacts, readStandardFacts } from '../../facts/index.ts';
import { sliceHeader } from './slice-header.ts';

const header = dataSetOf({
  ImageType: 'ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC',
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
  SOPInstanceUID: '2.25.1',
  InstanceNumber: '3',
  SliceLocation: '16',
  NumberOfSlices: 5,
  ImagesInAcquisition: '5',
  ImagePositionPatient: '-324\\-324\\16',
  SmallestImagePixelValue: 7,
  LargestImagePixelValue: 1000,
  WindowCenter: '500',
  WindowWidth: '900',
  Rows: 216,
  Columns: 216,
  SliceThickness: '3',
});

function facts(): ImageFacts {
  const read = readStandardFacts({ header, omitted: [], sopClassUid: '', tokenOf: String });
  const slices = Array.from({ length: 5 }, (_, at) => ({
    frame: 0,
    tile: { left: 72 * (at % 3), top: 72 * Math.floor(at / 3) },
    direction: 1 as const,
    rows: fact(72),
    columns: fact(72),
    position: fact([-108, -108, 16 + at * 12.3456789012345]),
    grid: absent,
  }));
  return { ...read, slices };
}

const sliceAt = (index: number): DataSet =>
  sliceHeader({ header, facts: facts(), index, sopInstanceUid: `2.25.${100 + index}` });

test('a slice is derived of its grid, is as large as its tile, and lies where the tile lies', () => {
  const slice = sliceAt(4);
  assert.deepEqual(getStrings(slice, tag.ImageType), ['DERIVED', 'PRIMARY', 'M', 'ND']);
  assert.equal(getString(slice, tag.SOPInstanceUID), '2.25.104');
  assert.deepEqual([getNumber(slice, tag.Rows), getNumber(slice, tag.Columns)], [72, 72]);
  assert.deepEqual(getStrings(slice, tag.ImagePositionPatient), [
    '-108',
    '-108',
    '65.382715604938',
  ]);
  const source = slice.get(tag.SourceImageSequence);
  assert.ok(source?.vr === 'SQ' && source.items.at(0) !== undefined);
  assert.equal(getString(source.items.at(0) ?? new Map(), tag.ReferencedSOPInstanceUID), '2.25.1');
  assert.equal(getString(slice, tag.SliceThickness), '3');
});

test('slices are numbered by time, then by place', () => {
  const numbers = [0, 1, 4].map((at) => getNumber(sliceAt(at), tag.InstanceNumber));
  assert.deepEqual(numbers, [11, 12, 15]);
  assert.equal(getNumber(sliceAt(2), tag.TemporalPositionIdentifier), 3);
});

test('nothing is left that describes the grid', () => {
  const slice = sliceAt(0);
  for (const gone of [
    tag.SliceLocation,
    tag.NumberOfSlices,
    tag.ImagesInAcquisition,
    tag.SmallestImagePixelValue,
    tag.LargestImagePixelValue,
    tag.WindowCenter,
    tag.WindowWidth,
  ]) {
    assert.equal(slice.has(gone), false, gone.toString(16));
  }
  const tags = [...slice.keys()];
  assert.deepEqual(
    tags,
    tags.toSorted((a, b) => a - b),
  );
});
