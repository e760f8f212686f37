import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  sopClass,
  type Vr,
} from '../../dicom/index.ts';
import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';
import { atOnce } from '../../lib/streams/steps.ts';
import { readStandardFacts } from '../read-standard.ts';
import { csaItems } from './csa-header.ts';
import { gridOf } from './grid.ts';

/** A CSA header with tags of these items; every length as the vendor's software writes it. */
function csaHeader(version: 1 | 2, tags: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const names = Object.keys(tags);
  const firstItems = tags[names[0] ?? '']?.length ?? 0;
  const head = new Uint8Array(version === 2 ? 16 : 8);
  if (version === 2) head.set([0x53, 0x56, 0x31, 0x30, 4, 3, 2, 1]);
  viewOf(head).setUint32(head.length - 8, names.length, true);
  viewOf(head).setUint32(head.length - 4, 77, true);
  const parts = names.flatMap((name) => {
    const items = tags[name] ?? [];
    const tag = new Uint8Array(84);
    tag.set(Buffer.from(`${name}\0garbage`, 'latin1'));
    viewOf(tag).setInt32(64, 1, true);
    viewOf(tag).setInt32(76, items.length, true);
    return [tag, ...items.map((text) => itemOf(version, text, firstItems))];
  });
  return concatBytes([head, ...parts, new Uint8Array(4)]);
}

function itemOf(version: 1 | 2, text: string, firstItems: number): Uint8Array {
  const length = text === '' ? 0 : text.length + 1;
  const bytes = new Uint8Array(16 + Math.ceil(length / 4) * 4);
  const view = viewOf(bytes);
  view.setInt32(0, version === 1 ? length + firstItems : length, true);
  view.setInt32(4, length, true);
  bytes.set(Buffer.from(text, 'latin1'), 16);
  return bytes;
}

const mosaicTag = 'NumberOfImagesInMosaic';
/** What a CSA header says of the tag: its first text, or why there is none. */
function saidBy(header: Uint8Array): string {
  const items = csaItems(header, new Set([mosaicTag]));
  return items.kind === 'value' ? (items.value.get(mosaicTag)?.[0] ?? 'absent') : items.kind;
}
const tagged = (count: string) => ({
  EchoLinePosition: ['32', '', ''],
  [mosaicTag]: ['', count, ''],
  RealDwellTime: ['3000'],
});

for (const version of [1, 2] as const) {
  test(`CSA${version}: the first item that is not empty`, () => {
    assert.equal(saidBy(csaHeader(version, tagged('35'))), '35');
  });

  test(`CSA${version}: a tag without items, and a header without the tag, say nothing`, () => {
    assert.equal(saidBy(csaHeader(version, tagged(''))), 'absent');
    assert.equal(saidBy(csaHeader(version, { Other: ['1'] })), 'absent');
  });

  test(`CSA${version}: cut anywhere in its tags it is not kept`, () => {
    const whole = csaHeader(version, tagged('35'));
    for (let length = 0; length < whole.length - 8; length += 1) {
      assert.equal(saidBy(whole.subarray(0, length)), 'not-kept', `${length}`);
    }
  });
}

test('any bytes are read without failing', () => {
  const damaged = fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })).map(([at, byte]) => {
    const header = csaHeader(2, tagged('35'));
    header[at % header.length] = byte;
    return header;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), damaged), (bytes) => {
      assert.equal(typeof saidBy(bytes), 'string');
    }),
  );
});

const element = (tag: number, vr: Exclude<Vr, 'SQ'>, value: string | Uint8Array): DataElement => ({
  tag,
  vr,
  value: typeof value === 'string' ? Buffer.from(value, 'latin1') : value,
});

const of = (...elements: readonly DataElement[]): DataSet =>
  new Map(elements.map((each) => [each.tag, each]));

const creator = (tag: number, name: string): DataElement => element(tag, 'LO', name);
const items = (tag: number, count: number): DataElement => ({
  tag,
  vr: 'SQ',
  items: Array.from({ length: count }, () => new Map()),
});

const siemens = creator(0x00190012, 'SIEMENS MR HEADER ');
const csa = creator(0x00290010, 'SIEMENS CSA HEADER');
const uih = creator(0x00650010, 'Image Private Header');
const planar = {
  Manufacturer: 'SIEMENS',
  ScanningSequence: 'EP',
  AcquisitionMatrix: [72, 0, 0, 72],
};

