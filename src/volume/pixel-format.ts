import { transferSyntax } from '../dicom/index.ts';
import { type ImageFacts, knownValue, type Photometric } from '../facts/index.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import { type Colour, type FrameShape, isDecodable } from '../pixel/index.ts';
import type { VolumeRefusal } from './errors.ts';
import type { PixelFormat } from './volume-format.ts';

type Check<T> = Result<T, VolumeRefusal>;

/** Transfer syntaxes with native pixel data (deflated: once inflated). @standard PS3.5 §A.1, §A.2, §A.3, §A.5 */
const nativeTransferSyntaxes: ReadonlyMap<string, { readonly bigEndian: boolean }> = new Map([
  [transferSyntax.ImplicitVRLittleEndian, { bigEndian: false }],
  [transferSyntax.ExplicitVRLittleEndian, { bigEndian: false }],
  [transferSyntax.DeflatedExplicitVRLittleEndian, { bigEndian: false }],
  [transferSyntax.ExplicitVRBigEndian, { bigEndian: true }],
]);

/** How the frames of an image are stored that planning sees: plain, and decoded where compressed. */
export function readPixelFormat(facts: ImageFacts, transferSyntaxUid: string): Check<PixelFormat> {
  const native = nativeTransferSyntaxes.get(transferSyntaxUid);
  if (native === undefined && !isDecodable(transferSyntaxUid)) {
    return malformed('VOLUME_COMPRESSED', 0);
  }
  const shape = readShape(facts);
  if (!shape.ok) return shape;
  const { bitsAllocated, bitsStored, highBit, signed, colour } = shape.value;
  if (colour === 'grey') {
    const bigEndian = native?.bigEndian ?? false;
    return ok({ bitsAllocated, bitsStored, highBit, signed, bigEndian, colour });
  }
  return isPlainColour(facts, shape.value, native !== undefined) ? ok(rgb) : unsupported;
}

const rgb: PixelFormat = {
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  signed: false,
  bigEndian: false,
  colour: 'rgb',
};

/** Bytes of a pixel of a plain frame. */
export function pixelBytesOf({ bitsAllocated, colour }: PixelFormat): number {
  return colour === 'rgb' ? 3 : bitsAllocated / 8;
}

/** The shape of frames as far as their format goes: 8, 16 or 32 bits. */
type Shape = Omit<FrameShape, 'bitsAllocated' | 'rows' | 'columns'> & {
  readonly bitsAllocated: PixelFormat['bitsAllocated'];
};

/** @standard PS3.3 §C.7.6.3 */
function readShape(facts: ImageFacts): Check<Shape> {
  const bitsAllocated = knownValue(facts.bitsAllocated);
  const bitsStored = knownValue(facts.bitsStored);
  const highBit = knownValue(facts.highBit);
  const representation = knownValue(facts.pixelRepresentation);
  const photometric = knownValue(facts.photometric);
  const samples = knownValue(facts.samples);
  if (bitsAllocated === undefined) return malformed('VOLUME_NOT_AN_IMAGE', 0);
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) return unsupported;
  if (bitsStored === undefined || highBit === undefined || representation === undefined) {
    return unproven;
  }
  if (highBit + 1 < bitsStored || highBit >= bitsAllocated) return unsupported;
  if (photometric === undefined || samples === undefined) return unproven;
  const colour = colours.get(photometric);
  if (colour === undefined || samples !== (colour === 'grey' ? 1 : 3)) return unsupported;
  const planar = knownValue(facts.planarConfiguration) === 1;
  const signed = representation === 1;
  const palette = undefined;
  const bits = { bitsAllocated, bitsStored, highBit, signed } as const;
  return ok({ ...bits, samples: colour === 'grey' ? 1 : 3, colour, planar, palette });
}

/** Photometric interpretations whose pixels are a value, or are known colours. @standard PS3.3 §C.7.6.3.1.2 */
const colours: ReadonlyMap<Photometric, Colour> = new Map<Photometric, Colour>([
  ['MONOCHROME1', 'grey'],
  ['MONOCHROME2', 'grey'],
  ['RGB', 'rgb'],
  ['YBR_FULL', 'ybr-full'],
  ['YBR_FULL_422', 'ybr-full-422'],
  ['YBR_ICT', 'ybr-j2k'],
  ['YBR_RCT', 'ybr-j2k'],
]);

/** Whether colours are 8 bits each and it is known in which order they lie. */
function isPlainColour(facts: ImageFacts, shape: Shape, isNative: boolean): boolean {
  const { bitsAllocated, bitsStored, signed, colour, planar } = shape;
  if (bitsAllocated !== 8 || bitsStored !== 8 || signed) return false;
  if (!isNative) return true;
  if (facts.planarConfiguration.kind !== 'value' || colour === 'ybr-j2k') return false;
  // Two pixels of a row share their chrominance there.
  return colour !== 'ybr-full-422' || (!planar && (knownValue(facts.columns) ?? 1) % 2 === 0);
}

const unproven = malformed('VOLUME_VALUES_UNPROVEN', 0);
const unsupported = malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);

/** What the frames of an image are before they are plain; undefined of those that make no voxels. */
export function frameShapeOf(facts: ImageFacts): FrameShape | undefined {
  const shape = readShape(facts);
  const rows = knownValue(facts.rows);
  const columns = knownValue(facts.columns);
  if (!shape.ok || rows === undefined || columns === undefined) return undefined;
  return { ...shape.value, rows, columns };
}
