import assert from 'node:assert/strict';
import { createDeidentifier } from '../../src/deid/index.ts';
import { deidLimits } from '../../src/deid/limits.ts';
import {
  type EncapsulatedOptions,
  passEncapsulatedPixels,
} from '../../src/deid/pixel/encapsulated-pixels.ts';
import { cleanJpeg } from '../../src/deid/pixel/jpeg.ts';
import { cleanJpeg2000 } from '../../src/deid/pixel/jpeg-2000.ts';
import {
  type DataSet,
  encodeDataSet,
  getString,
  sopClass,
  type Token,
  tag,
  transferSyntax,
} from '../../src/dicom/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { shapeOf } from '../support/image-shape.ts';
import { framesOf, makeEnhanced } from '../support/make-enhanced.ts';
import { checkGrowth } from './growth.ts';

const shape = shapeOf({ rows: 1, columns: 1, bitsAllocated: 8, bitsStored: 8 });

async function pass(tokens: readonly Token[], frames: number): Promise<void> {
  const options: EncapsulatedOptions = {
    transferSyntaxUid: transferSyntax.JPEGBaseline8Bit,
    shape: { ...shape, frames },
    judge: (whole) => ({ coded: Promise.resolve(whole), pixels: Promise.resolve(undefined) }),
    startsFrame: () => true,
    extendedOffsets: new Uint8Array(0),
  };
  const parts = passEncapsulatedPixels(batches(tokens), options, { coded: true, shape: undefined });
  for await (const _part of parts);
}

async function* batches(tokens: readonly Token[]): AsyncGenerator<readonly Token[]> {
  for (let at = 0; at < tokens.length; at += 1000) yield tokens.slice(at, at + 1000);
}

/** Fragments of two bytes, behind an empty offset table. */
function fragmentTokens(n: number): readonly Token[] {
  const one: readonly Token[] = [
    { kind: 'fragment-start', length: 2 },
    { kind: 'value-chunk', bytes: Uint8Array.of(1, 2) },
    { kind: 'fragment-end' },
  ];
  return [
    { kind: 'fragments-start', tag: tag.PixelData, vr: 'OB' },
    { kind: 'fragment-start', length: 0 },
    { kind: 'fragment-end' },
    ...Array.from({ length: n }, () => one).flat(),
    { kind: 'fragments-end' },
  ];
}

function jpeg(segments: number): Uint8Array {
  const one = Uint8Array.of(0xff, 0xdd, 0, 4, 0, 0);
  const all = Array.from({ length: segments }, () => one);
  const header = Uint8Array.of(0xff, 0xc3, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0);
  return concatBytes([Uint8Array.of(0xff, 0xd8), header, ...all, Uint8Array.of(0xff, 0xd9)]);
}

function jpeg2000(segments: number): Uint8Array {
  const one = Uint8Array.of(0xff, 0x64, 0, 3, 0);
  const all = Array.from({ length: segments }, () => one);
  const tile = Uint8Array.of(0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x93);
  const grid = [1, 1, 0, 0, 1, 1, 0, 0].flatMap((value) => [0, 0, 0, value]);
  const size = Uint8Array.of(0xff, 0x51, 0, 41, 0, 0, ...grid, 0, 1, 7, 1, 1);
  return concatBytes([Uint8Array.of(0xff, 0x4f), size, ...all, tile, Uint8Array.of(0xff, 0xd9)]);
}

/** An enhanced object whose frames each say something else, until its header is judged. */
async function judge(header: DataSet, pixelBytes: number): Promise<string> {
  const pixels = { tag: tag.PixelData, vr: 'OW', value: new Uint8Array(pixelBytes) } as const;
  const syntax = transferSyntax.ExplicitVRLittleEndian;
  const bytes = encodeDataSet(new Map([...header, [tag.PixelData, pixels]]), syntax);
  const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32) });
  const instance = identify({
    sopClassUid: sopClass.EnhancedMRImageStorage,
    sopInstanceUid: getString(header, tag.SOPInstanceUID) ?? '',
    transferSyntaxUid: syntax,
    dataSet: pieces(bytes),
  });
  const outcome = await deidentifier.series({ subjectName: 'p-0' }).instance(instance);
  return outcome.kind === 'withheld' ? outcome.code : outcome.kind;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.slice(at, at + 65_536);
}

checkGrowth([
  {
    count: 'frames of an enhanced object',
    limit: 'dicom.packedItemsMaxBytes, dicom.rememberedItemsMaxBytes, dicom.sharedItemsMaxBytes',
    n: 500,
    make: (n) => {
      const { header } = makeEnhanced({ frames: framesOf(n, 1, 'slice'), rows: 1, columns: 1 });
      return async () => assert.equal(await judge(header, 2 * n), 'released');
    },
  },
  {
    count: 'fragments of one frame',
    limit: 'deid.frameMaxBytes, dicom.elementsMax',
    n: 20_000,
    make: (n) => {
      const tokens = fragmentTokens(n);
      return () => pass(tokens, 1);
    },
  },
  {
    count: 'bytes of one frame in many fragments',
    limit: 'deid.frameMaxBytes',
    n: 5,
    make: (n) => {
      const bytes = new Uint8Array(1024 * 1024);
      const big = fragmentTokens(n).map((token): Token => {
        return token.kind === 'value-chunk' ? { ...token, bytes } : token;
      });
      return () => pass(big, 1);
    },
    beyond: { n: deidLimits.frameMaxBytes / (1024 * 1024) + 1, code: 'DEID_LIMIT_EXCEEDED' },
  },
  {
    count: 'frames of a fragment each',
    limit: 'dicom.elementsMax',
    n: 20_000,
    make: (n) => {
      const tokens = fragmentTokens(n);
      return () => pass(tokens, n);
    },
  },
  {
    count: 'marker segments of a JPEG frame',
    limit: 'deid.frameMaxBytes',
    n: 50_000,
    make: (n) => {
      const frame = jpeg(n);
      return () => cleanJpeg(frame, shape);
    },
  },
  {
    count: 'comments of a JPEG 2000 frame',
    limit: 'deid.frameMaxBytes',
    n: 100_000,
    make: (n) => {
      const frame = jpeg2000(n);
      return () => {
        try {
          cleanJpeg2000(frame, shape);
        } catch {
          // What it costs to refuse counts too.
        }
      };
    },
  },
]);
