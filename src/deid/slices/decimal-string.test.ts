import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decimalString } from './decimal-string.ts';

test('a decimal string is at most 16 characters and the number it was', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
      const text = decimalString(value);
      assert.match(text, /^-?\d+(\.\d+)?(e-?\d+)?$/);
      assert.ok(text.length <= 16, text);
      assert.ok(Math.abs(Number(text) - value) <= 1e-8 * Math.max(1, Math.abs(value)), text);
    }),
  );
});
