import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  getStrings,
  sopClass,
  tag as t,
  type ValueInput,
} from '../../dicom/index.ts';
import { fact, type ImageFacts, readStandardFacts } from '../../facts/index.ts';
import { writePlane } from './write-plane.ts';

const plane: Readonly<Record<string, ValueInput>> = {
  ImagePositionPatient: ['-10', '-20', '30'],
  ImageOrientationPatient: ['1', '0', '0', '0', '0.8', '-0.6'],
  PatientOrientation: ['L', 'P'],
  PixelSpacing: ['2.5', '2'],
  Rows: 5,
};

function written(polarity: 'forward' | 'reversed', without?: string): DataSet {
  const stated = Object.entries(plane).filter(([name]) => name !== without);
  const header = new Map<number, DataElement>(dataSetOf(Object.fromEntries(stated)));
  const sopClassUid = sopClass.MRImageStorage;
  const read = readStandardFacts({ header, omitted: [], sopClassUid, tokenOf: String });
  const facts: ImageFacts = { ...read, polarity: fact(polarity) };
  writePlane(header, facts);
  return header;
}

test('of a reversed image columns run the other way, from where the last row was', () => {
  const header = written('reversed');
  assert.deepEqual(getStrings(header, t.ImagePositionPatient), ['-10', '-12', '24']);
  assert.deepEqual(getStrings(header, t.ImageOrientationPatient), [
    '1',
    '0',
    '0',
    '0',
    '-0.8',
    '0.6',
  ]);
  assert.equal(header.has(t.PatientOrientation), false);
});

test('what does not follow is not stated', () => {
  for (const name of Object.keys(plane).filter((each) => each !== 'PatientOrientation')) {
    const header = written('reversed', name);
    assert.equal(header.has(t.ImagePositionPatient), false, name);
    assert.equal(header.has(t.ImageOrientationPatient), false, name);
  }
});

test('others are as they are', () => {
  const header = written('forward');
  assert.deepEqual(getStrings(header, t.ImagePositionPatient), ['-10', '-20', '30']);
  assert.deepEqual(getStrings(header, t.PatientOrientation), ['L', 'P']);
});
