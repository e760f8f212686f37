import assert from 'node:assert/strict';
import { test } from 'node:test';
import { present } from '../../lib/assert.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { dataSetOf, elementOf } from '../element/data-set-of.ts';
import type { DataElement, DataSet, ItemList, Tag } from '../element/element.ts';
import { onceShared } from '../element/item-list.ts';
import { dicomLimits } from '../limits.ts';
import { encodeDataSet, tokensOf } from './data-set-codec.ts';
import { createDataSetCollector } from './data-set-collector.ts';
import { resolveUnknown } from './resolve-unknown.ts';
import type { Token } from './token.ts';
import { createTokenReader } from './token-reader.ts';

const perFrame = tag.PerFrameFunctionalGroupsSequence;
const syntaxes = [
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.ImplicitVRLittleEndian,
  transferSyntax.ExplicitVRBigEndian,
];

function frame(index: number): DataSet {
  return dataSetOf({
    PixelMeasuresSequence: [dataSetOf({ PixelSpacing: '2\\2', SliceThickness: 3 })],
    FrameContentSequence: [dataSetOf({ DimensionIndexValues: [1, index] })],
    MRDiffusionSequence: [
      dataSetOf({
        DiffusionBValue: 1000,
        DiffusionGradientDirectionSequence: [
          dataSetOf({ DiffusionGradientOrientation: [index, 0, 0] }),
          dataSetOf({}),
        ],
      }),
    ],
    RealWorldValueMappingSequence: [],
    RedPaletteColorLookupTableData: new Uint8Array(70_000).fill(index),
  });
}

function read(bytes: Uint8Array, transferSyntaxUid: string, packedTag?: Tag) {
  const collector = createDataSetCollector({
    transferSyntaxUid,
    dataSetMaxBytes: 2 ** 30,
    ...(packedTag === undefined ? {} : { packedTag }),
  });
  const reader = createTokenReader({ transferSyntaxUid });
  for (let at = 0; at < bytes.length; at += 999)
    collector.add(reader.push(bytes.slice(at, at + 999)));
  collector.add(reader.end());
  return collector;
}

const itemsIn = (dataSet: DataSet): ItemList => {
  const element = dataSet.get(perFrame);
  return element?.vr === 'SQ' ? element.items : [];
};

for (const syntax of syntaxes) {
  test(`packed items are those that are held, in ${syntax}`, () => {
    const frames = [1, 2, 3, 2].map(frame);
    const header = dataSetOf({ Rows: 4, PerFrameFunctionalGroupsSequence: frames });
    const bytes = encodeDataSet(header, syntax);
    const held = read(bytes, syntax);
    const packed = read(bytes, syntax, perFrame);
    const items = itemsIn(packed.dataSet);
    assert.deepEqual([...items], [...itemsIn(held.dataSet)]);
    assert.deepEqual([...items], frames);
    assert.deepEqual(items.at(2), frames[2]);
    assert.equal(items.at(4), undefined);
    assert.equal(items.length, 4);
    assert.deepEqual(
      items.map((_, index) => index),
      [0, 1, 2, 3],
    );
  });
}

test('what items repeat is one object in them, and computed once', () => {
  const header = dataSetOf({ PerFrameFunctionalGroupsSequence: [1, 2, 3, 4].map(frame) });
  const syntax = transferSyntax.ExplicitVRLittleEndian;
  const items = itemsIn(read(encodeDataSet(header, syntax), syntax, perFrame).dataSet);
  const measures = items.map((item) => item.get(tag.PixelMeasuresSequence));
  assert.equal(measures[2], measures[1]);
  assert.equal(measures[3], measures[1]);
  const computed: DataElement[] = [];
  const compute = onceShared(items, (element) => computed.push(element));
  for (const item of items) compute(present(item.get(tag.PixelMeasuresSequence), 'measures'));
  // Of the first item nobody knows that others will have it too.
  assert.equal(computed.length, 2);
});

test('what is too long, and pixel data inside, are named', () => {
  const long = 2 ** 20 + 2;
  const tokens: Token[] = [
    { kind: 'sequence-start', tag: perFrame, vr: 'SQ', length: undefined },
    { kind: 'item-start', length: undefined },
    { kind: 'value-start', tag: tag.RedPaletteColorLookupTableData, vr: 'OW', length: long },
    { kind: 'value-chunk', bytes: new Uint8Array(long) },
    { kind: 'value-end' },
    { kind: 'fragments-start', tag: tag.PixelData, vr: 'OB' },
    { kind: 'fragment-start', length: 2 },
    { kind: 'value-chunk', bytes: Uint8Array.of(1, 2) },
    { kind: 'fragment-end' },
    { kind: 'fragments-end' },
    { kind: 'item-end', delimited: true },
    { kind: 'sequence-end', delimited: true },
    ...tokensOf(dataSetOf({ PixelPaddingValue: 1 }), transferSyntax.ExplicitVRLittleEndian),
  ];
  const collector = createDataSetCollector({
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    packedTag: perFrame,
  });
  assert.equal(collector.add(tokens), false);
  assert.deepEqual(collector.omitted, [tag.RedPaletteColorLookupTableData, tag.PixelData]);
  assert.deepEqual([...itemsIn(collector.dataSet)], [new Map()]);
  assert.ok(collector.dataSet.has(tag.PixelPaddingValue));
});

test('elements of VR UN are read by the dictionary, in each item', () => {
  const unknown = elementOf(tag.RescaleSlope, Buffer.from('2 '), { vr: 'UN' });
  const signed = elementOf(tag.PixelPaddingValue, Uint8Array.of(0xff, 0xff), { vr: 'UN' });
  const item = new Map([unknown, signed].map((element) => [element.tag, element] as const));
  const header = dataSetOf({
    PixelRepresentation: 1,
    PerFrameFunctionalGroupsSequence: [item, item, item],
  });
  const syntax = transferSyntax.ExplicitVRLittleEndian;
  const bytes = encodeDataSet(header, syntax);
  const wanted = itemsIn(resolveUnknown(read(bytes, syntax).dataSet));
  const packed = itemsIn(resolveUnknown(read(bytes, syntax, perFrame).dataSet));
  assert.deepEqual([...packed], [...wanted]);
  assert.equal(packed.at(0)?.get(tag.PixelPaddingValue)?.vr, 'SS');
});

test('more than may be held of all items is refused', () => {
  const one: readonly Token[] = [
    { kind: 'item-start', length: undefined },
    { kind: 'item-end', delimited: true },
  ];
  const collector = createDataSetCollector({
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    packedTag: perFrame,
  });
  collector.add([{ kind: 'sequence-start', tag: perFrame, vr: 'SQ', length: undefined }]);
  const most = dicomLimits.packedItemsMaxBytes / 64;
  assert.throws(
    () => {
      for (let count = 0; count <= most; count += 1) collector.add(one);
    },
    { code: 'DICOM_DATA_SET_TOO_LARGE' },
  );
});
