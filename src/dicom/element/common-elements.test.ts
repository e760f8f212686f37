import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tag as t } from '../dictionary/generated/tag.ts';
import { CommonElements, onceInCommon } from './common-elements.ts';
import { dataSetOf } from './data-set-of.ts';
import type { DataElement, DataSet } from './element.ts';
import { ChangedItems } from './item-list.ts';

const item = (uid: string): DataSet => dataSetOf({ ReferencedSOPInstanceUID: uid });

test('an element that is equal to the one before is that one; any other stays itself', () => {
  const common = new CommonElements();
  const first = common.share(
    dataSetOf({ Modality: 'MR', EchoTime: '3', SourceImageSequence: [item('1.2')], Rows: 4 }),
  );
  const given = dataSetOf({ Modality: 'MR', EchoTime: '4', SourceImageSequence: [item('1.2')] });
  const second = common.share(given);
  assert.deepEqual(second, given);
  assert.equal(second.get(t.Modality), first.get(t.Modality));
  assert.equal(second.get(t.SourceImageSequence), first.get(t.SourceImageSequence));
  assert.equal(second.get(t.EchoTime), given.get(t.EchoTime));
  const other = dataSetOf({ SourceImageSequence: [item('1.3')], Rows: 4 });
  assert.equal(common.share(other).get(t.SourceImageSequence), other.get(t.SourceImageSequence));
});

test('another VR, and items that are made when asked, are others', () => {
  const common = new CommonElements();
  const [text, short] = (['LO', 'SH'] as const).map(
    (vr): DataElement => ({ tag: t.StudyID, vr, value: Buffer.from('A ') }),
  );
  const lazy = new ChangedItems([item('1.2')], (each) => each);
  const made = (element: DataElement | undefined): DataSet =>
    new Map<number, DataElement>([
      [t.SourceImageSequence, { tag: t.SourceImageSequence, vr: 'SQ', items: lazy }],
      ...(element === undefined ? [] : [[element.tag, element] as const]),
    ]);
  const first = common.share(made(text));
  const second = common.share(made(short));
  assert.equal(second.get(t.StudyID), short);
  assert.notEqual(second.get(t.SourceImageSequence), first.get(t.SourceImageSequence));
});

test('what follows from an element is found once while it is the same', () => {
  const found: DataElement[] = [];
  const lengthOf = onceInCommon((element) => found.push(element));
  const elements = [...dataSetOf({ Modality: 'MR', StudyID: 'A' }).values()];
  const [another] = dataSetOf({ Modality: 'MR' }).values();
  for (const element of [...elements, ...elements]) lengthOf(element);
  assert.equal(found.length, 2);
  if (another !== undefined) lengthOf(another);
  assert.equal(found.length, 3);
});

test('large data sets are not held', () => {
  const large = (bytes: number): DataSet => {
    const value = new Uint8Array(bytes);
    return new Map<number, DataElement>([
      ...dataSetOf({ Modality: 'MR' }),
      [
        t.ReferencedImageSequence,
        {
          tag: t.ReferencedImageSequence,
          vr: 'SQ',
          items: [new Map([[1, { tag: 1, vr: 'OB', value }]])],
        },
      ],
    ]);
  };
  for (const [bytes, isHeld] of [
    [1_000_000, true],
    [3_000_000, false],
  ] as const) {
    const common = new CommonElements();
    const first = common.share(large(bytes));
    const second = common.share(large(bytes));
    assert.equal(first.get(t.Modality) === second.get(t.Modality), isHeld);
    assert.equal(common.likelyValue(t.Modality) !== undefined, isHeld);
  }
});

test('so are many empty elements', () => {
  const common = new CommonElements();
  const many = Array.from({ length: 40_000 }, (_, index): [number, DataElement] => [
    index,
    { tag: index, vr: 'LO', value: new Uint8Array(0) },
  ]);
  common.share(new Map(many.slice(0, 10)));
  const large = new Map(many);
  // Not even gone through: of 400,000 elements that would take long.
  assert.equal(common.share(large), large);
  assert.equal(common.isHolding, false);
});
