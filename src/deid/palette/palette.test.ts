import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLeak, imageOf, runDeid } from '../../../test/conformance/ps3.15/deid-object.ts';
import {
  type DataElement,
  type DataSet,
  elementOf,
  getBytes,
  getNumbers,
  type Tag,
  tag as t,
  transferSyntax,
} from '../../dicom/index.ts';
import { readDeidentified } from '../../flow/index.ts';
import { noIdentifiers } from '../meaning/identifiers.ts';
import { writePalette } from './leave-palette.ts';

const colours = ['Red', 'Green', 'Blue'] as const;

/** What is said of the tables; the same of all three, but for their entries. */
interface Said {
  readonly descriptor?: readonly number[];
  readonly data?: Uint8Array | ((colour: number) => Uint8Array);
  readonly isSegmented?: boolean;
}

const ramp = (colour: number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, at) => (at * (colour + 1)) & 0xff);

/** A palette image of 4 x 4 indices, which says that nothing is burned in. */
function paletteImage(said: Said = {}, edit: readonly DataElement[] = []): DataSet {
  const { descriptor = [256, 0, 8], data = ramp, isSegmented = false } = said;
  const tables = colours.flatMap((colour, index): DataElement[] => {
    const name = isSegmented ? (`Segmented${colour}` as const) : colour;
    const bytes = typeof data === 'function' ? data(index) : data;
    return [
      elementOf(t[`${colour}PaletteColorLookupTableDescriptor`], descriptor, { vr: 'US' }),
      elementOf(t[`${name}PaletteColorLookupTableData`], bytes, { vr: 'OW' }),
    ];
  });
  const indices = Uint8Array.from({ length: 16 }, (_, at) => at * 16);
  return imageOf(
    {
      PhotometricInterpretation: 'PALETTE COLOR',
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      BurnedInAnnotation: 'NO',
    },
    [{ tag: t.PixelData, vr: 'OW', value: indices }, ...tables, ...edit],
  );
}

async function codeFor(image: DataSet): Promise<string> {
  const { outcome } = await runDeid(image);
  return outcome.kind === 'withheld' ? outcome.code : 'released';
}

const words = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(values).buffer);

const tableOf = (dataSet: DataSet, tag: Tag): readonly number[] => [
  ...(getBytes(dataSet, tag) ?? []),
];

for (const [name, syntax] of Object.entries({
  'little endian': transferSyntax.ExplicitVRLittleEndian,
  implicit: transferSyntax.ImplicitVRLittleEndian,
  'big endian': transferSyntax.ExplicitVRBigEndian,
})) {
  test(`the tables of a palette image leave with it, ${name}`, async () => {
    const { dataSet, outcome } = await runDeid(paletteImage(), { transferSyntaxUid: syntax });
    for (const [index, colour] of colours.entries()) {
      const descriptor = t[`${colour}PaletteColorLookupTableDescriptor`];
      assert.deepEqual(getNumbers(dataSet, descriptor), [256, 0, 8]);
      const data = tableOf(dataSet, t[`${colour}PaletteColorLookupTableData`]);
      assert.deepEqual(data, [...ramp(index)]);
    }
    assert.ok(outcome.kind === 'released');
    const { palette } = readDeidentified(outcome.instance);
    assert.deepEqual([palette?.first, palette?.colours.length], [0, 768]);
    assert.deepEqual([...(palette?.colours.subarray(30, 33) ?? [])], [10, 20, 30]);
  });
}

test('entries that no index reaches stay behind', async () => {
  const data = new Uint8Array(600);
  data.set(ramp(0), 0);
  data.set(Buffer.from('secrets behind the table'), 300);
  const { file, dataSet } = await runDeid(paletteImage({ descriptor: [600, 10, 8], data }));
  assert.deepEqual(getNumbers(dataSet, t.RedPaletteColorLookupTableDescriptor), [246, 10, 8]);
  assert.equal(findLeak(file, ['secrets']), undefined);
});

test('entries of 8 bits may have a word each, or an odd number of bytes and one more', async () => {
  for (const data of [words(1, 2, 3), Uint8Array.of(1, 2, 3, 0)]) {
    const { dataSet } = await runDeid(paletteImage({ descriptor: [3, 0, 8], data }));
    assert.deepEqual(tableOf(dataSet, t.GreenPaletteColorLookupTableData), [1, 2, 3, 0]);
  }
});

test('of entries of 16 bits pixels have the eight highest, and the instance all', async () => {
  const data = words(0x1234, 0xff00, 0x00ff);
  const { dataSet, outcome } = await runDeid(paletteImage({ descriptor: [3, 0, 16], data }));
  assert.deepEqual(tableOf(dataSet, t.BluePaletteColorLookupTableData), [...data]);
  assert.ok(outcome.kind === 'released');
  const { palette } = readDeidentified(outcome.instance);
  assert.deepEqual([...(palette?.colours ?? [])], [0x12, 0x12, 0x12, 0xff, 0xff, 0xff, 0, 0, 0]);
});

