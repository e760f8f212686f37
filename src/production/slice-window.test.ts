import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, integer, property, shuffledSubarray } from 'fast-check';
import { SliceWindow } from './slice-window.ts';

test('whatever the order in, the order out is by place and the bound is kept', () => {
  const order = integer({ min: 1, max: 30 }).chain((count) => {
    const places = Array.from({ length: count }, (_, place) => place);
    return shuffledSubarray(places, { minLength: count });
  });
  check(
    property(order, (places) => {
      const window = new SliceWindow({ maxBytes: places.length * 4 });
      const out: number[] = [];
      for (const place of places) {
        assert.ok(place === window.next || window.hasRoom(4));
        window.put(place, new Uint8Array(4).fill(place));
        for (let next = window.take(); next !== undefined; next = window.take()) {
          out.push(next[0] ?? -1);
        }
      }
      assert.deepEqual(
        out,
        places.toSorted((a, b) => a - b),
      );
      assert.equal(window.heldBytes, 0);
    }),
  );
});

test('a place is filled once', () => {
  const window = new SliceWindow({ maxBytes: 10 });
  window.put(1, new Uint8Array(4));
  assert.throws(() => window.put(1, new Uint8Array(4)), /each place is filled once/);
  window.put(0, new Uint8Array(4));
  window.take();
  assert.throws(() => window.put(0, new Uint8Array(4)), /each place is filled once/);
});

test('there is room up to the bound', () => {
  const window = new SliceWindow({ maxBytes: 10 });
  assert.equal(window.hasRoom(10), true);
  window.put(3, new Uint8Array(6));
  assert.equal(window.hasRoom(4), true);
  assert.equal(window.hasRoom(5), false);
});
