/**
 * Headers that say anything of their pixels: they are withheld with a code, or every frame comes out as
 * long as the volume expects it. `MDM_LONG=1`: many more.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createDeidentifier } from '../../src/deid/index.ts';
import { expandSegments } from '../../src/deid/palette/expand-segments.ts';
import {
  type DataElement,
  elementOf,
  encodeDataSet,
  getUid,
  type Tag,
  tag as t,
  transferSyntax as ts,
  type Vr,
} from '../../src/dicom/index.ts';
import { valueOr } from '../../src/facts/index.ts';
import { readDeidentified } from '../../src/flow/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { openIntake } from '../../src/production/open-intake.ts';
import { pixelBytesOf, readPixelFormat } from '../../src/volume/pixel-format.ts';
import { chunksOf, imageOf, testKey, testSubject } from '../conformance/ps3.15/deid-object.ts';

const numRuns = process.env['MDM_LONG'] === '1' ? 20_000 : 400;
const longestMs = 1_000;

/** Of an image that may be sound, or not. */
const some = (...usual: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...usual) }, fc.nat(70));

const widths = fc
  .oneof({ weight: 40, arbitrary: fc.constantFrom(1, 8, 16, 32, 64) }, fc.nat(70))
  .chain((allocated) =>
    fc.record({
      allocated: fc.constant(allocated),
      stored: some(allocated, Math.max(1, allocated - 4)),
      high: some(Math.max(0, allocated - 1), Math.max(0, allocated - 5)),
    }),
  );

const colours = ['Red', 'Green', 'Blue'] as const;

const descriptor = fc.tuple(some(0, 2, 16, 256), some(0, 1, 255), some(8, 16));
const tables = fc.record({
  descriptors: fc.oneof(
    descriptor.map((one) => [one, one, one]),
    fc.tuple(descriptor, descriptor, descriptor),
  ),
  isSegmented: fc.boolean(),
  data: fc.oneof(
    fc.constantFrom(2, 16, 32, 256, 512, 131_072).map((length) => new Uint8Array(length)),
    fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => ((bytes.length & 1) === 0 ? bytes : bytes.subarray(1))),
  ),
});

const pixelElements: readonly (readonly [Tag, Exclude<Vr, 'SQ'>])[] = [
  [t.PixelData, 'OW'],
  [t.PixelData, 'OB'],
  [t.FloatPixelData, 'OF'],
  [t.DoubleFloatPixelData, 'OD'],
  [t.FloatPixelData, 'OW'],
];

/** How many samples a colour has, and now and then another number. */
const colourOf = fc
  .constantFrom(
    ['MONOCHROME2', 1],
    ['PALETTE COLOR', 1],
    ['RGB', 3],
    ['YBR_FULL', 3],
    ['YBR_FULL_422', 3],
    ['CMYK', 3],
  )
  .chain(([photometric, samples]) =>
    fc.record({
      photometric: fc.constant(photometric),
      samples: some(samples),
    }),
  );

const images = fc.record({
  width: widths,
  colour: colourOf,
  planar: some(0, 1),
  representation: some(0, 0, 0, 1),
  rows: fc.integer({ min: 1, max: 5 }),
  columns: fc.integer({ min: 1, max: 5 }),
  frames: fc.constantFrom(undefined, undefined, '1', '1', '2', '3', 'x'),
  /** By its width, or another. */
  element: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.constantFrom(...pixelElements),
  ),
  tables,
  syntax: fc.constantFrom(
    ts.ExplicitVRLittleEndian,
    ts.ImplicitVRLittleEndian,
    ts.ExplicitVRBigEndian,
  ),
  /** More or less than there must be. */
  surplus: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.integer({ min: -4, max: 4 })),
});

type Image = typeof images extends fc.Arbitrary<infer T> ? T : never;

function usualElement(bits: number, photometric: string): (typeof pixelElements)[number] {
  if (bits === 64) return [t.DoubleFloatPixelData, 'OD'];
  const isFloat = bits === 32 && photometric === 'MONOCHROME2';
  return isFloat ? [t.FloatPixelData, 'OF'] : [t.PixelData, 'OW'];
}

