import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeLossless } from '../../test/support/lossless-jpeg.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { Codecs } from './codec-table.ts';
import { decodeFrame } from './decode-frame.ts';
import type { FrameShape } from './frame-shape.ts';

const codecs = new Codecs();
const lossless = '1.2.840.10008.1.2.4.70';
const rle = '1.2.840.10008.1.2.5';

function shapeOf(options: Partial<FrameShape>): FrameShape {
  const { bitsAllocated = 16 } = options;
  return {
    rows: 5,
    columns: 7,
    samples: 1,
    bitsAllocated,
    bitsStored: bitsAllocated,
    highBit: bitsAllocated - 1,
    signed: false,
    colour: 'grey',
    planar: false,
    palette: undefined,
    ...options,
  };
}

const decode = (transferSyntaxUid: string, coded: Uint8Array, shape: FrameShape) =>
  decodeFrame(codecs, { transferSyntaxUid, coded, shape });

const outcomeOf = (...given: Parameters<typeof decode>): Promise<string> =>
  decode(...given).then(
    () => 'decoded',
    (error: unknown) => codeOf(error) ?? String(error),
  );

/** Samples of 16 bits in an RLE frame of literal codes. */
function encodeRle(samples: Uint16Array): Uint8Array {
  const segment = (shift: number): number[] => [
    samples.length - 1,
    ...Array.from(samples, (sample) => (sample >> shift) & 255),
  ];
  const [high, low] = [segment(8), segment(0)];
  const header = new Uint32Array(16);
  header.set([2, 64, 64 + high.length]);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...high, ...low]);
}

const sampleArray = fc.uint16Array({ minLength: 35, maxLength: 35 });

test('lossless JPEG of any predictor, and RLE, decode to the samples that were encoded', async () => {
  const form = fc.record({ predictor: fc.integer({ min: 1, max: 7 }), restartRows: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(sampleArray, form, async (samples, options) => {
      const words = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
      const coded = encodeLossless(samples, { rows: 5, columns: 7, precision: 16, ...options });
      assert.ok(words.equals(await decode(lossless, coded, shapeOf({}))));
      assert.ok(words.equals(await decode(rle, encodeRle(samples), shapeOf({}))));
    }),
  );
});

test('bytes of a frame changed anywhere: pixels of the same length, or a code', async () => {
  const samples = Uint16Array.from({ length: 35 }, (_, at) => (at * 3001) & 0xffff);
  const frames: readonly (readonly [string, Uint8Array])[] = [
    [lossless, encodeLossless(samples, { rows: 5, columns: 7, precision: 16 })],
    [rle, encodeRle(samples)],
  ];
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(400) });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...frames), fc.array(change), async (frame, changes) => {
      const [syntax, whole] = frame;
      const cut = changes[0]?.cut ?? 400;
      const coded = new Uint8Array(whole.subarray(0, cut));
      for (const { at, byte } of changes) coded[at % Math.max(1, coded.length)] = byte;
      try {
        assert.equal((await decode(syntax, coded, shapeOf({}))).length, 70);
      } catch (error) {
        assert.match(codeOf(error) ?? String(error), /^PIXEL_/);
      }
    }),
    { numRuns: 500 },
  );
});

/** Signed samples of 8 bits from -128 to 127, 16 in a row, as GDCM encodes them in JPEG 2000. */
const signedCodeStream = Buffer.from(
  [
    '/0//UQApAAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAABhwEB/1IADAAAAAEAAwQE',
    'AAH/XAANQEBISFBISFBISFD/ZAAqAAFDcmVhdGVkIGJ5IEdEQ00vT3BlbkpQRUcgdmVyc2lvbiAy',
    'LjUuMP+QAAoAAAAAAD0AAf+T34AwB65A9Hh/wHwhx9oGDP9/Cz2EwDoUPqBQIhkDf91SP8ARQfOF',
    'ADahPaY0YH//2QA=',
  ].join(''),
  'base64',
);
const jpeg2000 = '1.2.840.10008.1.2.4.90';

test('JPEG 2000 of small samples keeps their sign', async () => {
  const image = { rows: 16, columns: 16, signed: true } as const;
  const samples = Int8Array.from({ length: 256 }, (_, at) => at - 128);
  const bytes = await decode(jpeg2000, signedCodeStream, shapeOf({ ...image, bitsAllocated: 8 }));
  assert.deepEqual(new Int8Array(new Uint8Array(bytes).buffer), samples);
  const half = { ...image, bitsAllocated: 16, bitsStored: 8, highBit: 7 } as const;
  const words = await decode(jpeg2000, signedCodeStream, shapeOf(half));
  assert.deepEqual(new Int16Array(new Uint8Array(words).buffer), Int16Array.from(samples));
});

test('a frame that is another image than its header says fails', async () => {
  const coded = encodeLossless(new Uint16Array(35), { rows: 5, columns: 7, precision: 12 });
  const twelve = { bitsStored: 12, highBit: 11 };
  assert.equal(await outcomeOf(lossless, coded, shapeOf(twelve)), 'decoded');
  for (const other of [
    { ...twelve, rows: 6 },
    { ...twelve, columns: 70_000 },
    { ...twelve, samples: 3, colour: 'rgb' },
    { bitsStored: 12, highBit: 15 },
    { bitsAllocated: 8 },
  ] as const) {
    assert.equal(await outcomeOf(lossless, coded, shapeOf(other)), 'PIXEL_FRAME_MISMATCH');
  }
});

test('a colour image that ends before its last component is none', async () => {
  const samples = Uint16Array.from({ length: 35 }, (_, at) => at);
  const one = encodeLossless(samples, { rows: 5, columns: 7, precision: 8 });
  // SOF with three components instead of one, of which the scan holds the first.
  const sofEnd = 2 + 2 + 11;
  const sof = [0xff, 0xc3, 0, 17, 8, 0, 5, 0, 7, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
  const coded = Uint8Array.from([0xff, 0xd8, ...sof, ...one.subarray(sofEnd)]);
  const grey = shapeOf({ bitsAllocated: 8 });
  assert.equal(await outcomeOf(lossless, one, grey), 'decoded');
  const colour = { ...grey, samples: 3, colour: 'rgb' } as const;
  assert.equal(await outcomeOf(lossless, coded, colour), 'PIXEL_CODED_INVALID');
});

test('what has no codec, or is larger than may be, has a code', async () => {
  assert.equal(
    await outcomeOf('1.2.840.10008.1.2.4.100', Uint8Array.of(1), shapeOf({})),
    'PIXEL_NO_CODEC',
  );
  const huge = shapeOf({ rows: 65_535, columns: 65_535 });
  assert.equal(await outcomeOf(rle, Uint8Array.of(1), huge), 'PIXEL_LIMIT_EXCEEDED');
});

test('libraries given anything: a code', async () => {
  const syntaxes = ['50', '51', '80', '81', '90', '91', '201', '203'];
  const shape = shapeOf({ bitsAllocated: 8 });
  for (const syntax of syntaxes) {
    for (const coded of [
      [],
      [0xff, 0xd8, 0xff, 0xd9],
      [0xff, 0x4f, 0xff, 0x51],
      Array(99).fill(7),
    ]) {
      const uid = `1.2.840.10008.1.2.4.${syntax}`;
      assert.match(await outcomeOf(uid, Uint8Array.from(coded), shape), /^PIXEL_/, syntax);
    }
  }
});
