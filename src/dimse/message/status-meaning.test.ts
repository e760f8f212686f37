import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusMeaning } from './status-meaning.ts';

/** @standard PS3.4 Table C.4-1, C.4-2, C.4-3; PS3.7 §C.5 */
const passing = [0xa700, 0xa701, 0xa702, 0x0110, 0x0213, 0xc000, 0xc123, 0xcfff, 0x9999];
const lasting = [0xa801, 0xa900, 0xaa00, 0x0112, 0x0117, 0x0122, 0x0124, 0x0211, 0x0212];

for (const [isPassing, statuses] of [
  [true, passing],
  [false, lasting],
] as const) {
  for (const status of statuses) {
    test(`0x${status.toString(16)} ${isPassing ? 'may pass' : 'stays'}`, () => {
      assert.equal(statusMeaning(status).isPassing, isPassing);
    });
  }
}
