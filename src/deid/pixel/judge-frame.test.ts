import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { shapeOf } from '../../../test/support/image-shape.ts';
import { encodeLossless, type LosslessOptions } from '../../../test/support/lossless-jpeg.ts';
import { transferSyntax } from '../../dicom/index.ts';
import { present } from '../../lib/assert.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { createFrameDecoder, type FrameShape } from '../../pixel/index.ts';
import type { ImageShape } from './image-shape.ts';
import { createFrameJudge } from './judge-frame.ts';

const [rows, columns] = [9, 13];
const ramp = Uint16Array.from({ length: rows * columns }, (_, at) => (at * 37) % 4096);

const shape = (bitsStored: number) => shapeOf({ rows, columns, bitsAllocated: 16, bitsStored });

const encode = (samples: Uint16Array, options: Partial<LosslessOptions> = {}): Uint8Array =>
  encodeLossless(samples, { rows, columns, precision: 16, ...options });

async function outcomeOf(frame: Uint8Array, given = shape(12)): Promise<string> {
  try {
    const clean = await cleanScans(frame, given);
    return Buffer.from(clean).equals(frame) ? 'as it was' : 'cut';
  } catch (error) {
    return codeOf(error) ?? 'another failure';
  }
}

const decoder = createFrameDecoder({ threads: 1 });
after(() => decoder.close());

const transferSyntaxUid = transferSyntax.JPEGLosslessSV1;

/** What may leave of a frame. */
async function cleanScans(frame: Uint8Array, image: ImageShape): Promise<Uint8Array> {
  const judge = createFrameJudge({ transferSyntaxUid, shape: image, decoder });
  return present(judge, 'a known syntax')(frame, { coded: true, shape: undefined }).coded;
}

const unchecked = 'DEID_COMPRESSED_UNCHECKED';

/** Put bytes before EOI. */
function withTail(frame: Uint8Array, tail: string): Uint8Array {
  const end = frame.length - 2;
  return concatBytes([frame.subarray(0, end), Buffer.from(tail, 'latin1'), frame.subarray(end)]);
}

for (const predictor of [1, 2, 3, 4, 5, 6, 7]) {
  test(`predictor ${predictor}: a frame stays as it is, without what stands behind its last sample`, async () => {
    for (const restartRows of [0, 1, 4]) {
      const frame = encode(ramp, { predictor, restartRows });
      assert.equal(await outcomeOf(frame), 'as it was');
      const clean = await cleanScans(withTail(frame, 'Mrs Smith'), shape(12));
      assert.deepEqual(Buffer.from(clean), Buffer.from(frame));
    }
  });
}

test('a sample with something in its unused bits is refused, padding is not', async () => {
  const dirty = Uint16Array.from(ramp);
  dirty[50] = 0x5abc;
  assert.equal(await outcomeOf(encode(dirty)), unchecked);
  assert.equal(await outcomeOf(encode(dirty), shape(16)), 'as it was');
  const padded = { ...shape(12), bits: { ...shape(12).bits, padding: 0x5abc } };
  assert.equal(await outcomeOf(encode(dirty), padded), 'as it was');
});

test('a sign may be repeated in the unused bits of signed samples only', async () => {
  const negative = Uint16Array.from(ramp, (sample) => (sample > 2047 ? sample | 0xf000 : sample));
  const signed = { ...shape(12), bits: { ...shape(12).bits, signed: true } };
  assert.equal(await outcomeOf(encode(negative), signed), 'as it was');
  assert.equal(await outcomeOf(encode(negative)), unchecked);
  assert.equal(await outcomeOf(encode(ramp), signed), 'as it was');
});

test('a scan that ends early, has no table or is of no process of DICOM is refused', async () => {
  const frame = encode(ramp);
  const short = concatBytes([frame.subarray(0, frame.length - 12), frame.subarray(-2)]);
  assert.equal(await outcomeOf(short), unchecked);
  const header = frame.indexOf(0xc3);
  const progressive = Uint8Array.from(frame);
  progressive[header] = 0xc2;
  assert.equal(await outcomeOf(progressive), unchecked);
  const scan = Buffer.from(frame).indexOf(Buffer.of(0xff, 0xda));
  const other = Uint8Array.from(frame);
  other[scan + 6] = 0x10;
  assert.equal(await outcomeOf(other), unchecked);
});

test('a frame is read on a thread, so that nobody waits for a large one', async () => {
  const size = { rows: 500, columns: 500 };
  const frame = encodeLossless(new Uint16Array(250_000), { ...size, precision: 16 });
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  await cleanScans(frame, shapeOf({ ...size, bitsAllocated: 16, bitsStored: 12 }));
  clearInterval(timer);
  assert.ok(turns > 0);
});

const grey: FrameShape = {
  rows,
  columns,
  samples: 1,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  signed: false,
  colour: 'grey',
  planar: false,
  palette: undefined,
};

/** What is said of a frame of which pixels are wanted. */
function judged(frame: Uint8Array, as: FrameShape) {
  const judge = createFrameJudge({ transferSyntaxUid, shape: shape(12), decoder });
  return present(judge, 'a known syntax')(frame, { coded: true, shape: as });
}

test('pixels come with the frame, without what stands behind its last sample', async () => {
  const frame = encode(ramp, { predictor: 4 });
  const { coded, pixels } = judged(withTail(frame, 'Mrs Smith'), grey);
  assert.deepEqual(Buffer.from(await coded), Buffer.from(frame));
  assert.deepEqual(Buffer.from(present(await pixels, 'wanted')), Buffer.from(ramp.buffer));
});

test('a frame of which no pixels can be made may leave as if none were wanted', async () => {
  const frame = encode(ramp);
  const { coded, pixels } = judged(withTail(frame, 'Mrs Smith'), { ...grey, rows: rows + 1 });
  await assert.rejects(pixels, { code: 'PIXEL_FRAME_MISMATCH' });
  assert.deepEqual(Buffer.from(await coded), Buffer.from(frame));
});

test('of a frame that may not leave there are no pixels', async () => {
  const dirty = Uint16Array.from(ramp);
  dirty[50] = 0x5abc;
  const { coded, pixels } = judged(encode(dirty), grey);
  await assert.rejects(pixels, { code: unchecked });
  await assert.rejects(coded, { code: unchecked });
});

test('a frame that is not read may not leave, and that is no word on it', async () => {
  const closed = createFrameDecoder({ threads: 1 });
  await closed.close();
  const judge = createFrameJudge({ transferSyntaxUid, shape: shape(12), decoder: closed });
  const { coded } = present(judge, 'a known syntax')(encode(ramp), { coded: true, shape: grey });
  await assert.rejects(coded, { code: 'DEID_FRAME_UNREAD', disposition: 'transient' });
});
