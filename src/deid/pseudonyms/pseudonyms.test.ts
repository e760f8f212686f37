import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { readDeidentified } from '../../flow/index.ts';
import { identify } from '../../flow/mint/identified.ts';
import { createPseudonyms } from './pseudonyms.ts';

const key = new Uint8Array(32).fill(1);
const other = new Uint8Array(32).fill(2);
const names = createPseudonyms(key);

const uidOf = (from: ReturnType<typeof createPseudonyms>, uid: string): string =>
  readDeidentified(from.uid(identify(uid)));

test('names have their kind and sixteen characters, and are the same in every run', () => {
  const patient = readDeidentified(names.patientName(identify('record-1')));
  assert.match(patient, /^p-[0-9a-hjkmnp-tv-z]{16}$/);
  assert.equal(readDeidentified(createPseudonyms(key).patientName(identify('record-1'))), patient);
  const study = readDeidentified(names.studyName(identify('1.2')));
  assert.match(study, /^t-[0-9a-z]{16}$/);
  const series = { studyInstanceUid: '1.2', seriesInstanceUid: '1.3' };
  assert.match(readDeidentified(names.seriesName(identify(series))), /^s-[0-9a-z]{16}$/);
  const instance = { seriesInstanceUid: '1.3', sopInstanceUid: '1.4' };
  assert.match(readDeidentified(names.instanceName(identify(instance))), /^i-[0-9a-z]{16}$/);
});

test('a name depends on each of its identifiers and on where one ends', () => {
  const name = (studyInstanceUid: string, seriesInstanceUid: string): string =>
    readDeidentified(names.seriesName(identify({ studyInstanceUid, seriesInstanceUid })));
  const made = new Set([name('1.2', '3'), name('1.2', '4'), name('1.', '23'), name('1', '.23')]);
  assert.equal(made.size, 4);
});

test('another key gives names and UIDs that share nothing', () => {
  const others = createPseudonyms(other);
  assert.notEqual(uidOf(names, '1.2.3'), uidOf(others, '1.2.3'));
  const id = identify('record-1');
  assert.notEqual(
    readDeidentified(names.patientName(id)),
    readDeidentified(others.patientName(id)),
  );
});

test('a UID is the UUIDv8 of the keyed digest', () => {
  const subkey = new Uint8Array(hkdfSync('sha256', key, '', 'mdm deid uid', 32));
  const framed = Buffer.concat([Buffer.of(0, 0, 0, 3), Buffer.from('uid'), Buffer.of(0, 0, 0, 5)]);
  const digest = createHmac('sha256', subkey).update(framed).update('1.2.3').digest();
  const uuid = BigInt(uidOf(names, '1.2.3').slice('2.25.'.length)).toString(16).padStart(32, '0');
  assert.equal(uuid[12], '8');
  assert.match(uuid[16] ?? '', /[89ab]/);
  const mask = (hex: string): string => `${hex.slice(0, 12)}${hex.slice(13, 16)}${hex.slice(17)}`;
  assert.equal(mask(uuid), mask(digest.subarray(0, 16).toString('hex')));
});

test('a UID is valid and stays the same when thousands came between', () => {
  const first = uidOf(names, '1.2.3');
  for (let index = 0; index < 5000; index += 1) {
    assert.match(uidOf(names, `1.2.${index}.9`), /^2\.25\.[1-9]\d{0,38}$/);
  }
  assert.equal(uidOf(names, '1.2.3'), first);
});

test('a short key is a bug', () => {
  assert.throws(() => createPseudonyms(new Uint8Array(16)), /256 bits/);
});