/** Frames of a matrix of 64, whose type says MOSAIC. */
const enhanced = (rows: number, columns: number): DataSet =>
  dataSetOf({
    ImageType: 'ORIGINAL\\PRIMARY\\M\\MOSAIC',
    Rows: rows,
    Columns: columns,
    SharedFunctionalGroupsSequence: [
      dataSetOf({
        MRFOVGeometrySequence: [
          dataSetOf({
            MRAcquisitionFrequencyEncodingSteps: 64,
            MRAcquisitionPhaseEncodingStepsInPlane: 48,
          }),
        ],
      }),
    ],
    PerFrameFunctionalGroupsSequence: [dataSetOf({ FrameType: 'ORIGINAL\\PRIMARY\\M\\MOSAIC' })],
  });

const grids: Readonly<Record<string, DataSet>> = {
  'the word of Siemens': dataSetOf({ ImageType: 'ORIGINAL\\PRIMARY\\M\\MOSAIC' }),
  'the word of United Imaging': dataSetOf({ ImageType: 'DERIVED\\PRIMARY\\VFRAME' }),
  'the word in small letters': dataSetOf({ FrameType: 'mosaic' }),
  'the word in the vendor text': of(
    creator(0x00510010, 'SIEMENS MR HEADER'),
    element(0x00511016, 'LO', 'p2 M/ND/MOSAIC'),
  ),
  'the word in a frame': dataSetOf({
    PerFrameFunctionalGroupsSequence: [
      of(
        creator(0x00210011, 'SIEMENS MR SDI 02'),
        element(0x00211175, 'CS', 'ORIGINAL\\PRIMARY\\MOSAIC'),
      ),
    ],
  }),
  'the word in an object whose frames are as large as four slices': enhanced(128, 128),
  'a count in another block': of(siemens, element(0x0019120a, 'US', Uint8Array.of(35, 0))),
  'a count that lost its VR': of(siemens, element(0x0019120a, 'UN', Uint8Array.of(5, 0))),
  'a count whose byte is a tab': of(siemens, element(0x0019120a, 'UN', Uint8Array.of(9, 0))),
  'a count whose byte is a digit': of(siemens, element(0x0019120a, 'UN', Uint8Array.of(49, 0))),
  'the count of the CSA header': of(csa, element(0x00291010, 'OB', csaHeader(2, tagged('35')))),
  'the count of an old CSA header': of(csa, element(0x00291010, 'UN', csaHeader(1, tagged('5')))),
  'the count of United Imaging': of(uih, element(0x00651050, 'DS', '20')),
  'the tiles of United Imaging': of(uih, items(0x00651051, 20)),
  'a count of a block that nobody reserves': of(
    ...dataSetOf({ Rows: 216, Columns: 216 }).values(),
    element(0x0019100a, 'US', Uint8Array.of(5, 0)),
  ),
  'a CSA header whose creator is empty': of(
    ...dataSetOf({ Rows: 216, Columns: 216 }).values(),
    creator(0x00290010, ''),
    element(0x00291010, 'OB', csaHeader(2, tagged('5'))),
  ),
  'the tiles of a block that nobody reserves': of(
    ...dataSetOf({ Rows: 256, Columns: 320 }).values(),
    items(0x00651051, 20),
  ),
  'the word in a vendor text of nobody': of(element(0x00511016, 'LO', 'p2 M/ND/MOSAIC')),
  'a creator in small letters': of(
    creator(0x00190010, 'siemens mr header'),
    element(0x0019100a, 'US', Uint8Array.of(5, 0)),
  ),
  'an image several times its matrix, of no maker': dataSetOf({
    ...planar,
    Manufacturer: '',
    Rows: 216,
    Columns: 216,
  }),
  'an image several times its matrix, of no sequence': dataSetOf({
    ...planar,
    ScanningSequence: '',
    Rows: 216,
    Columns: 216,
  }),
  'an image several times the matrix of the vendor text': of(
    ...dataSetOf({
      Manufacturer: 'SIEMENS',
      ScanningSequence: 'EP',
      Rows: 384,
      Columns: 384,
    }).values(),
    creator(0x00510010, 'SIEMENS MR HEADER'),
    element(0x0051100b, 'LO', '64p*64 '),
  ),
  'an image several times its matrix, whose maker was overwritten': dataSetOf({
    ...planar,
    Manufacturer: 'ANONYMIZED',
    Rows: 216,
    Columns: 216,
  }),
  'an image that no magnet is wide enough for': dataSetOf({
    Modality: 'MR',
    Rows: 216,
    Columns: 216,
    PixelSpacing: '3\\3',
  }),
  'an image several times its matrix': dataSetOf({ ...planar, Rows: 216, Columns: 216 }),
};

