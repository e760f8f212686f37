/** What of a walk does not become entries, and how that is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bea, openHospital, put, study } from '../../test/support/hospital.ts';
import { memoryPacs } from '../../test/support/recall-town.ts';
import { dataSetOf } from '../dicom/index.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import { formatChange } from './change-text.ts';

test('what the catalog refuses stops nothing, is told, and is tried at every walk', async (t) => {
  const [hospital, other] = [await openHospital(t), await openHospital(t)];
  await hospital.start();
  await other.start();
  await other.walk(memoryPacs('a', [study(2)]));
  const [path = ''] = await other.shown();
  const a = memoryPacs('a', [study(1)]);
  await hospital.walk(a);
  // The catalog has its name, of somebody else: what no index that it knew ever gave out.
  const names = { patientName: 'p-1', studyName: 't-1', seriesName: path.split('/').at(-1) ?? '' };
  const place = { site: 'site', collection: 'all', ...names };
  const series = { ...place, instanceNames: [], isHeld: true, metadata: deidentified({}) };
  await hospital.index.outbox.post([formatChange({ kind: 'series', series })]);
  put(a, study(2), study(3));
  for (let times = 0; times < 2; times += 1) {
    const report = await hospital.registration?.crawl(a, {});
    assert.equal((await hospital.shown()).length, 3);
    assert.equal(await hospital.failures(), '1 CATALOG_NAME_CONFLICT');
    assert.equal(report?.complete, false);
  }
  assert.match(hospital.logged.join(), /registration\.refused_by_catalog/);
  const change = formatChange({ kind: 'series-withdrawn', place, reason: 'test' });
  await hospital.index.outbox.post([change]);
  await hospital.walk(a);
  assert.ok((await hospital.shown()).includes(path));
  assert.equal(await hospital.failures(), '');
});

test('a patient whose ID is none is left out, counted and logged, and nobody else is', async (t) => {
  const hospital = await openHospital(t);
  await hospital.start();
  const a = memoryPacs('a', [study(1), study(2)]);
  const odd = dataSetOf({ PatientID: 'SYN\u0007' });
  a.behave.find = ({ level }, truth) =>
    truth.map((each, at) => (level === 'STUDY' && at === 0 ? new Map([...each, ...odd]) : each));
  const report = await hospital.registration?.crawl(a, {});
  assert.deepEqual(report?.leftOut, [{ reason: 'record-invalid', level: 'SERIES', count: 1 }]);
  assert.equal(report.complete, false);
  assert.equal((await hospital.shown()).length, 1);
  assert.match(hospital.logged.join(), /registration\.left_out[^}]*record-invalid/);
});

test('a walk after which a series is held back is not complete, and says so', async (t) => {
  const hospital = await openHospital(t);
  const registration = await hospital.start();
  const [a, b] = [memoryPacs('a', [study(1)]), memoryPacs('b', [])];
  const first = await registration.crawl(a, {});
  assert.deepEqual([first.complete, first.leftOut], [true, []]);
  put(b, study(1, { patient: bea }));
  const second = await registration.crawl(b, {});
  const held = { reason: 'not-announced', level: 'SERIES', count: 1 };
  assert.deepEqual([second.complete, second.leftOut], [false, [held]]);
});
