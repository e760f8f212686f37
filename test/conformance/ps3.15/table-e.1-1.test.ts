import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { supportedSopClasses } from '../../../src/deid/profile/generated/sop-classes.ts';
import { createUidMap } from '../../../src/deid/pseudonyms/uid-map.ts';
import {
  type DataElement,
  type DataSet,
  elementOf,
  getString,
  lookup,
  type Tag,
  tag as t,
  type Vr,
} from '../../../src/dicom/index.ts';
import { findLeak, imageOf, runDeid, testKey, testSubject, testUidRoot } from './deid-object.ts';

/*
 * Every row of Table E.1-1, in objects of every SOP class that may leave, at top level and three
 * sequences down: the action of the Basic Profile must have happened and the value must be gone.
 */

interface Row {
  readonly name: string;
  readonly tag: string;
  readonly basicProfile: string;
}

const table = new URL('../../../tables/ps3.15/e.1-1-attributes.json', import.meta.url);
const rows = JSON.parse(readFileSync(table, 'utf8')) as readonly Row[];

/** Tags that stand for a row: itself, or examples where the row is a pattern. */
function tagsOf(row: Row): readonly Tag[] {
  if (row.tag.includes('gggg')) return [0x00090010, 0x00091001, 0x00291010, 0x7fdf0010];
  const hex = row.tag.replaceAll(/[(),]/g, '');
  if (!/x/i.test(hex)) return [Number.parseInt(hex, 16)];
  return ['0', '2', '1e'].map((digits) => {
    const group = hex.replace(/^(..)xx/i, `$1${digits.padStart(2, '0')}`);
    return Number.parseInt(group.replaceAll(/x/gi, '0'), 16);
  });
}

const canary = (tag: Tag): string => `Kanary${tag.toString(16)}`;
const canaryUid = (tag: Tag): string => `${testUidRoot}.9.${tag}`;

/** An element of `tag` that holds something to be found again. */
function plant(tag: Tag): DataElement {
  const vr: Vr = lookup(tag)?.vrs[0] ?? 'LO';
  if (vr === 'SQ') {
    const inner = [
      elementOf(t.PatientName, canary(tag)),
      elementOf(t.PatientAddress, canary(tag)),
      elementOf(t.ReferencedSOPInstanceUID, canaryUid(tag)),
      elementOf(t.CodeMeaning, canary(tag)),
    ];
    return elementOf(tag, [asDataSet(inner)], { vr });
  }
  if (vr === 'UI') return elementOf(tag, canaryUid(tag), { vr });
  const value = Buffer.from(`${canary(tag)}   `.slice(0, 16), 'latin1');
  return { tag, vr, value };
}

function asDataSet(elements: readonly DataElement[]): DataSet {
  const sorted = elements.toSorted((a, b) => a.tag - b.tag);
  return new Map(sorted.map((element) => [element.tag, element]));
}

/** Attributes that the object needs as they are, or that decide whether it may leave. */
const ownIdentity: ReadonlySet<Tag> = new Set([t.SOPInstanceUID]);
const everyTag = [...new Set(rows.flatMap(tagsOf))].filter(
  (tag) => tag >= 0x00080000 && tag < 0x7fe00010 && !ownIdentity.has(tag),
);
/** What follows the pixel data. */
const trailing = [...new Set(rows.flatMap(tagsOf))].filter((tag) => tag > 0x7fe00010);

interface Result {
  readonly top: DataSet;
  readonly nested: DataSet;
  readonly file: Uint8Array;
  readonly header: DataSet;
}

const results = new Map<string, Result>();

before(async () => {
  for (const { uid } of supportedSopClasses) {
    const planted = [...everyTag, ...trailing].map(plant);
    const nested = asDataSet(everyTag.map(plant));
    const wrap = (tag: Tag, item: DataSet): DataElement => elementOf(tag, [item]);
    const sequences = wrap(
      t.ReferencedSeriesSequence,
      asDataSet([
        wrap(t.ReferencedSOPSequence, asDataSet([wrap(t.PurposeOfReferenceCodeSequence, nested)])),
      ]),
    );
    const run = await runDeid(imageOf({ SOPClassUID: uid }, [...planted, sequences]));
    const top = run.dataSet;
    results.set(uid, { top, nested: innermost(top), file: run.file, header: top });
  }
});

function innermost(dataSet: DataSet): DataSet {
  let at: DataSet = dataSet;
  for (const tag of [
    t.ReferencedSeriesSequence,
    t.ReferencedSOPSequence,
    t.PurposeOfReferenceCodeSequence,
  ]) {
    const element = at.get(tag);
    const item = element?.vr === 'SQ' ? element.items.at(0) : undefined;
    assert(item !== undefined);
    at = item;
  }
  return at;
}

const isEmpty = (element: DataElement): boolean =>
  element.vr === 'SQ' ? element.items.length === 0 : element.value.length === 0;

/** Whether what is left of `tag` is what one letter of an action asks for. */
const letters: Readonly<Record<string, (left: DataElement | undefined, tag: Tag) => boolean>> = {
  X: (left) => left === undefined,
  Z: (left) => left !== undefined && isEmpty(left),
  D: (left) => left !== undefined && !isEmpty(left),
  U: (left, tag) => left !== undefined && uidIn(left) === createUidMap(testKey).uid(canaryUid(tag)),
};

/** The UID that an element is, or that the one item of a sequence holds (`U*`). */
function uidIn(left: DataElement): string | undefined {
  if (left.vr !== 'SQ') return getString(new Map([[left.tag, left]]), left.tag);
  const [item, another] = left.items;
  return item === undefined || another !== undefined
    ? undefined
    : getString(item, t.ReferencedSOPInstanceUID);
}

/** Written by us whatever came: who the subject now is. */
const stamped: ReadonlySet<Tag> = new Set([t.PatientName, t.PatientID]);

function checkLeft(row: Row, tag: Tag, { top, nested, file }: Result): void {
  const choices = row.basicProfile.replace('*', '').split('/');
  for (const [place, dataSet] of [
    ['top', top],
    ['nested', nested],
  ] as const) {
    if (tag >= 0x7fe00010 && place === 'nested') continue;
    const left = dataSet.get(tag);
    if (place === 'top' && stamped.has(tag)) {
      assert.equal(getString(dataSet, tag), testSubject);
    } else if (ownIdentity.has(tag)) {
      if (place === 'top') assert.match(getString(dataSet, tag) ?? '', /^2\.25\.\d+$/);
    } else {
      const done = choices.some((letter) => letters[letter]?.(left, tag) === true);
      assert.ok(done, `${place}: ${row.basicProfile} not done`);
    }
  }
  assert.equal(findLeak(file, [canary(tag), canaryUid(tag)]), undefined);
}

for (const row of rows) {
  test(`PS3.15 Table E.1-1: ${row.tag} ${row.name}: ${row.basicProfile}`, () => {
    for (const tag of tagsOf(row)) {
      // Command and file meta elements are no part of a data set; the file header is ours.
      if (tag < 0x00080000) continue;
      for (const result of results.values()) checkLeft(row, tag, result);
    }
  });
}

test('the table has the rows of edition 2026c', () => {
  assert.equal(rows.length, 656);
});

test('Nothing of the original UIDs is left in any file', () => {
  for (const { file } of results.values()) assert.equal(findLeak(file, [testUidRoot]), undefined);
});
