import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { until } from '../../test/support/until.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { createFrameDecoder, type FrameDecoder } from './frame-decoder.ts';
import type { FrameShape } from './frame-shape.ts';
import { pixelLimits } from './limits.ts';

const module = new URL('../../test/support/decoding.worker.ts', import.meta.url);
const shape: FrameShape = {
  rows: 1,
  columns: 1,
  samples: 1,
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  signed: false,
  colour: 'grey',
  planar: false,
  palette: undefined,
};

const [hangs, exits, throws, fails, grows, plain] = [1, 2, 3, 4, 5, 9];

function played(options: Partial<typeof pixelLimits> = {}, threads = 1) {
  const clock = manualClock();
  const limits = { ...pixelLimits, ...options };
  const decoder = createFrameDecoder({ threads, clock, limits, module });
  return { clock, decoder };
}

const outcomeOf = (decoder: FrameDecoder, what = 0): Promise<string> =>
  decoder.decode('1.2', Uint8Array.of(what), shape).then(
    (pixels) => `decoded ${pixels.join()}`,
    (error: unknown) => codeOf(error) ?? String(error),
  );

const readOf = (decoder: FrameDecoder, what: number): Promise<string> =>
  decoder
    .read({
      transferSyntaxUid: '1.2',
      coded: Uint8Array.of(what),
      use: { ...shape, padding: undefined },
      keepsCoded: true,
      shape,
    })
    .then(
      ({ coded }) => `read ${coded.join()}`,
      (error: unknown) => codeOf(error) ?? String(error),
    );

for (const [name, what, code] of [
  ['exits', exits, 'PIXEL_THREAD_ENDED'],
  ['has a bug', throws, 'PIXEL_THREAD_ENDED'],
  ['says the frame is broken', fails, 'PIXEL_CODED_INVALID'],
] as const) {
  test(`a thread that ${name} fails its frame, not the next one`, async () => {
    const { decoder } = played();
    const outcomes = [outcomeOf(decoder, what), outcomeOf(decoder, plain)];
    assert.deepEqual(await Promise.all(outcomes), [code, 'decoded 9']);
    const read = [readOf(decoder, what), readOf(decoder, plain)];
    assert.deepEqual(await Promise.all(read), [code, 'read 9']);
    await decoder.close();
  });
}

test('a frame that takes too long fails, and its thread ends', async () => {
  const { decoder, clock } = played();
  const slow = outcomeOf(decoder, hangs);
  const next = outcomeOf(decoder, plain);
  clock.advance(pixelLimits.frameMs);
  assert.equal(await slow, 'PIXEL_TIMEOUT');
  assert.equal(await next, 'decoded 9');
  await decoder.close();
});

test('a thread that is left idle by another that was too slow ends too', async () => {
  const { decoder, clock } = played({}, 2);
  const slow = outcomeOf(decoder, hangs);
  assert.equal(await outcomeOf(decoder, plain), 'decoded 9');
  clock.advance(pixelLimits.frameMs);
  assert.equal(await slow, 'PIXEL_TIMEOUT');
  assert.equal(clock.pending(), 1);
  clock.advance(pixelLimits.idleMs);
  assert.equal(clock.pending(), 0);
  await decoder.close();
});

test('the caller keeps its bytes, and frames come back whole from several threads', async () => {
  const { decoder } = played({}, 3);
  const coded = Uint8Array.from({ length: 20 }, (_, at) => 10 + at);
  const decoded = Array.from(coded, (_, at) =>
    decoder.decode('1.2', coded.subarray(at, at + 1), shape),
  );
  for (const [at, pixels] of (await Promise.all(decoded)).entries())
    assert.deepEqual([...pixels], [10 + at]);
  assert.equal(coded[0], 10);
  await decoder.close();
});

test('a thread is replaced after many frames, or when a library holds much memory', async () => {
  const { decoder } = played({ framesPerThread: 2 });
  const outcomes = [plain, plain, plain, grows, plain].map((what) => outcomeOf(decoder, what));
  assert.deepEqual(await Promise.all(outcomes), [
    'decoded 9',
    'decoded 9',
    'decoded 9',
    'decoded 5',
    'decoded 9',
  ]);
  await decoder.close();
});

test('closing fails what is not decoded; without work threads end by themselves', async () => {
  const { decoder, clock } = played();
  assert.equal(await outcomeOf(decoder, plain), 'decoded 9');
  await until(() => clock.pending() === 1);
  clock.advance(pixelLimits.idleMs);
  assert.equal(clock.pending(), 0);
  const outcomes = [outcomeOf(decoder, hangs), outcomeOf(decoder, plain)];
  await decoder.close();
  outcomes.push(outcomeOf(decoder, plain));
  for (const outcome of await Promise.all(outcomes)) assert.equal(outcome, 'PIXEL_THREAD_ENDED');
});
