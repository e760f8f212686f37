import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toBase32 } from './base32.ts';

/** The plain definition, with one big number: slow and obviously right. */
function reference(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups
    .map((group) => '0123456789abcdefghjkmnpqrstvwxyz'[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('');
}

test('agrees with the definition for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(toBase32(bytes), reference(bytes));
    }),
  );
});

test('80 bits are 16 characters, as names of the tree are', () => {
  assert.equal(toBase32(new Uint8Array(10).fill(0xff)), 'zzzzzzzzzzzzzzzz');
  assert.equal(toBase32(new Uint8Array(10)), '0000000000000000');
});

test('sorts as the bytes do', () => {
  const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const [one, other] = [toBase32(a), toBase32(b)];
      assert.equal(Math.sign(Buffer.compare(a, b)), one < other ? -1 : one > other ? 1 : 0);
    }),
  );
});