test('tables in segments leave expanded', async () => {
  const rows: readonly (readonly [Said, readonly number[]])[] = [
    [{ descriptor: [4, 0, 8], data: Uint8Array.of(0, 1, 5, 1, 3, 11) }, [5, 7, 9, 11]],
    // The first segment once more, by its offset in bytes.
    [{ descriptor: [4, 0, 8], data: Uint8Array.of(0, 2, 5, 6, 2, 1, 0, 0, 0, 0) }, [5, 6, 5, 6]],
    [
      { descriptor: [4, 0, 16], data: words(0, 1, 500, 1, 1, 300, 2, 2, 0, 0) },
      [...words(500, 300, 500, 300)],
    ],
  ];
  for (const [said, expected] of rows) {
    const { dataSet } = await runDeid(paletteImage({ ...said, isSegmented: true }));
    assert.deepEqual(tableOf(dataSet, t.RedPaletteColorLookupTableData), expected);
    assert.equal(dataSet.has(t.SegmentedRedPaletteColorLookupTableData), false);
  }
});

test('segments that lie, or copy without end, are refused', async () => {
  const rows: readonly Uint8Array[] = [
    Uint8Array.of(0, 5, 1, 2),
    Uint8Array.of(1, 4, 9, 0),
    Uint8Array.of(0, 4, 1, 2, 3, 4, 0, 4, 1, 2, 3, 4),
    Uint8Array.of(0, 3, 1, 2, 3, 0),
    Uint8Array.of(0, 0, 0, 0),
    Uint8Array.of(3, 1, 1, 0),
    Uint8Array.of(2, 1, 0, 0, 0, 0),
    Uint8Array.of(0, 1, 7, 2, 2, 0, 0, 0, 0, 0),
    Uint8Array.of(0, 1, 7, 2, 255, 0, 0, 0, 255, 0),
  ];
  for (const data of rows) {
    const image = paletteImage({ descriptor: [4, 0, 8], data, isSegmented: true });
    assert.equal(await codeFor(image), 'DEID_PALETTE', data.join());
  }
});

test('descriptors that lie, or are none, are refused', async () => {
  const rows: readonly Said[] = [
    { descriptor: [255, 0, 16] },
    { descriptor: [0, 0, 8] },
    { descriptor: [256, 0, 12] },
    { descriptor: [256, 0] },
    { descriptor: [2, 0, 8], data: words(1, 256) },
  ];
  for (const said of rows) {
    assert.equal(await codeFor(paletteImage(said)), 'DEID_PALETTE', JSON.stringify(said));
  }
  const other = elementOf(t.BluePaletteColorLookupTableDescriptor, [256, 1, 8], { vr: 'US' });
  assert.equal(await codeFor(paletteImage({}, [other])), 'DEID_PALETTE');
  const none = new Map(paletteImage());
  none.delete(t.GreenPaletteColorLookupTableData);
  assert.equal(await codeFor(none), 'DEID_PALETTE');
  const signed = elementOf(t.PixelRepresentation, 1);
  assert.equal(await codeFor(paletteImage({}, [signed])), 'DEID_PALETTE');
});

test('a name or a record number in a table withholds the image', async () => {
  const edit = [elementOf(t.PatientName, 'Testperson^Subject'), elementOf(t.PatientID, 'ID-20771')];
  const at = (bytes: Uint8Array, step: number): Uint8Array => {
    const data = new Uint8Array(step === 1 ? 256 : 512);
    for (const [index, byte] of bytes.entries()) data[40 + index * step] = byte;
    return data;
  };
  for (const text of ['Testperson', 'SUBJECT', 'ID-20771', 'xx Testperson 1950']) {
    const bytes = Buffer.from(text);
    for (const [data, bits] of [
      [at(bytes, 1), 8],
      [at(bytes, 2), 16],
      [Buffer.concat([at(bytes, 1), new Uint8Array(256)]), 16],
    ] as const) {
      const image = paletteImage({ descriptor: [256, 0, bits], data }, edit);
      assert.equal(await codeFor(image), 'DEID_PALETTE', text);
    }
    const across = (colour: number): Uint8Array => {
      const data = new Uint8Array(256);
      for (let index = colour; index < bytes.length; index += 3) {
        data[Math.floor(index / 3)] = bytes[index] ?? 0;
      }
      return data;
    };
    assert.equal(await codeFor(paletteImage({ data: across }, edit)), 'DEID_PALETTE', text);
  }
});

test('what else a palette image says is judged as before', async () => {
  const none = elementOf(t.BurnedInAnnotation, '');
  assert.equal(await codeFor(paletteImage({}, [none])), 'DEID_BURNED_IN');
});

test('others have their turn while tables are looked through for identifiers', () => {
  const table = Uint16Array.from({ length: 400 }, (_, at) => (at % 4 === 3 ? 0x20 : 0x41));
  const tables = { first: 0, bits: 16, red: table, green: table, blue: table } as const;
  const pauses = [...writePalette(new Map(), tables, noIdentifiers)].length;
  assert.ok(pauses > 300, String(pauses));
});
