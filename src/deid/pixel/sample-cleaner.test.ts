import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNanCleaner, lastByteMask, outOfWords } from './sample-cleaner.ts';

for (const bits of [32, 64] as const) {
  for (const isBig of [false, true]) {
    test(`every NaN of ${bits} bits is the same, all else stays, ${isBig ? 'big' : 'little'} endian`, () => {
      const numbers = [1.5, -0, Infinity, -Infinity, 5e-324, 3.4e38, 1e-45];
      const width = bits / 8;
      const bytes = Buffer.alloc(numbers.length * width + 3 * width);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (const [at, number] of numbers.entries()) {
        if (bits === 32) view.setFloat32(at * width, number, !isBig);
        else view.setFloat64(at * width, number, !isBig);
      }
      const cleaner = createNanCleaner(bits, isBig);
      const plain = new Uint8Array(bytes);
      assert.equal(cleaner.clean(plain), plain, 'nothing is copied where nothing is to do');
      // Payloads that say something: signalling, quiet, with a sign.
      const high =
        bits === 32
          ? [0x7f80_0001, 0x7fc4_1441, 0xffc5_5555]
          : [0x7ff0_0001, 0x7ff8_4144, 0xfff9_5555];
      for (const [at, word] of high.entries()) {
        const place = (numbers.length + at) * width;
        view.setUint32(place + (bits === 64 && !isBig ? 4 : 0), word, !isBig);
      }
      const clean = cleaner.clean(new Uint8Array(bytes));
      const one = Buffer.alloc(width);
      one.writeUIntBE(bits === 32 ? 0x7fc0 : 0x7ff8, 0, 2);
      if (!isBig) one.reverse();
      const from = numbers.length * width;
      assert.deepEqual(Buffer.from(clean.subarray(0, from)), bytes.subarray(0, from));
      for (let at = from; at < clean.length; at += width) {
        assert.deepEqual(Buffer.from(clean.subarray(at, at + width)), one);
      }
    });
  }
}

test('bytes in big endian words come in their own order, then cleaned', () => {
  const bytes = outOfWords(undefined).clean(Uint8Array.of(2, 1, 4, 3));
  assert.deepEqual([...bytes], [1, 2, 3, 4]);
  const halved = { width: 1, clean: (all: Uint8Array) => all.map((byte) => byte & 1) } as const;
  assert.deepEqual([...outOfWords(halved).clean(Uint8Array.of(2, 1, 4, 3))], [1, 0, 1, 0]);
});

test('of the last byte as many bits are image as pixels lie in it', () => {
  assert.deepEqual([8, 9, 15, 16].map(lastByteMask), [0xff, 1, 0x7f, 0xff]);
});
