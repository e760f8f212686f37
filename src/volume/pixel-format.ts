import { transferSyntax } from '../dicom/index.ts';
import { type ImageFacts, knownValue } from '../facts/index.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import { type FrameShape, isDecodable } from '../pixel/index.ts';
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

/** How the frames of an image are stored that planning sees: what was compressed is decoded by then. */
export function readPixelFormat(facts: ImageFacts, transferSyntaxUid: string): Check<PixelFormat> {
  const native = nativeTransferSyntaxes.get(transferSyntaxUid);
  if (native === undefined && !isDecodable(transferSyntaxUid)) {
    return malformed('VOLUME_COMPRESSED', 0);
  }
  const bitsAllocated = knownValue(facts.bitsAllocated);
  const bitsStored = knownValue(facts.bitsStored);
  const highBit = knownValue(facts.highBit);
  const representation = knownValue(facts.pixelRepresentation);
  if (bitsAllocated === undefined) return malformed('VOLUME_NOT_AN_IMAGE', 0);
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) return unsupported;
  if (bitsStored === undefined || highBit === undefined || representation === undefined) {
    return unproven;
  }
  if (highBit + 1 < bitsStored || highBit >= bitsAllocated) return unsupported;
  const grey = isGrey(facts);
  if (grey !== true) return grey === undefined ? unproven : unsupported;
  const signed = representation === 1;
  const bigEndian = native?.bigEndian ?? false;
  return ok({ bitsAllocated, bitsStored, highBit, signed, bigEndian });
}

const unproven = malformed('VOLUME_VALUES_UNPROVEN', 0);
const unsupported = malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);

/**
 * One grey sample a pixel; undefined where nothing says so. A colour or palette image has no
 * quantity to put into a voxel.
 */
function isGrey({ samples, photometric }: ImageFacts): boolean | undefined {
  const known = knownValue(photometric);
  const count = knownValue(samples);
  if (known === undefined || count === undefined) return undefined;
  return count === 1 && (known === 'MONOCHROME1' || known === 'MONOCHROME2');
}

/** What a decoder must know of the frames of an image; undefined of those that make no voxels. */
export function frameShapeOf(facts: ImageFacts): FrameShape | undefined {
  const format = readPixelFormat(facts, transferSyntax.ExplicitVRLittleEndian);
  const rows = knownValue(facts.rows);
  const columns = knownValue(facts.columns);
  if (!format.ok || rows === undefined || columns === undefined) return undefined;
  const { bitsAllocated, bitsStored, highBit, signed } = format.value;
  return {
    rows,
    columns,
    samples: 1,
    bitsAllocated,
    bitsStored,
    highBit,
    signed,
    colour: 'grey',
    planar: false,
    palette: undefined,
  };
}
