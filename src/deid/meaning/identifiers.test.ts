import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DataElement, type DataSet, type Tag, tag as t } from '../../dicom/index.ts';
import { createGatherer } from './identifiers.ts';

const named = (elements: number): DataSet =>
  new Map(
    Array.from({ length: elements }, (_, at): [Tag, DataElement] => {
      const tag = 0x0009_1000 + at;
      return [tag, { tag, vr: 'PN', value: Buffer.from(`Ada^N${at}`) }];
    }),
  );

test('others have their turn between items that are long, however few there are', () => {
  const [tag, items] = [t.ReferencedStudySequence, [named(100), named(100), named(100)]];
  const steps = createGatherer()(new Map([[tag, { tag, vr: 'SQ', items }]]));
  let pauses = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      assert.ok(value.isText('N99'));
      break;
    }
    pauses += 1;
  }
  assert.ok(pauses >= items.length, String(pauses));
});
