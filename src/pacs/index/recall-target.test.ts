import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataSetOf, getString, sopClass, tag } from '../../dicom/index.ts';
import { identify } from '../../flow/mint/identified.ts';
import { reveal } from '../../flow/mint/reveal.ts';
import { RecallTarget } from './recall-target.ts';

const series = { studyInstanceUid: '1.1', seriesInstanceUid: '1.2' };

function classOf(known: string | undefined, answered: string | undefined): string | undefined {
  const instance = { name: 'i-a', sopInstanceUid: '1.3', sopClassUid: known };
  const target = new RecallTarget({
    archives: ['p'],
    names: { patientName: 'p-a', studyName: 't-a', seriesName: 's-a' },
    series,
    instances: [instance],
  });
  const record = dataSetOf(answered === undefined ? {} : { SOPClassUID: answered });
  const list = {
    instances: [{ sopInstanceUid: '1.3', sopClassUid: undefined, record }],
    unusable: 0,
  };
  const listed = target.match(identify({ counted: 1, list })).list?.listed.get('i-a');
  return listed && getString(reveal(listed), tag.SOPClassUID);
}

test('what a list says of an instance has the class that the walk found, where the list has none', () => {
  const { RawDataStorage: raw, CTImageStorage: ct } = sopClass;
  assert.equal(classOf(raw, undefined), raw);
  assert.equal(classOf(raw, ct), ct);
  assert.equal(classOf(undefined, ct), ct);
  assert.equal(classOf(undefined, undefined), undefined);
});
