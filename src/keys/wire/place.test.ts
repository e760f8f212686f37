import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOfPath } from '../asked-line.ts';
import { PlaceTree } from '../feed/place-tree.ts';
import { covers, type KeyLine, namesOf, type Place } from './place.ts';

const line: KeyLine = {
  collection: 'trial',
  subject: 'p-1',
  study: 't-1',
  series: 's-1',
  stem: 'v-1',
};
const { collection, subject, study, series } = line;
const inSeries = { collection, subject, study, series };

/** Of a line: each place, and whether it covers it. */
const rows: readonly (readonly [Place, KeyLine, boolean])[] = [
  [{ collection }, line, true],
  [{ collection, subject }, line, true],
  [{ collection, subject, study }, line, true],
  [inSeries, line, true],
  [line, line, true],
  [{ collection: 'other' }, line, false],
  [{ collection, subject: 'p-2' }, line, false],
  [{ collection, subject, study: 't-2' }, line, false],
  [{ ...inSeries, series: 's-2' }, line, false],
  [{ ...line, stem: 'v-2' }, line, false],
  // A volume may be what `volume` turns out to be, of its own series.
  [line, { ...line, stem: 'volume' }, true],
  [{ ...line, series: 's-2' }, { ...line, stem: 'volume' }, false],
  [{ ...line, stem: 'volume' }, { ...line, stem: 'volume' }, true],
  [{ ...line, stem: 'volume' }, line, false],
  [{ ...line, stem: 'i-1' }, { ...line, stem: 'volume' }, false],
];

test('a place covers what lies in it; so does a tree of places', () => {
  for (const [place, of, isCovered] of rows) {
    const what = `${namesOf(place).join('/')} of ${namesOf(of).join('/')}`;
    assert.equal(covers(place, of), isCovered, what);
    const tree = new PlaceTree();
    tree.set(place, 'locked', 'why');
    tree.set({ collection: 'elsewhere' }, 'hidden', 'why');
    assert.deepEqual([...tree.over(of)], isCovered ? [['locked', ['why']]] : [], what);
    assert.deepEqual([...tree.withMark('locked')], [place]);
    assert.deepEqual([...tree.at(place)], [['locked', 'why']]);
    tree.set(place, 'locked', undefined);
    assert.equal(tree.over(of).size, 0, what);
    assert.deepEqual([...tree.withMark('locked')], []);
  }
});

test('a path asks for the key of its file, in whatever form', () => {
  const at = '/site/trial/p-1/t-1/s-1';
  const line = { collection: 'trial', subject: 'p-1', study: 't-1', series: 's-1' };
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['i-1.dcm', 'i-1'],
    ['i-1-0007.dcm.c4gh', 'i-1'],
    ['v-1.nii.gz', 'v-1'],
    ['v-1_e2_ADC.pick-first-duplicate.nii.gz.c4gh', 'v-1_e2_ADC'],
    ['volume.qc.json', 'volume'],
    ['x.dcm', undefined],
  ];
  for (const [file, stem] of rows) {
    const expected = stem === undefined ? undefined : { ...line, stem };
    assert.deepEqual(lineOfPath(`${at}/${file}`), expected, file);
  }
  assert.deepEqual(lineOfPath(`/${at}@2/v-1.nii`), { ...line, stem: 'v-1' });
  assert.equal(lineOfPath(at), undefined);
});
