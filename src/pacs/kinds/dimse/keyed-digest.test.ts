import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedDigest, newDigestKey } from './keyed-digest.ts';

const key = newDigestKey();

function digestOf(chunks: readonly Uint8Array[], under = key): string {
  const digest = new KeyedDigest(under);
  for (const chunk of chunks) digest.update(chunk);
  return digest.end();
}

const bytes = Uint8Array.from({ length: 1_000 }, (_, index) => index % 251);

test('a content has one digest, however it comes', () => {
  const whole = digestOf([bytes]);
  for (const at of [0, 1, 15, 16, 17, 500, 999, 1_000])
    assert.equal(digestOf([bytes.subarray(0, at), bytes.subarray(at)]), whole, String(at));
  assert.equal(digestOf(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))), whole);
});

test('another content has another, by one bit or by a zero at its end', () => {
  const seen = new Set([digestOf([]), digestOf([bytes]), digestOf([bytes, new Uint8Array(1)])]);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const other = Uint8Array.from(bytes);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    seen.add(digestOf([other]));
  }
  assert.equal(seen.size, 3 + bytes.length * 8);
});

test('another key gives another digest', () => {
  assert.notEqual(digestOf([bytes]), digestOf([bytes], newDigestKey()));
});
