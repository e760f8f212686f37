/**
 * What archives do to private elements changes no fact into another: as UN they say the same, and
 * where they are gone what they said is unknown.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DataElement, DataSet, Tag } from '../../src/dicom/index.ts';
import { readScan } from '../../src/facts/scan/read-scan.ts';
import { atOnce } from '../../src/lib/streams/steps.ts';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';

const isPrivate = (tag: Tag): boolean => (tag >>> 16) % 2 === 1;
const isCreator = (tag: Tag): boolean => isPrivate(tag) && (tag & 0xffff) < 0x100;

/** The header with its private elements changed, at any depth; undefined takes one out. */
function changed(
  header: DataSet,
  change: (tag: Tag, element: DataElement) => DataElement | undefined,
): DataSet {
  const made = new Map<Tag, DataElement>();
  for (const [tag, element] of header) {
    const kept = isPrivate(tag) ? change(tag, element) : element;
    if (kept === undefined) continue;
    const isNested = kept.vr === 'SQ';
    made.set(
      tag,
      isNested ? { ...kept, items: kept.items.map((item) => changed(item, change)) } : kept,
    );
  }
  return made;
}

const root = testData('series');
for (const name of root === undefined ? [] : readdirSync(root).toSorted()) {
  test(`${name}: private elements as UN, or gone`, { skip: requireData('series') }, async () => {
    const { series } = await readFolder(join(root ?? '', name, 'dicom'));
    for (const header of series.flatMap(({ files }) =>
      files.slice(0, 2).map((file) => file.header),
    )) {
      const facts: Readonly<Record<string, unknown>> = { ...atOnce(readScan(header)) };
      const unknown = changed(header, (tag, element) =>
        element.vr === 'SQ' || isCreator(tag) ? element : { ...element, vr: 'UN' },
      );
      assert.deepEqual({ ...atOnce(readScan(unknown)) }, facts);
      const without: Readonly<Record<string, unknown>> = {
        ...atOnce(readScan(changed(header, () => undefined))),
      };
      for (const [fact, value] of Object.entries(without)) {
        // What epiRT's delay adds to Repetition Time is known by an element of GE alone.
        assert.deepEqual(value, facts[fact], fact);
      }
    }
  });
}
