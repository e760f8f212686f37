import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeOf } from '../../../test/support/image-shape.ts';
import type { ImageShape } from './image-shape.ts';
import * as jpeg from './jpeg.ts';

const shape: ImageShape = shapeOf({ rows: 2, columns: 1, bitsAllocated: 8, bitsStored: 8 });
const cleanJpeg = (frame: Uint8Array): Uint8Array => jpeg.cleanJpeg(frame, shape);
const cleanJpegLs = (frame: Uint8Array): Uint8Array => jpeg.cleanJpegLs(frame, shape);

const bytes = (...parts: readonly (string | Iterable<number>)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? latin1(part) : part)]));

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A marker segment with its length. */
function segment(marker: number, body: string | readonly number[]): readonly number[] {
  const content = [...bytes(body)];
  return [0xff, marker, 0, content.length + 2, ...content];
}

const soi = [0xff, 0xd8];
const eoi = [0xff, 0xd9];
const frameHeader = segment(0xc3, [8, 0, 2, 0, 1, 1, 1, 0x11, 0]);
const scan = [...segment(0xda, [1, 1, 0, 0, 0, 0]), 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];
const plain = bytes(soi, frameHeader, scan, eoi);

test('a frame without text passes byte for byte', () => {
  assert.deepEqual(cleanJpeg(plain), plain);
});

test('comments, EXIF and other application segments go, wherever they stand', () => {
  const comment = segment(0xfe, 'Mrs Smith');
  const exif = segment(0xe1, 'Exif\0\0Mrs Smith');
  const dirty = bytes(soi, exif, comment, frameHeader, comment, scan, comment, eoi);
  assert.deepEqual(cleanJpeg(dirty), plain);
});

test('JFIF without a thumbnail and Adobe stay, with one they go', () => {
  const jfif = segment(0xe0, 'JFIF\0\x01\x02\0\0\x01\0\x01\0\0');
  const thumbnail = segment(0xe0, 'JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01Mrs');
  const adobe = segment(0xee, 'Adobe\0\x64\0\0\0\0\0');
  const kept = bytes(soi, jfif, adobe, frameHeader, scan, eoi);
  assert.deepEqual(cleanJpeg(kept), kept);
  assert.deepEqual(cleanJpeg(bytes(soi, thumbnail, frameHeader, scan, eoi)), plain);
});

test('bytes after the end go', () => {
  assert.deepEqual(cleanJpeg(bytes(plain, 'Mrs Smith')), plain);
});

test('stuffing of JPEG-LS is not taken for a marker', () => {
  const frame = bytes(soi, segment(0xf7, [8, 0, 2, 0, 1, 1, 1, 0x11, 0]), [
    ...segment(0xda, [1, 1, 0, 0, 0, 0]),
    0x12,
    0xff,
    0x7f,
    0x34,
    ...eoi,
  ]);
  assert.deepEqual(cleanJpegLs(frame), frame);
  assert.throws(() => cleanJpeg(frame), /DEID_COMPRESSED_UNCHECKED/);
});

test('what is no whole JPEG is refused', () => {
  for (let length = 0; length < plain.length; length += 1) {
    assert.throws(() => cleanJpeg(plain.subarray(0, length)), /DEID_COMPRESSED_UNCHECKED/);
  }
  assert.throws(() => cleanJpeg(bytes('GIF89a')), /DEID_COMPRESSED_UNCHECKED/);
  const unknown = bytes(soi, segment(0xf0, 'Mrs Smith'), frameHeader, scan, eoi);
  assert.throws(() => cleanJpeg(unknown), /unknown marker/);
});

test('a frame of another size, depth or number of components than the header says is refused', () => {
  for (const header of [
    [8, 0, 4, 0, 1, 1, 1, 0x11, 0],
    [8, 0, 2, 0, 2, 1, 1, 0x11, 0],
    [12, 0, 2, 0, 1, 1, 1, 0x11, 0],
    [7, 0, 2, 0, 1, 1, 1, 0x11, 0],
    [8, 0, 2, 0, 1, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0],
  ]) {
    for (const [marker, cleaner] of [
      [0xc3, cleanJpeg],
      [0xf7, cleanJpegLs],
    ] as const) {
      const frame = bytes(soi, segment(marker, header), scan.slice(0, 8), [0x12], eoi);
      assert.throws(() => cleaner(frame), /DEID_FRAME_MISMATCH/, String(header));
    }
  }
});

