import { assert, present } from '../../lib/assert.ts';
import { volumeErrors } from '../errors.ts';
import { pixelBytesOf } from '../pixel-format.ts';
import type { PixelFormat, VolumePlan } from '../volume-format.ts';

/** Where the pixels of a slice are. */
export interface SlicePixels {
  /** The plain pixels of its frame. */
  readonly pixels: Uint8Array;
  /** Of the slice in the file. */
  readonly place: number;
  /** Where it lies in a frame that tiles several; undefined where it is the frame. */
  readonly tile?: FrameTile | undefined;
  /** Some of its rows; undefined of all. */
  readonly band?: RowBand;
}

/** Rows of a slice, counted as the file has them: from the bottom of the image up. */
export interface RowBand {
  readonly first: number;
  readonly count: number;
}

/** A slice in a frame that tiles several. */
export interface FrameTile {
  /** Its first row in the frame. */
  readonly top: number;
  /** Its first column in the frame. */
  readonly left: number;
  /** Columns of the frame. */
  readonly frameColumns: number;
}

/**
 * Write the native pixels of one slice, or of some of its rows, as voxels: rows bottom up, as those of a
 * reversed image are stored already, little
 * endian, every bit meaningful. Where each frame has a scale of its own they are its values, as 32-bit floating point.
 *
 * @param into `voxelBytesOf(plan)` bytes, or those of the rows, aligned to a voxel; the pixels stay as
 *   they are
 * @throws VOLUME_PIXEL_LENGTH
 */
export function toVoxels(plan: VolumePlan, slice: SlicePixels, into: Uint8Array): void {
  const { count } = slice.band ?? wholeSlice(plan);
  assert(into.length * plan.rows === voxelBytesOf(plan) * count, 'room for the voxels');
  // Values are as wide or wider: from the end of their room, each is read before it is overwritten.
  const stored = into.subarray(into.length - (plan.sliceBytes / plan.rows) * count);
  copyRows(plan, slice, stored);
  if (plan.format.bigEndian) swapBytes(stored, pixelBytesOf(plan.format));
  if (plan.format.colour === 'grey') keepStoredBits(stored, plan.format);
  if (plan.scale === 'per-frame') scaleValues(stored, { plan, place: slice.place, into });
}

const wholeSlice = ({ rows }: VolumePlan): RowBand => ({ first: 0, count: rows });

/** The last row of the image becomes the first. */
function copyRows(plan: VolumePlan, slice: SlicePixels, into: Uint8Array): void {
  const { pixels, tile, band = wholeSlice(plan) } = slice;
  const width = pixelBytesOf(plan.format);
  const rowBytes = plan.columns * width;
  const strideBytes = tile === undefined ? rowBytes : tile.frameColumns * width;
  const start = tile === undefined ? 0 : tile.top * strideBytes + tile.left * width;
  if (tile === undefined) checkLength(plan, pixels);
  else assert(start + (plan.rows - 1) * strideBytes + rowBytes <= pixels.length, 'a whole tile');
  const topRow = band.first + band.count - 1;
  const topStored = plan.rowsReversed ? topRow : plan.rows - 1 - topRow;
  let from = start + topStored * strideBytes;
  const stepBytes = plan.rowsReversed ? -strideBytes : strideBytes;
  const rows = { from, stepBytes, rowBytes };
  const offsets = [pixels.byteOffset, into.byteOffset, from, strideBytes, rowBytes];
  if (rowBytes <= shortRowBytes && offsets.every((offset) => offset % 4 === 0)) {
    copyShortRows(pixels, rows, into);
    return;
  }
  // A view of a row each would cost more than to copy it.
  const source = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let to = into.length - rowBytes; to >= 0; to -= rowBytes) {
    source.copy(into, to, from, from + rowBytes);
    from += stepBytes;
  }
}

/** Of rows up to here a call for each costs more than to copy it: those of mosaics have 128 bytes. */
const shortRowBytes = 512;

/** Rows of a slice in a frame, from the top of the image down; bytes. */
interface Rows {
  readonly from: number;
  /** To the next; negative where they are stored last first. */
  readonly stepBytes: number;
  readonly rowBytes: number;
}

/** Four bytes at a time. */
function copyShortRows(
  pixels: Uint8Array,
  { from, stepBytes, rowBytes }: Rows,
  into: Uint8Array,
): void {
  const source = new Int32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
  const target = new Int32Array(into.buffer, into.byteOffset, into.length >> 2);
  const [width, step] = [rowBytes / 4, stepBytes / 4];
  let start = from / 4;
  for (let to = target.length - width; to >= 0; to -= width) {
    for (let at = 0; at < width; at += 1) target[to + at] = source[start + at] ?? 0;
    start += step;
  }
}

/** A value has an even length, so an odd slice comes with one more byte. @standard PS3.5 §7.1.1 */
function checkLength({ sliceBytes }: VolumePlan, pixels: Uint8Array): void {
  const padding = pixels.length - sliceBytes;
  if (padding === 0 || (padding === 1 && sliceBytes % 2 === 1)) return;
  throw volumeErrors.create('VOLUME_PIXEL_LENGTH', {
    context: { expectedBytes: sliceBytes, actualBytes: pixels.length },
  });
}

/** Bytes of voxels of one slice. */
export function voxelBytesOf({ scale, sliceBytes, format }: VolumePlan): number {
  return scale === 'per-frame' ? (sliceBytes / (format.bitsAllocated / 8)) * 4 : sliceBytes;
}

/** Stored values as what they stand for, in the arithmetic of 32 bits that the voxels have. */
function scaleValues(
  bytes: Uint8Array,
  {
    plan,
    place,
    into,
  }: Pick<SlicePixels, 'place'> & { readonly plan: VolumePlan; readonly into: Uint8Array },
): void {
  const scale = present(plan.scales[place], 'each frame has a scale');
  const [slope, intercept] = [Math.fround(scale.slope), Math.fround(scale.intercept)];
  const stored = storedWords(bytes, plan.format);
  const values = new Float32Array(into.buffer, into.byteOffset, stored.length);
  for (let index = 0; index < stored.length; index += 1) {
    values[index] = Math.fround(Math.fround(stored[index] ?? 0) * slope) + intercept;
  }
}

/** Little endian whole numbers, in the byte order of this machine. */
function storedWords(bytes: Uint8Array, { bitsAllocated, signed }: PixelFormat): ArrayLike<number> {
  const place = [bytes.buffer, bytes.byteOffset, bytes.byteLength / (bitsAllocated / 8)] as const;
  if (signed) return signedWords(bytes, bitsAllocated);
  if (bitsAllocated === 8) return new Uint8Array(...place);
  return bitsAllocated === 16 ? new Uint16Array(...place) : new Uint32Array(...place);
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  if (width === 4) buffer.swap32();
  if (width === 8) buffer.swap64();
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

/** Whole numbers, of which none has 64 bits. */
function signedWords(
  bytes: Uint8Array,
  bits: PixelFormat['bitsAllocated'],
): Int8Array | Int16Array | Int32Array {
  const place = [bytes.buffer, bytes.byteOffset, bytes.byteLength / (bits / 8)] as const;
  if (bits === 8) return new Int8Array(...place);
  return bits === 16 ? new Int16Array(...place) : new Int32Array(...place);
}
