import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatBytes, equalBytes, noBytes, toHex, utf8, viewOf } from './bytes.ts';

const chunk = fc.uint8Array({ maxLength: 20 });

test('joining pieces gives the whole, wherever it was cut', () => {
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const whole = concatBytes(chunks);
      assert.deepEqual(
        [...whole],
        chunks.flatMap((one) => [...one]),
      );
    }),
  );
});

test('what is joined is a copy, also of a single chunk', () => {
  const reused = Uint8Array.of(1, 2, 3);
  const joined = concatBytes([reused]);
  reused.fill(0);
  assert.deepEqual([...joined], [1, 2, 3]);
});

test('equal means equal length and bytes, whatever memory they are views of', () => {
  fc.assert(
    fc.property(chunk, chunk, (a, b) => {
      const shifted = concatBytes([Uint8Array.of(7), a]).subarray(1);
      assert.ok(equalBytes(a, shifted));
      assert.equal(equalBytes(a, b), toHex(a) === toHex(b));
    }),
  );
});

test('a view covers exactly its bytes', () => {
  const view = viewOf(Uint8Array.of(9, 1, 2, 9).subarray(1, 3));
  assert.equal(view.byteLength, 2);
  assert.equal(view.getUint16(0), 0x0102);
});

test('hexadecimal is lower case and covers exactly its bytes', () => {
  assert.equal(toHex(Uint8Array.of(0xff, 0x0a, 0xff).subarray(1, 2)), '0a');
  assert.equal(toHex(noBytes), '');
});

test('text becomes UTF-8', () => {
  assert.equal(toHex(utf8('aé王')), '61c3a9e78e8b');
});
