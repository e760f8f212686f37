import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDirectoryName, isFileName, isLocalName, treeSegments } from './entry-name.ts';

const h = '0123456789abcdef';

test('what a series holds is a name of a file', () => {
  const names = [
    `i-${h}.dcm`,
    `i-${h}.dcm.c4gh`,
    `i-${h}-0001.dcm`,
    `v-${h}.nii`,
    `v-${h}.nii.gz`,
    `v-${h}_e2_ph.nii.gz`,
    `v-${h}_ADC.nii.gz`,
    `v-${h}_e2_rev.nii.gz`,
    `v-${h}.tilt.nii.gz.c4gh`,
    `v-${h}_e2.pick-first-duplicate.nii.gz`,
    'volume.pick-first-duplicate.nii',
    `v-${h}.json`,
    `v-${h}_e1.bval`,
    `v-${h}.qc.json`,
    'volume.nii',
    'volume.nii.gz',
    'volume.nii.gz.c4gh',
    'series.zip',
    'receipt.json',
  ];
  for (const name of names) assert.ok(isFileName(name), name);
});

/** What a hostile gateway could call an entry. */
const hostile = [
  '',
  '.',
  '..',
  '../x',
  '/etc/passwd',
  'a/b',
  'a\\b',
  '..\\x',
  'con',
  'nul',
  'con.nii',
  'i-.dcm',
  `i-${h}.dcm\0`,
  `i-${h}.dcm\n`,
  `\u001B[2Ji-${h}.dcm`,
  `i-${h}.dcm/..`,
  `I-${h}.dcm`,
  `i-${h.toUpperCase()}.dcm`,
  `i-${h}.DCM`,
  `v-${h}_adc.nii`,
  `i-${'a'.repeat(33)}.dcm`,
  `i-${'a'.repeat(5000)}.dcm`,
  `i-${h}.dcm.mdm-part`,
  `i-${h}.exe`,
  `.i-${h}.dcm`,
  'volume.nii ',
  'volume.nii.',
  'volume.nii:stream',
  '~',
  '-rf',
  'ı-0.dcm',
];

test('nothing else is a name of a file or a directory', () => {
  for (const name of hostile) {
    assert.ok(!isFileName(name), JSON.stringify(name));
    for (const depth of [0, 1, 2, 3, 4]) {
      assert.ok(!isDirectoryName(name, depth), `${JSON.stringify(name)} at ${depth}`);
    }
  }
  assert.ok(!isDirectoryName('p-1', 3));
  assert.ok(!isDirectoryName('s-1', 5));
});

test('a path of the tree has its segments; another text has none', () => {
  const series = ['berlin', 'ct-1', 'p-1', 't-2', 's-3'];
  assert.deepEqual(treeSegments('/'), []);
  assert.deepEqual(treeSegments('/berlin/ct-1/'), series.slice(0, 2));
  assert.deepEqual(treeSegments('/berlin/ct-1@v2/p-1/t-2/s-3@4'), [
    'berlin',
    'ct-1@v2',
    'p-1',
    't-2',
    's-3@4',
  ]);
  const file = [...series, 'volume.nii'];
  assert.deepEqual(treeSegments(`/${file.join('/')}`), file);
  for (const path of ['', 'berlin', '/..', '/berlin/../ct', '/b/c/x/t-1', '/con', '/B']) {
    assert.equal(treeSegments(path), undefined, path);
  }
});

test('a name that its user gave is one harmless segment', () => {
  for (const name of ['brain.nii', 'Übung 1.dcm', '-x', '..a']) assert.ok(isLocalName(name), name);
  for (const name of ['', '.', '..', 'a/b', 'a\0', 'a\u202Eb', 'a\u001Bb', 'x'.repeat(256)]) {
    assert.ok(!isLocalName(name), JSON.stringify(name));
  }
});
