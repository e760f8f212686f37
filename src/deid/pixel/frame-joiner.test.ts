import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { transferSyntax } from '../../dicom/index.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { frameStartOf } from './frame-cleaner.ts';
import { FrameJoiner } from './frame-joiner.ts';

const startsFrame = frameStartOf(transferSyntax.JPEGLSLossless);
const none = new Uint8Array(0);

/** A frame of fragments: JPEG begins with SOI and a marker, what follows has none such. */
const frame = fc
  .array(fc.uint8Array({ max: 200, minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })
  .map((fragments) =>
    fragments.map((bytes, at) => (at === 0 ? concatBytes([head, bytes]) : bytes)),
  );
const head = Uint8Array.of(0xff, 0xd8, 0xff);

/** Where each frame starts, counted as tables of offsets do. */
function startsOf(frames: readonly (readonly Uint8Array[])[]): readonly number[] {
  let at = 0;
  return frames.map((fragments) => {
    const start = at;
    for (const { length } of fragments) at += 8 + length;
    return start;
  });
}

const table = (offsets: readonly number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(offsets).buffer);
const wideTable = (offsets: readonly number[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(offsets, BigInt).buffer);

function join(
  fragments: readonly Uint8Array[],
  given: { readonly frames: number; readonly basic?: Uint8Array; readonly extended?: Uint8Array },
): readonly Uint8Array[] {
  const { frames, basic = none, extended = none } = given;
  const joiner = new FrameJoiner({ shape: { frames }, startsFrame, extendedOffsets: extended });
  joiner.offsets(basic);
  const before = fragments.flatMap((fragment) => joiner.add(fragment) ?? []);
  return [...before, joiner.end()];
}

function outcomeOf(...given: Parameters<typeof join>): string {
  try {
    join(...given);
    return 'joined';
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

test('frames of several fragments are joined, with any table of offsets that is true or points nowhere', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.nat(3), (frames, kind) => {
      const starts = startsOf(frames);
      const tables = [
        {},
        { basic: table(starts) },
        { extended: wideTable(starts) },
        { basic: table(starts.map((at) => at + 1)) },
      ] as const;
      const joined = join(frames.flat(), { frames: frames.length, ...tables[kind] });
      assert.deepEqual(joined, frames.map(concatBytes));
    }),
  );
});

test('a table that names other fragments than those that begin as frames do is refused', () => {
  const unchecked = 'DEID_COMPRESSED_UNCHECKED';
  const fragments = [head, Uint8Array.of(1), head];
  assert.equal(outcomeOf(fragments, { frames: 2, basic: table([0, 20]) }), 'joined');
  assert.equal(outcomeOf(fragments, { frames: 2, basic: table([0, 11]) }), unchecked);
  assert.equal(outcomeOf(fragments, { frames: 2, extended: wideTable([0, 11]) }), unchecked);
});

test('fewer or more frames than the header counts are refused', () => {
  for (const frames of [1, 2, 4]) {
    const expected = frames === 1 ? 'joined' : 'DEID_COMPRESSED_UNCHECKED';
    assert.equal(outcomeOf([head, head, head], { frames }), expected, `${frames}`);
  }
  assert.equal(outcomeOf([], { frames: 1 }), 'DEID_COMPRESSED_UNCHECKED');
});

test('each fragment of RLE is a frame; the start of JPEG 2000 has two markers', () => {
  assert.ok(frameStartOf(transferSyntax.RLELossless)(none));
  const start = frameStartOf(transferSyntax.HTJ2K);
  assert.ok(start(Uint8Array.of(0xff, 0x4f, 0xff, 0x51)));
  assert.ok(!start(Uint8Array.of(0xff, 0x4f, 0xff)));
});

test('a table of offsets that is none takes no memory, however long it is', () => {
  const long = table(Array.from({ length: 2_000_000 }, (_, at) => at));
  const before = process.memoryUsage().heapUsed;
  const whole = concatBytes([head, none]);
  assert.equal(outcomeOf([whole], { frames: 1, basic: long, extended: long }), 'joined');
  assert.ok(process.memoryUsage().heapUsed - before < 16 * 2 ** 20);
});
