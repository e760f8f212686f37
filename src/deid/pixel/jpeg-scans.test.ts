import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeOf } from '../../../test/support/image-shape.ts';
import { encodeLossless, type LosslessOptions } from '../../../test/support/lossless-jpeg.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { cleanScans } from './jpeg-scans.ts';

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

test('a frame is read in slices, so that nobody waits for a large one', async () => {
  const size = { rows: 500, columns: 500 };
  const frame = encodeLossless(new Uint16Array(250_000), { ...size, precision: 16 });
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  await cleanScans(frame, shapeOf({ ...size, bitsAllocated: 16, bitsStored: 12 }));
  clearInterval(timer);
  assert.ok(turns > 0);
});
