/** Frames of High-Throughput JPEG 2000 of every depth, as OpenJPEG decodes them: another library than ours. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import openFactory from '@cornerstonejs/codec-openjph';
import { transferSyntax as ts } from '../../src/dicom/index.ts';
import { createFrameDecoder, type FrameShape } from '../../src/pixel/index.ts';
import { requireTool } from '../support/require-tool.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { tempFolder } from '../support/temp.ts';

/** What the library has for those who encode; no part of its types. */
interface Encoder {
  getDecodedBuffer(frame: {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly isSigned: boolean;
    readonly componentCount: number;
    readonly isUsingColorTransform: boolean;
  }): Uint8Array;
  setQuality(reversible: boolean, step: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

const decoder = createFrameDecoder({ threads: 1 });
after(() => decoder.close());

const [rows, columns] = [37, 53];

for (const [bits, signed, samples] of [
  [8, false, 1],
  [8, false, 3],
  [12, false, 1],
  [12, true, 1],
  [16, false, 1],
  [16, true, 1],
] as const) {
  test(`${samples} samples of ${bits} bits, ${signed ? 'signed' : 'unsigned'}`, {
    skip: requireTool('opj_decompress'),
  }, async (t) => {
    const width = bits > 8 ? 2 : 1;
    const pixels = smooth({ bits, signed, samples });
    const coded = await encoded(pixels, { bits, signed, samples });
    const shape: FrameShape = {
      rows,
      columns,
      samples,
      bitsAllocated: width === 2 ? 16 : 8,
      bitsStored: bits,
      highBit: bits - 1,
      signed,
      colour: samples === 3 ? 'ybr-j2k' : 'grey',
      planar: false,
      palette: undefined,
    };
    const ours = await decoder.decode(ts.HTJ2KLossless, new Uint8Array(coded), shape);
    const folder = await tempFolder(t);
    const out = join(folder, 'out.rawl');
    await writeFile(join(folder, 'frame.j2k'), coded);
    execFileSync('opj_decompress', ['-i', join(folder, 'frame.j2k'), '-o', out]);
    const theirs = await readFile(out);
    // Colour by colour, there.
    const planes = Array.from({ length: theirs.length }, (_, at) => {
      const [byte, sample] = [at % width, Math.floor(at / width) % samples];
      const pixel = Math.floor(at / (width * samples));
      return theirs[(sample * rows * columns + pixel) * width + byte] ?? 0;
    });
    // Above the bits of a sample it writes zeros, whatever the sign.
    const high = bits === 12 ? 0x0f : 0xff;
    const used = ours.map((byte, at) => (width === 2 && at % 2 === 1 ? byte & high : byte));
    assert.deepEqual(Buffer.from(used), Buffer.from(planes));
    assert.deepEqual(Buffer.from(ours), Buffer.from(pixels), 'and they are what was encoded');
  });
}

type Samples = { readonly bits: number; readonly signed: boolean; readonly samples: number };

/** Little endian samples that follow each other as those of images do, with some noise. */
function smooth({ bits, signed, samples }: Samples): Uint8Array {
  const width = bits > 8 ? 2 : 1;
  const noise = seededRandom(bits).bytes(rows * columns * samples);
  const bytes = Buffer.alloc(noise.length * width);
  const span = 2 ** bits;
  for (const [at, random] of noise.entries()) {
    const value = Math.floor(((Math.sin(at / 99) + 1) / 2) * (span - 9)) + (random & 7);
    const stored = signed ? value - span / 2 : value;
    if (signed) bytes.writeIntLE(stored, at * width, width);
    else bytes.writeUIntLE(stored, at * width, width);
  }
  return new Uint8Array(bytes);
}

async function encoded(
  pixels: Uint8Array,
  { bits, signed, samples }: Samples,
): Promise<Uint8Array> {
  const library: object = await openFactory({});
  // The types of the package know its decoder only.
  assert.ok('HTJ2KEncoder' in library && typeof library.HTJ2KEncoder === 'function');
  const open = library.HTJ2KEncoder as new () => Encoder; // what is there, by its documentation
  const encoder = new open();
  const room = encoder.getDecodedBuffer({
    width: columns,
    height: rows,
    bitsPerSample: bits,
    isSigned: signed,
    componentCount: samples,
    isUsingColorTransform: samples === 3,
  });
  room.set(pixels);
  encoder.setQuality(true, 0);
  encoder.encode();
  const coded = encoder.getEncodedBuffer().slice();
  encoder.delete();
  return coded;
}
