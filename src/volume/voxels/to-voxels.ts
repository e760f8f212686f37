import { assert, present } from '../../lib/assert.ts';
import { volumeErrors } from '../errors.ts';
import { pixelBytesOf } from '../pixel-format.ts';
import type { PixelFormat, VolumePlan } from '../volume-format.ts';

/**
 * Native pixels of one slice as voxels: rows bottom up, little endian, every bit meaningful.
 * Where each frame has a scale of its own they are its values, as 32-bit floating point. Works in
 * place where it can: where the bytes are aligned to the pixel width and the voxels are as wide.
 *
 * @param place of the frame in the file
 * @throws VOLUME_PIXEL_LENGTH
 */
export function toVoxels(plan: VolumePlan, pixels: Uint8Array, place: number): Uint8Array {
  const padding = pixels.length - plan.sliceBytes;
  // A value has an even length, so an odd slice comes with one more byte (PS3.5 §7.1.1).
  if (padding !== 0 && !(padding === 1 && plan.sliceBytes % 2 === 1)) {
    throw volumeErrors.create('VOLUME_PIXEL_LENGTH', {
      context: { expectedBytes: plan.sliceBytes, actualBytes: pixels.length },
    });
  }
  const width = pixelBytesOf(plan.format);
  const exact = pixels.subarray(0, plan.sliceBytes);
  const bytes = exact.byteOffset % width === 0 ? exact : exact.slice();
  if (plan.format.bigEndian) swapBytes(bytes, width);
  if (plan.format.colour === 'grey') keepStoredBits(bytes, plan.format);
  flipRows(bytes, plan.columns * width);
  return plan.scale === 'per-frame' ? scaled(bytes, plan, place) : bytes;
}

/** Bytes of voxels of one slice. */
export function voxelBytesOf({ scale, sliceBytes, format }: VolumePlan): number {
  return scale === 'per-frame' ? (sliceBytes / (format.bitsAllocated / 8)) * 4 : sliceBytes;
}

/** Stored values as what they stand for, in the arithmetic of 32 bits that the voxels have. */
function scaled(bytes: Uint8Array, { format, scales }: VolumePlan, place: number): Uint8Array {
  const scale = present(scales[place], 'each frame has a scale');
  const [slope, intercept] = [Math.fround(scale.slope), Math.fround(scale.intercept)];
  const stored = storedWords(bytes, format);
  const values = new Float32Array(stored.length);
  for (let index = 0; index < stored.length; index += 1) {
    values[index] = Math.fround(Math.fround(stored[index] ?? 0) * slope) + intercept;
  }
  return new Uint8Array(values.buffer);
}

/** Little endian whole numbers, in the byte order of this machine. */
function storedWords(
  bytes: Uint8Array,
  { bitsAllocated, signed }: PixelFormat,
): Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array {
  const place = [bytes.buffer, bytes.byteOffset, bytes.byteLength / (bitsAllocated / 8)] as const;
  if (signed) return signedWords(bytes, bitsAllocated);
  switch (bitsAllocated) {
    case 8:
      return new Uint8Array(...place);
    case 16:
      return new Uint16Array(...place);
    case 32:
      return new Uint32Array(...place);
  }
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  if (width === 4) buffer.swap32();
}

/**
 * Move the stored bits to the low end and fill the rest with zeros or the sign. The rest may hold
 * anything: old overlays, a scanner's garbage; it must not reach a reader.
 *
 * @standard PS3.5 §8.1.1
 */
function keepStoredBits(bytes: Uint8Array, format: PixelFormat): void {
  const { bitsAllocated, bitsStored, highBit, signed } = format;
  if (bitsStored === bitsAllocated) return;
  const shift = highBit + 1 - bitsStored;
  if (bitsAllocated === 16 && shift === 0 && bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0) {
    const pairs = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    if (signed) extendPairs(pairs, bitsStored);
    else maskPairs(pairs, bitsStored);
    return;
  }
  const words = signedWords(bytes, bitsAllocated);
  const up = 32 - bitsStored - shift;
  const down = 32 - bitsStored;
  for (let index = 0; index < words.length; index += 1) {
    const raised = (words[index] ?? 0) << up;
    words[index] = signed ? raised >> down : raised >>> down;
  }
}

/** Two 16-bit pixels at a time: nearly all CT and MR is stored like this. */
function maskPairs(pairs: Int32Array, bitsStored: number): void {
  const mask = (2 ** bitsStored - 1) * 0x1_0001;
  for (let index = 0; index < pairs.length; index += 1) pairs[index] = (pairs[index] ?? 0) & mask;
}

function extendPairs(pairs: Int32Array, bitsStored: number): void {
  const down = 32 - bitsStored;
  const up = 16 - bitsStored;
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index] ?? 0;
    pairs[index] = (((pair << up) >> down) << 16) | (((pair << down) >> down) & 0xffff);
  }
}

function signedWords(bytes: Uint8Array, bits: 8 | 16 | 32): Int8Array | Int16Array | Int32Array {
  const place = [bytes.buffer, bytes.byteOffset, bytes.byteLength / (bits / 8)] as const;
  switch (bits) {
    case 8:
      return new Int8Array(...place);
    case 16:
      return new Int16Array(...place);
    case 32:
      return new Int32Array(...place);
  }
}

function flipRows(bytes: Uint8Array, rowBytes: number): void {
  assert(bytes.length % rowBytes === 0, 'a whole number of rows');
  const kept = new Uint8Array(rowBytes);
  let top = 0;
  let bottom = bytes.length - rowBytes;
  while (top < bottom) {
    kept.set(bytes.subarray(top, top + rowBytes));
    bytes.copyWithin(top, bottom, bottom + rowBytes);
    bytes.set(kept, bottom);
    top += rowBytes;
    bottom -= rowBytes;
  }
}
