/**
 * Damaged and forged coded frames, of every transfer syntax that is decoded: each gives pixels of the
 * length that its header states, or a code, in bounded time; no thread is left hanging, and a sound frame
 * decodes after it as before.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deidErrors } from '../../src/deid/index.ts';
import { frameCleanerOf } from '../../src/deid/pixel/frame-cleaner.ts';
import { imageShapeOf } from '../../src/deid/pixel/image-shape.ts';
import { createFrameJudge } from '../../src/deid/pixel/judge-frame.ts';
import { getUid, readTokens, tag as t } from '../../src/dicom/index.ts';
import { type ImageFacts, readStandardFacts } from '../../src/facts/index.ts';
import { present } from '../../src/lib/assert.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { createFrameDecoder, type FrameShape, pixelErrors } from '../../src/pixel/index.ts';
import { frameShapeOf } from '../../src/volume/pixel-format.ts';
import { openInstance, readFolder } from '../../tools/volumes/read-folder.ts';
import { requireData, testData } from '../support/data.ts';
import { seededRandom } from '../support/seeded-random.ts';

const rounds = process.env['MDM_LONG'] === '1' ? 2_000 : 30;
const seed = Number(process.env['MDM_SEED'] ?? 8);
/** A frame of the test data takes milliseconds; whatever its bytes say, it never takes this. */
const longestMs = 30_000;

interface Frame {
  readonly name: string;
  readonly transferSyntaxUid: string;
  readonly coded: Uint8Array;
  readonly facts: ImageFacts;
  readonly shape: FrameShape;
}

const folders = [
  'series/compressed-j2k/dicom',
  'series/compressed-jpeg/dicom',
  'series/compressed-jpegls/dicom',
  'series/compressed-rle/dicom',
  'series/transfer-syntax-4/dicom',
  'series/transfer-syntax-5/dicom',
  'series/transfer-syntax-6/dicom',
  'series/transfer-syntax-7/dicom',
  'zoo/pydicom',
  'zoo/pydicom-data',
];
const skip = requireData(...folders);
const decoder = createFrameDecoder({ threads: 2 });
after(() => decoder.close());

const frames: Frame[] = [];
before(async () => {
  if (skip !== false) return;
  for (const folder of folders) {
    const path = testData(folder) ?? '';
    for (const name of readdirSync(path)) {
      const frame = await frameOf(join(path, name));
      if (frame === undefined || frames.some((each) => isAlike(each, frame))) continue;
      // Some of the zoo are unsound themselves.
      if (typeof (await outcomeOf(frame, frame.coded)) !== 'string') frames.push(frame);
    }
  }
});

const isAlike = (a: Frame, b: Frame): boolean =>
  a.transferSyntaxUid === b.transferSyntaxUid && a.shape.samples === b.shape.samples;

/** The one frame of a compressed image that is not large; undefined of any other file. */
async function frameOf(path: string): Promise<Frame | undefined> {
  const { series } = await readFolder(path);
  const file = series[0]?.files[0];
  if (file === undefined) return undefined;
  const instance = await openInstance(file);
  if (frameCleanerOf(instance.transferSyntaxUid) === undefined) return undefined;
  const { header, sopClassUid } = file;
  const facts = readStandardFacts({ header, omitted: [], sopClassUid, tokenOf: () => '' });
  const shape = frameShapeOf(facts);
  if (shape === undefined || facts.frames.kind === 'value') return undefined;
  const fragments: Uint8Array[] = [];
  let isPixels = false;
  for await (const tokens of readTokens(instance, { strict: false })) {
    for (const token of tokens) {
      if (token.kind === 'fragments-start') isPixels = token.tag === t.PixelData;
      else if (token.kind === 'fragment-start') fragments.push(new Uint8Array(0));
      else if (token.kind === 'value-chunk' && isPixels) {
        fragments.push(concatBytes([fragments.pop() ?? new Uint8Array(0), token.bytes]));
      }
    }
  }
  const coded = concatBytes(fragments.slice(1));
  const name = getUid(header, t.SOPInstanceUID) ?? '';
  return { name, transferSyntaxUid: instance.transferSyntaxUid, coded, facts, shape };
}

/** Pixels, or the code of why there are none; fails of anything else. */
async function outcomeOf(frame: Frame, coded: Uint8Array): Promise<Uint8Array | string> {
  const startMs = performance.now();
  try {
    const { transferSyntaxUid, facts, shape } = frame;
    const judge = createFrameJudge({ transferSyntaxUid, shape: imageShapeOf(facts), decoder });
    const { pixels } = present(judge, 'a known syntax')(coded, { coded: false, shape });
    return present(await pixels, 'pixels are wanted');
  } catch (error) {
    if (deidErrors.has(error) || pixelErrors.has(error)) return error.code;
    throw error;
  } finally {
    const tookMs = Math.round(performance.now() - startMs);
    assert.ok(tookMs < longestMs, `${frame.transferSyntaxUid} took ${tookMs} ms`);
  }
}

/** The bytes with a few changed, cut, repeated, or of another place. */
function damaged(coded: Uint8Array, random: () => number): Uint8Array {
  const bytes = coded.slice();
  const below = (end: number): number => Math.floor(random() * end);
  // Headers are where bytes decide most.
  const place = (): number => below(random() < 0.5 ? Math.min(200, bytes.length) : bytes.length);
  switch (below(5)) {
    case 0:
      return bytes.subarray(0, below(bytes.length));
    case 1: {
      const [from, to] = [place(), place()];
      bytes.copyWithin(to, from, from + below(64));
      return bytes;
    }
    case 2:
      bytes.fill(below(2) * 0xff, place(), place());
      return bytes;
    default:
      for (let count = 1 + below(8); count > 0; count -= 1) bytes[place()] = below(256);
      return bytes;
  }
}

test(`damaged frames give pixels or a code (seed ${seed})`, {
  skip,
  timeout: 1_800_000,
}, async (t) => {
  assert.ok(frames.length >= 9, `${frames.length} kinds of frames`);
  const source = seededRandom(seed);
  const random = (): number => new DataView(source.bytes(4).buffer).getUint32(0) / 2 ** 32;
  const outcomes = new Map<string, number>();
  for (const frame of frames) {
    const sound = await outcomeOf(frame, frame.coded);
    assert.ok(typeof sound !== 'string', `${frame.transferSyntaxUid}: ${String(sound)}`);
    for (let round = 0; round < rounds; round += 1) {
      const outcome = await outcomeOf(frame, damaged(frame.coded, random));
      if (typeof outcome !== 'string') assert.equal(outcome.length, sound.length);
      const label = typeof outcome === 'string' ? outcome : 'pixels';
      outcomes.set(label, (outcomes.get(label) ?? 0) + 1);
      // A lost thread or a frame out of time would be the work of the bytes.
      assert.ok(!['PIXEL_TIMEOUT', 'PIXEL_THREAD_ENDED'].includes(label), label);
    }
    assert.deepEqual(await outcomeOf(frame, frame.coded), sound, 'as before');
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(outcomes)));
});
