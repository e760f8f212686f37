import { type DataSet, getStrings, type Tag, tag, transferSyntax } from '../dicom/index.ts';
import { malformed, ok, type Result } from '../lib/result.ts';
import type { VolumeRefusal } from './errors.ts';
import { numberOf, numbersOf, textOf } from './header-values.ts';
import { volumeLimits } from './limits.ts';
import { dot, length, type Vector3 } from './vector.ts';
import type { PixelFormat, PlanSlice, SliceGeometry } from './volume-format.ts';

/** All that planning needs to know of one slice. */
export interface Slice {
  readonly geometry: SliceGeometry;
  readonly format: PixelFormat;
  /** What tells stacks at the same place apart; equal text, same stack. */
  readonly discriminators: string;
}

type Check<T> = Result<T, VolumeRefusal>;

/** Transfer syntaxes with native pixel data (deflated: once inflated). @standard PS3.5 §A.1, §A.2, §A.3, §A.5 */
const nativeTransferSyntaxes: ReadonlyMap<string, { readonly bigEndian: boolean }> = new Map([
  [transferSyntax.ImplicitVRLittleEndian, { bigEndian: false }],
  [transferSyntax.ExplicitVRLittleEndian, { bigEndian: false }],
  [transferSyntax.DeflatedExplicitVRLittleEndian, { bigEndian: false }],
  [transferSyntax.ExplicitVRBigEndian, { bigEndian: true }],
]);

/**
 * Read one header.
 *
 * @standard PS3.3 §C.7.6.2 (Image Plane), §C.7.6.3 (Image Pixel)
 */
export function readSlice({ header, transferSyntaxUid }: PlanSlice): Check<Slice> {
  const rows = numberOf(header, tag.Rows);
  const columns = numberOf(header, tag.Columns);
  if (!rows || !columns) return malformed('VOLUME_NOT_AN_IMAGE', 0);
  if (Math.max(rows, columns) > volumeLimits.extentMax) return malformed('VOLUME_TOO_LARGE', 0);
  const frames =
    textOf(header, tag.NumberOfFrames) === undefined ? 1 : numberOf(header, tag.NumberOfFrames);
  if (frames !== 1) return malformed('VOLUME_MULTI_FRAME', 0);
  if (isMosaic(header)) return malformed('VOLUME_MOSAIC', 0);
  const encoding = nativeTransferSyntaxes.get(transferSyntaxUid);
  if (encoding === undefined) return malformed('VOLUME_COMPRESSED', 0);
  const format = readPixelFormat(header, encoding);
  if (!format.ok) return format;
  const geometry = readGeometry(header, { rows, columns });
  if (!geometry.ok) return geometry;
  const discriminators = discriminatorsOf(header);
  return ok({ geometry: geometry.value, format: format.value, discriminators });
}

/** Image Position (Patient) of a header or of a query record. @standard PS3.3 §C.7.6.2.1.1 */
export function positionOf(header: DataSet): Vector3 | undefined {
  return vectorAt(numbersOf(header, tag.ImagePositionPatient), 0, 3);
}

function readGeometry(
  header: DataSet,
  size: { readonly rows: number; readonly columns: number },
): Check<SliceGeometry> {
  const positionLps = positionOf(header);
  const cosines = numbersOf(header, tag.ImageOrientationPatient);
  const rowDirectionLps = vectorAt(cosines, 0, 6);
  const columnDirectionLps = vectorAt(cosines, 3, 6);
  const spacing = numbersOf(header, tag.PixelSpacing);
  const [rowSpacingMm = 0, columnSpacingMm = 0] = spacing?.length === 2 ? spacing : [];
  if (positionLps === undefined || rowDirectionLps === undefined) return noGeometry;
  if (columnDirectionLps === undefined || rowSpacingMm <= 0 || columnSpacingMm <= 0) {
    return noGeometry;
  }
  if (!isOrthonormal(rowDirectionLps, columnDirectionLps)) return noGeometry;
  return ok({
    ...size,
    rowDirectionLps,
    columnDirectionLps,
    positionLps,
    rowSpacingMm,
    columnSpacingMm,
  });
}