test('what states a size after the frame header, or brings a table of any bytes, is refused', () => {
  const second = bytes(soi, frameHeader, frameHeader, scan, eoi);
  assert.throws(() => cleanJpeg(second), /not one frame header/);
  assert.throws(() => cleanJpeg(bytes(soi, scan, eoi)), /not one frame header/);
  const lines = segment(0xdc, [0, 9]);
  assert.throws(() => cleanJpeg(bytes(soi, frameHeader, scan, lines, eoi)), /unknown marker/);
  const parameters = segment(0xf8, [1, 0, 255, 0, 3, 0, 7, 0, 21, 0, 64]);
  const lsHeader = segment(0xf7, [8, 0, 2, 0, 1, 1, 1, 0x11, 0]);
  const lsScan = [...segment(0xda, [1, 1, 0, 0, 0, 0]), 0x12];
  const kept = bytes(soi, lsHeader, parameters, lsScan, eoi);
  assert.deepEqual(cleanJpegLs(kept), kept);
  for (const table of ['\x02\x01\x01Mrs Smith', '\x04\x02\0\x09\0\x09']) {
    const frame = bytes(soi, lsHeader, segment(0xf8, table), lsScan, eoi);
    assert.throws(() => cleanJpegLs(frame), /unknown marker/);
  }
});

const text = 'Mrs Smith, 1 Main Street';
const dctHeader = segment(0xc0, [8, 0, 2, 0, 1, 1, 1, 0x11, 0]);
const quantization = (id: number, filler = '.'): readonly number[] =>
  segment(0xdb, [id, ...latin1(text.padEnd(64, filler))]);
/** A Huffman table of these symbols, all of 8 bits. */
const huffman = (selector: number, symbols: readonly number[]): readonly number[] => [
  selector,
  ...Array.from({ length: 16 }, (_, index) => (index === 7 ? symbols.length : 0)),
  ...symbols,
];

test('a table that no scan reads does not stay', () => {
  const unread = [
    quantization(0),
    segment(0xc4, huffman(0x13, [...latin1(text)])),
    segment(0xc4, huffman(0x10, [...latin1(text)])),
    segment(0xc4, huffman(0x01, [1, 2, 3])),
  ];
  const dirty = bytes(soi, ...unread, frameHeader, ...unread, scan, ...unread, eoi);
  assert.deepEqual(cleanJpeg(dirty), plain);
  assert.throws(() => cleanJpegLs(dirty), /unknown marker/);
});

test('of a segment of several tables, and of one defined twice, what is read stays', () => {
  const read = [
    quantization(0),
    segment(0xc4, huffman(0x00, [1, 2])),
    segment(0xc4, huffman(0x10, [3])),
  ];
  const clean = bytes(soi, dctHeader, ...read, scan, eoi);
  assert.deepEqual(cleanJpeg(clean), clean);
  const several = segment(0xc4, [...huffman(0x11, [...latin1(text)]), ...huffman(0x10, [3])]);
  const replaced = [quantization(0, '!'), segment(0xc4, huffman(0x00, [9])), quantization(2)];
  const [first = [], second = []] = read;
  const dirty = bytes(soi, ...replaced, dctHeader, first, second, several, scan, eoi);
  assert.deepEqual(cleanJpeg(dirty), clean);
});

test('a progressive scan reads one kind of Huffman table, or none where it refines', () => {
  const header = segment(0xc2, [8, 0, 2, 0, 1, 1, 1, 0x11, 0]);
  const [dc, ac] = [segment(0xc4, huffman(0x00, [1, 2])), segment(0xc4, huffman(0x10, [3]))];
  const of = (first: number, high: number): readonly number[] => [
    ...segment(0xda, [1, 1, 0, first, first, high << 4]),
    0x12,
  ];
  const cleaned = (scanned: readonly number[]): Uint8Array =>
    cleanJpeg(bytes(soi, header, dc, ac, scanned, eoi));
  assert.deepEqual(cleaned(of(0, 0)), bytes(soi, header, dc, of(0, 0), eoi));
  assert.deepEqual(cleaned(of(1, 0)), bytes(soi, header, ac, of(1, 0), eoi));
  assert.deepEqual(cleaned(of(0, 1)), bytes(soi, header, of(0, 1), eoi));
});

test('a segment that is longer than what it says, or a symbol that cannot be, is refused', () => {
  const longer = (marker: number, body: readonly number[]): readonly number[] =>
    segment(marker, [...body, ...latin1(text)]);
  for (const frame of [
    bytes(soi, longer(0xc3, [8, 0, 2, 0, 1, 1, 1, 0x11, 0]), scan, eoi),
    bytes(soi, frameHeader, longer(0xda, [1, 1, 0, 0, 0, 0]), [0x12], eoi),
    bytes(soi, frameHeader, longer(0xdd, [0, 1]), scan, eoi),
    bytes(soi, frameHeader, longer(0xdb, [...quantization(0).slice(4)]), scan, eoi),
    bytes(soi, frameHeader, longer(0xc4, huffman(0, [1])), scan, eoi),
    bytes(soi, frameHeader, segment(0xc4, huffman(0, [...latin1(text)])), scan, eoi),
    bytes(soi, frameHeader, segment(0xcc, [0, 1]), scan, eoi),
  ]) {
    assert.throws(() => cleanJpeg(frame), /DEID_COMPRESSED_UNCHECKED/);
  }
});
