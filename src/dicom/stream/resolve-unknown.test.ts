import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tag as t } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { dataSetOf } from '../element/data-set-of.ts';
import type { DataElement, DataSet, Tag } from '../element/element.ts';
import { getNumber, getNumbers, getSequence, getString } from '../element/value.ts';
import { encodeDataSet } from './data-set-codec.ts';
import { resolveUnknown } from './resolve-unknown.ts';

const unknown = (tag: Tag, value: Uint8Array): DataElement => ({ tag, vr: 'UN', value });
const of = (...elements: readonly DataElement[]): DataSet =>
  new Map(elements.map((element) => [element.tag, element]));

test('a known element of VR UN gets the VR of the dictionary', () => {
  const resolved = resolveUnknown(
    of(
      unknown(t.Rows, Uint8Array.of(0, 2)),
      unknown(t.RescaleSlope, Buffer.from('2.5 ')),
      unknown(t.ImageType, Buffer.from('ORIGINAL')),
    ),
  );
  assert.deepEqual(
    [...resolved.values()].map(({ vr }) => vr),
    ['US', 'DS', 'CS'],
  );
  assert.equal(getNumber(resolved, t.Rows), 512);
  assert.equal(getNumber(resolved, t.RescaleSlope), 2.5);
  assert.equal(getString(resolved, t.ImageType), 'ORIGINAL');
});

test('US or SS follows Pixel Representation', () => {
  const padding = unknown(t.PixelPaddingValue, Uint8Array.of(0, 0xf8));
  assert.equal(getNumber(resolveUnknown(of(padding)), t.PixelPaddingValue), 0xf800);
  const signed = new Map([...dataSetOf({ PixelRepresentation: 1 }), [padding.tag, padding]]);
  assert.equal(getNumber(resolveUnknown(signed), t.PixelPaddingValue), -2048);
});

test('a sequence is read as implicit VR little endian, and what is in items too', () => {
  const inner = dataSetOf({ PixelSpacing: ['0.5', '0.7'] });
  const sequence = dataSetOf({ PixelMeasuresSequence: [inner] });
  const encoded = encodeDataSet(sequence, transferSyntax.ImplicitVRLittleEndian);
  // Without the delimiter that ends a sequence of undefined length.
  const group = of(unknown(t.PixelMeasuresSequence, encoded.subarray(8, -8)));
  const outer = dataSetOf({ SharedFunctionalGroupsSequence: [group] });
  const [shared] = getSequence(resolveUnknown(outer), t.SharedFunctionalGroupsSequence);
  const [measures] = getSequence(shared ?? new Map(), t.PixelMeasuresSequence);
  assert.deepEqual(getNumbers(measures ?? new Map(), t.PixelSpacing), [0.5, 0.7]);
});

test('what is no sequence, private, or known already stays what it is', () => {
  const broken = of(unknown(t.PixelMeasuresSequence, Buffer.from('Smith')));
  assert.equal(resolveUnknown(broken), broken);
  const own = of(unknown(0x00191001, Uint8Array.of(1, 2)));
  assert.equal(resolveUnknown(own), own);
  const plain = dataSetOf({ Rows: 1, ReferencedImageSequence: [dataSetOf({ Columns: 2 })] });
  assert.equal(resolveUnknown(plain), plain);
});
