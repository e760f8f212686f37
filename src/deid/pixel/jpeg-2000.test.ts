import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeOf } from '../../../test/support/image-shape.ts';
import * as jpeg2000 from './jpeg-2000.ts';

const shape = shapeOf({ rows: 6, columns: 5, bitsAllocated: 16, bitsStored: 12 });
const cleanJpeg2000 = (frame: Uint8Array): Uint8Array => jpeg2000.cleanJpeg2000(frame, shape);

type Bytes = readonly number[];
const word = (value: number): Bytes => [value >> 8, value & 0xff];
const segment = (marker: number, body: Bytes): Bytes => [
  ...word(marker),
  ...word(body.length + 2),
  ...body,
];
const text = (value: string): Bytes => [...Buffer.from(value, 'latin1')];

const soc = word(0xff4f);

const long = (value: number): Bytes => [0, 0, ...word(value)];

/** One tile; an image of `columns` by `rows` that starts at 3, 4 of the reference grid. */
function sizOf(columns: number, rows: number, components: readonly Bytes[]): Bytes {
  const [x, y] = [columns + 3, rows + 4];
  const grid = [x, y, 3, 4, x, y, 0, 0].flatMap(long);
  return segment(0xff51, [0, 0, ...grid, ...word(components.length), ...components.flat()]);
}
const siz = sizOf(5, 6, [[11, 1, 1]]);
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
  const unknown = frame(soc, siz, segment(0xff70, text('Mrs')), tilePart([]), eoc);
  assert.throws(() => cleanJpeg2000(unknown), /unknown marker/);
});

test('what is cut short is refused', () => {
  for (let length = 0; length < plain.length; length += 1) {
    assert.throws(() => cleanJpeg2000(plain.subarray(0, length)), /DEID_COMPRESSED_UNCHECKED/);
  }
});

test('an image of another size, depth or number of components than the header says is refused', () => {
  const wrong = [
    sizOf(6, 5, [[11, 1, 1]]),
    sizOf(5, 7, [[11, 1, 1]]),
    sizOf(5, 6, [[7, 1, 1]]),
    sizOf(5, 6, [[16, 1, 1]]),
    sizOf(5, 6, [
      [11, 1, 1],
      [11, 1, 1],
    ]),
  ];
  for (const size of wrong) {
    assert.throws(
      () => cleanJpeg2000(frame(soc, size, cod, tilePart([]), eoc)),
      /DEID_FRAME_MISMATCH/,
    );
  }
  const deepest = frame(soc, sizOf(5, 6, [[15, 1, 1]]), cod, tilePart([]), eoc);
  assert.deepEqual(cleanJpeg2000(deepest), deepest);
  const coarse = frame(soc, sizOf(5, 6, [[11, 2, 2]]), cod, tilePart([]), eoc);
  assert.throws(() => cleanJpeg2000(coarse), /subsampled/);
  const twice = frame(soc, siz, sizOf(9, 9, [[11, 1, 1]]), cod, tilePart([]), eoc);
  assert.throws(() => cleanJpeg2000(twice), /unknown marker/);
  assert.throws(() => cleanJpeg2000(frame(soc, cod, siz, tilePart([]), eoc)), /no SIZ/);
});