for (const [what, header] of Object.entries(grids)) {
  test(`a grid by ${what}`, () => {
    assert.deepEqual(atOnce(gridOf({ header, omitted: [] })), { kind: 'value', value: true });
  });
}

const singles: Readonly<Record<string, DataSet>> = {
  'an image type of other words': dataSetOf({ ImageType: 'ORIGINAL\\PRIMARY\\MOSAICS' }),
  'the word that software left which took mosaics apart': enhanced(64, 64),
  'the same, of slices that are interpolated one way': enhanced(64, 128),
  'a count of one': of(siemens, element(0x0019120a, 'US', Uint8Array.of(1, 0))),
  'an element of another creator': of(
    creator(0x00190010, 'GEMS_ACQU_01'),
    element(0x0019100a, 'US', Uint8Array.of(35, 0)),
  ),
  'a number of a block that nobody reserves, which makes no tiles': of(
    ...dataSetOf({ Rows: 256, Columns: 256 }).values(),
    element(0x0019100a, 'US', Uint8Array.of(35, 0)),
    element(0x00291010, 'OB', Uint8Array.of(1, 2, 3)),
  ),
  'an image several times its matrix, of neither maker nor sequence': dataSetOf({
    ...planar,
    Manufacturer: '',
    ScanningSequence: '',
    Rows: 216,
    Columns: 216,
  }),
  'an image composed of several, long in one direction': dataSetOf({
    Modality: 'MR',
    Rows: 1400,
    Columns: 450,
    PixelSpacing: '1\\1',
  }),
  'a radiograph as wide as no magnet': dataSetOf({
    Modality: 'DX',
    Rows: 3000,
    Columns: 3000,
    PixelSpacing: '0.3\\0.3',
  }),
  'a spin echo several times its matrix': dataSetOf({
    ...planar,
    ScanningSequence: 'SE',
    Rows: 216,
    Columns: 216,
  }),
  'a CSA header without count': of(csa, element(0x00291010, 'OB', csaHeader(2, tagged('')))),
  'an image interpolated twofold': dataSetOf({ ...planar, Rows: 144, Columns: 144 }),
  'an image of another maker': dataSetOf({
    ...planar,
    Manufacturer: 'GE MEDICAL SYSTEMS',
    Rows: 216,
    Columns: 216,
  }),
};

for (const [what, header] of Object.entries(singles)) {
  test(`no grid: ${what}`, () => {
    assert.deepEqual(atOnce(gridOf({ header, omitted: [] })), { kind: 'absent' });
  });
}

test('a sign that cannot be read proves nothing either way', () => {
  const broken = of(csa, element(0x00291010, 'OB', csaHeader(2, tagged('35')).subarray(0, 60)));
  assert.deepEqual(atOnce(gridOf({ header: broken, omitted: [] })), { kind: 'not-kept' });
  assert.deepEqual(atOnce(gridOf({ header: new Map(), omitted: [0x00291010] })), {
    kind: 'not-kept',
  });
  const lost = of(uih, element(0x00651051, 'UN', Uint8Array.of(1, 2)));
  assert.deepEqual(atOnce(gridOf({ header: lost, omitted: [] })), { kind: 'not-kept' });
});

test('what the standard sets in items is found at any depth', () => {
  const inner = elementOf(0x00080008, 'MOSAIC');
  const header = dataSetOf({ ReferencedImageSequence: [of(inner)] });
  assert.equal(atOnce(gridOf({ header, omitted: [] })).kind, 'value');
});

test('a grid of one tile is one slice, unless the image is too large for one', () => {
  const tags = { ...tagged('1'), SliceNormalVector: ['0', '0', '1'] };
  const slicesOf = (size: number): number => {
    const header = of(
      ...dataSetOf({
        ...planar,
        ImageType: 'ORIGINAL\\PRIMARY\\M\\MOSAIC',
        Rows: size,
        Columns: size,
        PixelSpacing: '3\\3',
        ImagePositionPatient: '0\\0\\0',
        ImageOrientationPatient: '1\\0\\0\\0\\1\\0',
      }).values(),
      csa,
      element(0x00291010, 'OB', csaHeader(2, tags)),
    );
    const sopClassUid = sopClass.MRImageStorage;
    return readStandardFacts({ header, omitted: [], sopClassUid, tokenOf: String }).slices.length;
  };
  assert.deepEqual([slicesOf(72), slicesOf(216)], [1, 0]);
});
