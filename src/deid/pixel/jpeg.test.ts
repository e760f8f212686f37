import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanJpeg, cleanJpegLs } from './jpeg.ts';

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
const frameHeader = segment(0xc3, [8, 0, 2, 0, 2, 1, 1, 0x11, 0]);
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
  const frame = bytes(soi, segment(0xf7, [8, 0, 2, 0, 2, 1, 1, 0x11, 0]), [
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
