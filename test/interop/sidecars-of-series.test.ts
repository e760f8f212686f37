/**
 * Sidecars, b-values and directions of every series of the test data, by the real production, held
 * against what the field's converter wrote of it. What differs is in a table, with the reason.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { equalKeys, neverKeys, optionalKeys, ownKeys } from '../support/sidecar-keys.ts';
import { tempFolder } from '../support/temp.ts';
import { type MadeFile, openMaker } from '../support/volume-maker.ts';

type Sidecar = Readonly<Record<string, unknown>>;

/** By series and key: what differs from the converter, and why that is right. */
const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'philips-enhanced-fieldmap': {
    ImageType: 'FIELDMAPHZ is a word of the converter, not of the header',
    RepetitionTime: 'kept to 10 us',
    ScanningSequence: 'the converter has that of the last frame; here it is that of the first',
    EchoNumber: 'counted by the converter, stated by no element',
  },
};

/** Relative; values have six digits. */
const tolerance = 1e-4;
/** Slice times are kept to 0.1 ms; the converter's own, made of clock times, step by 1/64 s. */
const timeTolerances: Readonly<Record<string, number>> = { 'uih-dti-mosaic': 1 / 64 };
const timeTolerance = 0.001;

const root = testData('series');
const names = root === undefined ? [] : readdirSync(root).toSorted();

function referencesOf(name: string, ending: string): readonly string[] {
  const folder = join(root ?? '', name, 'ref');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(`.${ending}`));
  return files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8'));
}

const sidecarsOf = (name: string): readonly Sidecar[] =>
  referencesOf(name, 'json').map((text) => JSON.parse(text) as Sidecar);

test('every key of the converter is on one list: equal, by option, never, or of its own', {
  skip: requireData('series'),
}, () => {
  const lists = [equalKeys, optionalKeys, neverKeys, ownKeys];
  const keys = new Set(names.flatMap((name) => sidecarsOf(name).flatMap(Object.keys)));
  assert.ok(keys.size > 80);
  for (const key of keys) {
    assert.equal(lists.filter((list) => list.has(key)).length, 1, key);
  }
});

for (const name of names) {
  test(`${name}: what explains its volumes`, { skip: requireData('series') }, async (t) => {
    const maker = await openMaker(await tempFolder(t));
    t.after(() => maker.close());
    const made: MadeFile[] = [];
    const { series: found } = await readFolder(join(root ?? '', name, 'dicom'));
    for (const series of found) {
      const options = { shuffle: true, noRecords: false, twice: false, drop: 0 };
      const products = ['json', 'bval', 'bvec'];
      made.push(...(await maker.make(series, { ...options, products })).files);
    }
    const references = [...sidecarsOf(name)];
    const reasons = differences[name] ?? {};
    const differing = new Set<string>();
    for (const { bytes } of made.filter(({ product }) => product === 'json')) {
      const sidecar = JSON.parse(bytes.toString()) as Sidecar;
      assert.deepEqual(
        Object.keys(sidecar).filter((key) => !equalKeys.has(key) && !ownKeys.has(key)),
        [],
      );
      const judged = references
        .map((reference) => ({ reference, keys: differencesOf(name, sidecar, reference) }))
        .toSorted((a, b) => a.keys.length - b.keys.length)[0];
      if (judged === undefined) continue;
      references.splice(references.indexOf(judged.reference), 1);
      for (const key of judged.keys) differing.add(key);
      assert.deepEqual(
        judged.keys
          .filter((key) => reasons[key] === undefined)
          .map(
            (key) =>
              `${key}: ${JSON.stringify(sidecar[key])} for ${JSON.stringify(judged.reference[key])}`,
          ),
        [],
      );
    }
    assert.deepEqual(
      Object.keys(reasons).filter((key) => !differing.has(key)),
      [],
      'no reason without a difference',
    );
    checkTable(name, made, 'bval');
    checkTable(name, made, 'bvec');
  });
}

function differencesOf(name: string, sidecar: Sidecar, reference: Sidecar): readonly string[] {
  return [...equalKeys].filter((key) => {
    const absolute = key === 'SliceTiming' ? (timeTolerances[name] ?? timeTolerance) : 1e-9;
    return !isClose(sidecar[key], reference[key], absolute);
  });
}

function isClose(one: unknown, other: unknown, absolute: number): boolean {
  if (typeof one === 'number' && typeof other === 'number') {
    return Math.abs(one - other) <= Math.max(absolute, tolerance * Math.abs(other));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length && one.every((value, at) => isClose(value, other[at], absolute))
    );
  }
  return one === other;
}

/** b-values within 1e-4, relative; components of directions within 1e-4. */
function checkTable(name: string, made: readonly MadeFile[], product: 'bval' | 'bvec'): void {
  const tables = made
    .filter((file) => file.product === product)
    .map(({ bytes }) => bytes.toString());
  const references = referencesOf(name, product);
  if (made.length === 0) return;
  assert.equal(tables.length, references.length, product);
  for (const [at, table] of tables.entries()) {
    const [ours, theirs] = [table, references[at] ?? ''].map(numbersOf);
    assert.ok(isClose(ours, theirs, product === 'bvec' ? 1e-4 : 0), `${product}: ${table}`);
  }
}

const numbersOf = (text: string): readonly (readonly number[])[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
