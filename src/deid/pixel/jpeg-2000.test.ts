import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanJpeg2000 } from './jpeg-2000.ts';

type Bytes = readonly number[];
const word = (value: number): Bytes => [value >> 8, value & 0xff];
const segment = (marker: number, body: Bytes): Bytes => [
  ...word(marker),
  ...word(body.length + 2),
  ...body,
];
const text = (value: string): Bytes => [...Buffer.from(value, 'latin1')];

const soc = word(0xff4f);
const siz = segment(0xff51, [0, 0, 1, 2]);
const cod = segment(0xff52, [1, 2, 3]);
const comment = segment(0xff64, [0, 1, ...text('Mrs Smith')]);
const eoc = word(0xffd9);
const data = [0x80, 0x11, 0x22, 0x33];

/** A tile-part; `length` 0 means: up to EOC. */
function tilePart(header: Bytes, length?: number): Bytes {
  const rest = [...header, ...word(0xff93), ...data];
  const all = length ?? 12 + rest.length;
  return [...word(0xff90), 0, 10, 0, 0, 0, 0, ...word(all), 0, 1, ...rest];
}

const frame = (...parts: readonly Bytes[]): Uint8Array => Uint8Array.from(parts.flat());
const plain = frame(soc, siz, cod, tilePart([]), tilePart([]), eoc);

test('a code stream without text passes byte for byte', () => {
  assert.deepEqual(cleanJpeg2000(plain), plain);
});

test('comments of the main header and bytes after the end go', () => {
  const dirty = frame(
    soc,
    siz,
    comment,
    cod,
    comment,
    tilePart([]),
    tilePart([]),
    eoc,
    text('Mrs'),
  );
  assert.deepEqual(cleanJpeg2000(dirty), plain);
});

test('a last tile-part of open length passes if only padding follows', () => {
  const open = frame(soc, siz, cod, tilePart([], 0), eoc);
  assert.deepEqual(cleanJpeg2000(open), open);
  assert.deepEqual(cleanJpeg2000(frame([...open], [0])), open);
  assert.throws(() => cleanJpeg2000(frame([...open], text('Mrs!'))), /DEID_COMPRESSED_UNCHECKED/);
});

test('a comment in a tile-part, a file wrapper and unknown markers are refused', () => {
  const inTile = frame(soc, siz, cod, tilePart(comment), eoc);
  assert.throws(() => cleanJpeg2000(inTile), /tile-part/);
  assert.throws(() => cleanJpeg2000(Uint8Array.from([0, 0, 0, 12, ...text('jP  ')])), /no SOC/);
  const unknown = frame(soc, segment(0xff70, text('Mrs')), siz, tilePart([]), eoc);
  assert.throws(() => cleanJpeg2000(unknown), /unknown marker/);
});

test('what is cut short is refused', () => {
  for (let length = 0; length < plain.length; length += 1) {
    assert.throws(() => cleanJpeg2000(plain.subarray(0, length)), /DEID_COMPRESSED_UNCHECKED/);
  }
});
