import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

/** What a NIfTI file says, read from its bytes. */
export interface NiftiFile {
  readonly dim: readonly number[];
  readonly pixdim: readonly number[];
  /** Of a voxel, as the field's programs call it. */
  readonly type: string;
  readonly bitpix: number;
  readonly slope: number;
  readonly intercept: number;
  readonly codes: readonly number[];
  /** Row-major 3x4, ijk to RAS mm. */
  readonly affine: readonly number[];
  readonly voxels: Buffer;
  readonly sha256: string;
}

/** Read a NIfTI-1 or NIfTI-2 file, compressed or not; little endian. */
export function readNifti(file: Buffer): NiftiFile {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  return bytes.readInt32LE(0) === 540 ? readSecond(bytes) : readFirst(bytes);
}

const many = <T>(count: number, at: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => at(index));

function readFirst(bytes: Buffer): NiftiFile {
  const float = (at: number): number => bytes.readFloatLE(at);
  const [dimensions = 0, ...dim] = many(8, (index) => bytes.readInt16LE(40 + 2 * index));
  return withVoxels(bytes, float(108), {
    dim: dim.slice(0, dimensions),
    pixdim: many(8, (index) => float(76 + 4 * index)),
    type: typeOf(bytes.readInt16LE(70)),
    bitpix: bytes.readInt16LE(72),
    slope: float(112),
    intercept: float(116),
    codes: many(2, (index) => bytes.readInt16LE(252 + 2 * index)),
    affine: many(12, (index) => float(280 + 4 * index)),
  });
}

function readSecond(bytes: Buffer): NiftiFile {
  const double = (at: number): number => bytes.readDoubleLE(at);
  const [dimensions = 0, ...dim] = many(8, (index) => Number(bytes.readBigInt64LE(16 + 8 * index)));
  return withVoxels(bytes, Number(bytes.readBigInt64LE(168)), {
    dim: dim.slice(0, dimensions),
    pixdim: many(8, (index) => double(104 + 8 * index)),
    type: typeOf(bytes.readInt16LE(12)),
    bitpix: bytes.readInt16LE(14),
    slope: double(176),
    intercept: double(184),
    codes: many(2, (index) => bytes.readInt32LE(344 + 4 * index)),
    affine: many(12, (index) => double(400 + 8 * index)),
  });
}

function withVoxels(
  bytes: Buffer,
  offset: number,
  header: Omit<NiftiFile, 'voxels' | 'sha256'>,
): NiftiFile {
  const voxels = bytes.subarray(offset);
  return { ...header, voxels, sha256: sha256Of(voxels) };
}

/** Lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const typeNames: Readonly<Record<number, string>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  128: 'rgb24',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
};

const typeOf = (code: number): string => typeNames[code] ?? String(code);
