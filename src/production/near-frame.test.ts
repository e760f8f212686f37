import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NearFrame } from './near-frame.ts';

test('a frame near is the frame that was asked for, of whatever size', () => {
  const near = new NearFrame({ nearFrameBytesMax: 1000 });
  const frames = [300, 300, 200, 300].map((length, at) => new Uint8Array(length).fill(at + 1));
  for (const [number, pixels] of frames.entries()) {
    const [once, again] = [near.of(number, pixels), near.of(number, pixels)];
    assert.deepEqual(once, pixels);
    assert.equal(again, once);
    assert.notEqual(once, pixels);
  }
  const large = new Uint8Array(1001);
  assert.equal(near.of(9, large), large);
  assert.deepEqual(near.of(3, frames[3] ?? large), frames[3]);
});