const noGeometry = malformed('VOLUME_NO_GEOMETRY', 0);

function vectorAt(
  values: readonly number[] | undefined,
  from: number,
  count: number,
): Vector3 | undefined {
  if (values?.length !== count) return undefined;
  const [x, y, z] = values.slice(from);
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z];
}

function isOrthonormal(a: Vector3, b: Vector3): boolean {
  const tolerance = volumeLimits.orthonormalTolerance;
  const isUnit = (vector: Vector3): boolean => Math.abs(length(vector) - 1) <= tolerance;
  return isUnit(a) && isUnit(b) && Math.abs(dot(a, b)) <= tolerance;
}

function readPixelFormat(
  header: DataSet,
  { bigEndian }: { readonly bigEndian: boolean },
): Check<PixelFormat> {
  const unsupported = malformed('VOLUME_PIXEL_FORMAT_UNSUPPORTED', 0);
  const bitsAllocated = numberOf(header, tag.BitsAllocated);
  if (bitsAllocated === undefined) return malformed('VOLUME_NOT_AN_IMAGE', 0);
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) return unsupported;
  const bitsStored = numberOf(header, tag.BitsStored) ?? bitsAllocated;
  const highBit = numberOf(header, tag.HighBit) ?? bitsStored - 1;
  const representation = numberOf(header, tag.PixelRepresentation) ?? 0;
  if (bitsStored < 1 || highBit + 1 < bitsStored || highBit >= bitsAllocated) return unsupported;
  if (representation > 1 || !isGrey(header)) return unsupported;
  const rescaleSlope = rescaleOf(header, tag.RescaleSlope, 1);
  const rescaleIntercept = rescaleOf(header, tag.RescaleIntercept, 0);
  if (rescaleSlope === undefined || rescaleSlope === 0) return unsupported;
  if (rescaleIntercept === undefined || header.has(tag.ModalityLUTSequence)) return unsupported;
  const signed = representation === 1;
  return ok({
    bitsAllocated,
    bitsStored,
    highBit,
    signed,
    rescaleSlope,
    rescaleIntercept,
    bigEndian,
  });
}

/** One grey sample a pixel. A colour or palette image has no quantity to put into a voxel. */
function isGrey(header: DataSet): boolean {
  const samples = numberOf(header, tag.SamplesPerPixel) ?? 1;
  const photometric = textOf(header, tag.PhotometricInterpretation) ?? 'MONOCHROME2';
  return samples === 1 && (photometric === 'MONOCHROME1' || photometric === 'MONOCHROME2');
}

/** The value, the default when there is none, undefined when it is no number. */
function rescaleOf(header: DataSet, tag: Tag, absent: number): number | undefined {
  return textOf(header, tag) === undefined ? absent : numberOf(header, tag);
}

/** Siemens and United Imaging tile a volume into one single-frame image and say so in Image Type. */
function isMosaic(header: DataSet): boolean {
  const values = getStrings(header, tag.ImageType);
  return values.includes('MOSAIC') || values.includes('VFRAME');
}

/**
 * Echo, time point, diffusion weighting, kind of image. Not the acquisition number, trigger time or
 * instance number: those vary inside one stack.
 */
function discriminatorsOf(header: DataSet): string {
  const names = [
    'ImageType',
    'EchoNumbers',
    'EchoTime',
    'TemporalPositionIdentifier',
    'PhotometricInterpretation',
  ] as const;
  const texts = names.map((name) => `${name}=${textOf(header, tag[name]) ?? ''}`);
  return [...texts, `DiffusionBValue=${numberOf(header, tag.DiffusionBValue) ?? ''}`].join('\n');
}
