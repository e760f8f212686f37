import { hasBigEndianPixels, privateGe, transferSyntax } from '../dicom/index.ts';
import { type ImageFacts, knownValue, type Photometric } from '../facts/index.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import { type Colour, type FrameShape, isDecodable, type Palette } from '../pixel/index.ts';
import type { VolumeRefusal } from './errors.ts';
import type { PixelFormat } from './volume-format.ts';

type Check<T> = Result<T, VolumeRefusal>;

/** Transfer syntaxes with native pixel data (deflated: once inflated). @standard PS3.5 §A.1, §A.2, §A.3, §A.5 */
const nativeTransferSyntaxes: ReadonlySet<string> = new Set([
  transferSyntax.ImplicitVRLittleEndian,
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.DeflatedExplicitVRLittleEndian,
  transferSyntax.ExplicitVRBigEndian,
  privateGe,
]);

/** How the frames of an image are stored that planning sees: plain, and decoded where compressed. */
export function readPixelFormat(facts: ImageFacts, transferSyntaxUid: string): Check<PixelFormat> {
  const isNative = nativeTransferSyntaxes.has(transferSyntaxUid);
  if (!isNative && !isDecodable(transferSyntaxUid)) {
    return malformed('VOLUME_COMPRESSED', 0);
  }
  const shape = readShape(facts);
  if (!shape.ok) return shape;
  const { bitsAllocated, bitsStored, highBit, signed, colour } = shape.value;
  const floating = facts.floatBits !== undefined;
  const bigEndian = isNative && hasBigEndianPixels(transferSyntaxUid);
  // Words of 16 bits by the standard and DCMTK, of 32 by pydicom and dcm2niix: whose is not told.
  if (bigEndian && bitsAllocated === 32 && !floating) return unsupported;
  if (colour === 'grey') {
    // Single bits are plain as bytes.
    const bits = bitsAllocated === 1 ? 8 : bitsAllocated;
    return ok({ bitsAllocated: bits, bitsStored, highBit, signed, floating, bigEndian, colour });
  }
  const isColour =
    colour === 'palette' ? isPlainIndex(shape.value) : isPlainColour(facts, shape.value, isNative);
  return isColour ? ok(rgb) : unsupported;
}

const rgb: PixelFormat = {
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  signed: false,
  floating: false,
  bigEndian: false,
  colour: 'rgb',
};

/** Bytes of a pixel of a plain frame. */
export function pixelBytesOf({ bitsAllocated, colour }: PixelFormat): number {
  return colour === 'rgb' ? 3 : bitsAllocated / 8;
}

/** The shape of frames as far as their format goes. */
type Shape = Omit<FrameShape, 'rows' | 'columns'>;

/** @standard PS3.3 §C.7.6.3 */
function readShape(facts: ImageFacts): Check<Shape> {
  const bits = readBits(facts);
  if (!bits.ok) return bits;
  const photometric = knownValue(facts.photometric);
  const samples = knownValue(facts.samples);
  if (photometric === undefined || samples === undefined) return unproven;
  const colour = colours.get(photometric);
  if (colour === undefined || samples !== (isOneSample(colour) ? 1 : 3)) return unsupported;
  const planar = knownValue(facts.planarConfiguration) === 1;
  const palette = undefined;
  return ok({ ...bits.value, samples: isOneSample(colour) ? 1 : 3, colour, planar, palette });
}

type Bits = Pick<Shape, 'bitsAllocated' | 'bitsStored' | 'highBit' | 'signed'>;

/** Which bits of a sample say what. Floating point numbers use all. @standard PS3.3 §C.7.6.3, §C.7.6.24 */
function readBits(facts: ImageFacts): Check<Bits> {
  const { floatBits } = facts;
  const bitsAllocated = knownValue(facts.bitsAllocated);
  const bitsStored = knownValue(facts.bitsStored);
  const highBit = knownValue(facts.highBit);
  const representation = knownValue(facts.pixelRepresentation);
  if (bitsAllocated === undefined) return malformed('VOLUME_NOT_AN_IMAGE', 0);
  if (floatBits !== undefined) {
    const all = { bitsStored: floatBits, highBit: floatBits - 1, signed: true } as const;
    return bitsAllocated === floatBits ? ok({ bitsAllocated, ...all }) : unsupported;
  }
  const isWidth = bitsAllocated === 8 || bitsAllocated === 16 || bitsAllocated === 32;
  if (!isWidth && bitsAllocated !== 1) return unsupported;
  if (bitsStored === undefined || highBit === undefined || representation === undefined) {
    return unproven;
  }
  if (highBit + 1 < bitsStored || highBit >= bitsAllocated) return unsupported;
  const signed = representation === 1;
  // A single bit that is a sign says nothing.
  return signed && bitsAllocated === 1
    ? unsupported
    : ok({ bitsAllocated, bitsStored, highBit, signed });
}

/** Photometric interpretations whose pixels are a value, or are known colours. @standard PS3.3 §C.7.6.3.1.2 */
const colours: ReadonlyMap<Photometric, Colour> = new Map<Photometric, Colour>([
  ['MONOCHROME1', 'grey'],
  ['MONOCHROME2', 'grey'],
  ['PALETTE COLOR', 'palette'],
  ['RGB', 'rgb'],
  ['YBR_FULL', 'ybr-full'],
  ['YBR_FULL_422', 'ybr-full-422'],
  ['YBR_ICT', 'ybr-j2k'],
  ['YBR_RCT', 'ybr-j2k'],
]);

/**
 * Whether colours have 8 bits each, or more of which the highest are taken, and it is known in which
 * order they lie.
 */
function isPlainColour(facts: ImageFacts, shape: Shape, isNative: boolean): boolean {
  const { bitsAllocated, bitsStored, highBit, signed, colour, planar } = shape;
  if (bitsStored < 8 || highBit + 1 !== bitsStored || signed) return false;
  const isWide = bitsAllocated === 16 || bitsAllocated === 32;
  if (bitsAllocated !== 8 && !(isWide && (colour === 'rgb' || colour === 'ybr-j2k'))) return false;
  if (!isNative) return true;
  if (facts.planarConfiguration.kind !== 'value' || colour === 'ybr-j2k') return false;
  // Two pixels of a row share their chrominance there.
  return colour !== 'ybr-full-422' || (!planar && (knownValue(facts.columns) ?? 1) % 2 === 0);
}

const isOneSample = (colour: Colour): boolean => colour === 'grey' || colour === 'palette';

/** Whether an index is all of its sample but for bits above it, which are cleared. */
function isPlainIndex({ bitsAllocated, bitsStored, highBit, signed }: Shape): boolean {
  return (bitsAllocated === 8 || bitsAllocated === 16) && highBit + 1 === bitsStored && !signed;
}

const unproven = malformed('VOLUME_VALUES_UNPROVEN', 0);
const unsupported = malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);

/**
 * What the frames of an image are before they are plain; undefined of those that make no voxels.
 *
 * @param palette of a palette image; without it there are no colours
 */
export function frameShapeOf(facts: ImageFacts, palette?: Palette): FrameShape | undefined {
  const shape = readShape(facts);
  const rows = knownValue(facts.rows);
  const columns = knownValue(facts.columns);
  if (!shape.ok || rows === undefined || columns === undefined) return undefined;
  if (shape.value.colour !== 'palette') return { ...shape.value, rows, columns };
  return palette === undefined ? undefined : { ...shape.value, rows, columns, palette };
}