function dataSetOf(image: Image) {
  const { width, rows, columns, frames, surplus } = image;
  const { photometric, samples } = image.colour;
  const [tag, vr] = image.element ?? usualElement(width.allocated, photometric);
  const perPixel = photometric === 'YBR_FULL_422' ? 2 : samples;
  const bits = rows * columns * perPixel * width.allocated * (Number(frames ?? 1) || 1);
  const length = Math.max(0, Math.ceil(bits / 16) * 2 + 2 * surplus);
  const value = Uint8Array.from({ length }, (_, at) => (at * 37) & 0xff);
  const made = new Map(
    imageOf(
      {
        BitsAllocated: width.allocated,
        BitsStored: width.stored,
        HighBit: width.high,
        PixelRepresentation: image.representation,
        SamplesPerPixel: samples,
        PhotometricInterpretation: photometric,
        PlanarConfiguration: image.planar,
        Rows: rows,
        Columns: columns,
        BurnedInAnnotation: 'NO',
        ...(frames === undefined ? {} : { NumberOfFrames: frames }),
      },
      [...paletteOf(image), { tag, vr, value }],
    ),
  );
  if (tag !== t.PixelData) made.delete(t.PixelData);
  return made;
}

function paletteOf({
  colour: { photometric },
  tables: { descriptors, isSegmented, data },
}: Image): readonly DataElement[] {
  if (photometric !== 'PALETTE COLOR') return [];
  return colours.flatMap((colour, index) => {
    const name = isSegmented ? (`Segmented${colour}` as const) : colour;
    return [
      elementOf(t[`${colour}PaletteColorLookupTableDescriptor`], descriptors[index] ?? [], {
        vr: 'US',
      }),
      elementOf(t[`${name}PaletteColorLookupTableData`], data, { vr: 'OW' }),
    ];
  });
}

const series = createDeidentifier({ collectionKey: testKey }).series({
  subjectName: testSubject,
});

/** What comes of an image: a code, or the lengths of its frames beside the one that volumes expect. */
async function outcomeOf(image: Image): Promise<string | { lengths: number[]; expected: number }> {
  const dataSet = dataSetOf(image);
  const instance = {
    sopClassUid: getUid(dataSet, t.SOPClassUID) ?? '',
    sopInstanceUid: getUid(dataSet, t.SOPInstanceUID) ?? '',
    transferSyntaxUid: image.syntax,
    dataSet: chunksOf(encodeDataSet(dataSet, image.syntax), 97),
  };
  const outcome = await series.instance(identify(instance));
  if (outcome.kind === 'withheld') return outcome.code;
  const released = readDeidentified(outcome.instance);
  const { facts, transferSyntaxUid } = released;
  const format = readPixelFormat(facts, transferSyntaxUid);
  if (!format.ok) {
    for await (const _part of released.read('file'));
    return format.code;
  }
  const lengths: number[] = [];
  const intake = openIntake(released, {
    spare: undefined,
    takeFrame: async (index, pixels) => void (lengths[index] = pixels.length),
    fail: () => assert.fail('nothing is coded'),
  });
  for await (const part of released.read('pixels')) {
    if (part.kind === 'pixel') await intake.addPixels(part.bytes);
  }
  assert.equal(await intake.end(), true, 'what leaves is whole');
  assert.equal(lengths.length, valueOr(facts.frames, 1));
  return { lengths, expected: image.rows * image.columns * pixelBytesOf(format.value) };
}

test('any header gives frames as long as volumes expect them, or a code', {
  timeout: 900_000,
}, async (t) => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(images, async (image) => {
      const startMs = performance.now();
      const outcome = await outcomeOf(image);
      assert.ok(performance.now() - startMs < longestMs, 'out of time');
      const label = typeof outcome === 'string' ? outcome : 'frames';
      seen.set(label, (seen.get(label) ?? 0) + 1);
      if (typeof outcome === 'string') return;
      for (const length of outcome.lengths) assert.equal(length, outcome.expected);
    }),
    { numRuns },
  );
  t.diagnostic(JSON.stringify(Object.fromEntries(seen)));
  assert.ok((seen.get('frames') ?? 0) > numRuns / 50, 'some are sound');
});

test('any segments make the entries that are wanted, or no table', () => {
  const words = fc.array(fc.oneof(fc.nat(5), fc.nat(0xffff)), { maxLength: 60 });
  fc.assert(
    fc.property(
      words,
      fc.boolean(),
      fc.integer({ min: 1, max: 0x1_0000 }),
      (all, isWide, entries) => {
        const segments = isWide ? Uint16Array.from(all) : Uint8Array.from(all);
        const table = expandSegments(segments, entries);
        assert.ok(table === undefined || table.length === entries);
      },
    ),
    { numRuns },
  );
});
