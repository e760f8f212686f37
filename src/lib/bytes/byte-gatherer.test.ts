import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ByteGatherer } from './byte-gatherer.ts';
import { concatBytes } from './bytes.ts';

test('what was gathered is what came, whatever room there was; the next begins empty', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(100), chunks, chunks, (roomBytes, one, other) => {
      const gatherer = new ByteGatherer(roomBytes);
      for (const given of [one, other]) {
        for (const chunk of given) gatherer.push(chunk);
        const expected = concatBytes(given);
        assert.equal(gatherer.length, expected.length);
        assert.deepEqual(gatherer.take(), expected);
      }
    }),
  );
});

test('no more memory is taken than was allowed or came', () => {
  const gatherer = new ByteGatherer(8);
  gatherer.push(Uint8Array.of(1, 2));
  assert.equal(gatherer.take().buffer.byteLength, 8);
  gatherer.push(Uint8Array.of(1, 2, 3));
  assert.equal(gatherer.take().buffer.byteLength, 3);
});
