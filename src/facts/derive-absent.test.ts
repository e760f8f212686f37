import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataSetOf, type Keyword, type ValueInput } from '../dicom/index.ts';
import { deriveAbsent } from './derive-absent.ts';
import type { ImageFacts } from './image-facts.ts';
import { readStandardFacts } from './read-standard.ts';

const full = {
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  Rows: 3,
  Columns: 5,
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
} as const;

function derive(
  change: Readonly<Partial<Record<Keyword, ValueInput>>>,
  nativeBytes: number | undefined,
): ImageFacts {
  const header = dataSetOf({ ...full, ...change });
  const read = readStandardFacts({ header, omitted: [], sopClassUid: '', tokenOf: String });
  return deriveAbsent(read, nativeBytes);
}

test('what is stated is not derived', () => {
  assert.deepEqual(derive({}, 30).derived, []);
});

test('one grey sample that fills the data is the only reading', () => {
  const facts = derive({ SamplesPerPixel: '', PhotometricInterpretation: '' }, 30);
  assert.deepEqual(facts.samples, { kind: 'value', value: 1 });
  assert.deepEqual(facts.photometric, { kind: 'value', value: 'MONOCHROME2' });
  assert.deepEqual(facts.derived, ['SamplesPerPixel', 'PhotometricInterpretation']);
});

test('Bits Stored follows from High Bit, High Bit from Bits Stored, both from the full data', () => {
  const bits = ({ bitsStored, highBit }: ImageFacts): readonly unknown[] => [bitsStored, highBit];
  const value = (stored: number): readonly unknown[] => [
    { kind: 'value', value: stored },
    { kind: 'value', value: stored - 1 },
  ];
  assert.deepEqual(bits(derive({ BitsStored: '' }, 30)), value(12));
  assert.deepEqual(bits(derive({ HighBit: '' }, 30)), value(12));
  assert.deepEqual(bits(derive({ BitsStored: '', HighBit: '' }, 30)), value(16));
});

test('an odd image has one byte more', () => {
  const odd = { BitsAllocated: 8, BitsStored: 8, HighBit: 7, SamplesPerPixel: '' } as const;
  assert.deepEqual(derive(odd, 16).derived, ['SamplesPerPixel']);
});

for (const [what, change, bytes] of [
  ['more bytes than one sample', { SamplesPerPixel: '' }, 90],
  ['some bytes more', { SamplesPerPixel: '' }, 32],
  ['fewer bytes', { SamplesPerPixel: '' }, 28],
  ['compressed data', { SamplesPerPixel: '' }, undefined],
  ['no Bits Allocated', { BitsAllocated: '', SamplesPerPixel: '' }, 30],
  ['frames that are not kept', { NumberOfFrames: '0', SamplesPerPixel: '' }, 30],
] as const) {
  test(`nothing follows from ${what}`, () => {
    const facts = derive(change, bytes);
    assert.equal(facts.samples.kind, 'absent');
    assert.deepEqual(facts.derived, []);
  });
}

test('signedness and scale are never derived', () => {
  const facts = derive({ PixelRepresentation: '' }, 30);
  assert.equal(facts.pixelRepresentation.kind, 'absent');
  assert.equal(facts.slope.kind, 'absent');
});
