import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import {
  createDataSetCollector,
  createTokenReader,
  type DataSet,
  decodeDataSet,
  getNumber,
  getString,
  tag,
  transferSyntax,
} from '../../src/dicom/index.ts';
import type { ImageFacts } from '../../src/facts/index.ts';
import { concatBytes, viewOf } from '../../src/lib/bytes/bytes.ts';
import { niftiFormat } from '../../src/volume/formats/nifti/nifti.ts';
import {
  checkSlice,
  planFromPositions,
  planVolume,
  positionOf,
  type VolumePlan,
  type VolumeRefusal,
} from '../../src/volume/index.ts';
import { toVoxels, voxelBytesOf } from '../../src/volume/voxels/to-voxels.ts';
import { runTool } from '../support/child.ts';
import { requireData, testData } from '../support/data.ts';
import { dicomFiles } from '../support/dicom-files.ts';
import { factsOfHeader } from '../support/header-facts.ts';
import { type SeriesOptions, writeSeries } from '../support/make-series.ts';
import type { TestElement } from '../support/part10-writer.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

/** A file as production gets it: header, transfer syntax, the bytes of native pixel data. */
interface ReadFile {
  readonly path: string;
  readonly header: DataSet;
  readonly facts: ImageFacts;
  readonly transferSyntaxUid: string;
  readonly pixels: Uint8Array;
}

function readFile(path: string): ReadFile {
  const file = readFileSync(path);
  const metaEnd = 144 + viewOf(file).getUint32(140, true);
  const explicit = transferSyntax.ExplicitVRLittleEndian;
  const meta = decodeDataSet(file.subarray(132, metaEnd), explicit);
  const transferSyntaxUid = getString(meta, tag.TransferSyntaxUID) ?? explicit;
  const reader = createTokenReader({ transferSyntaxUid, strict: false });
  const tokens = reader.push(file.subarray(metaEnd));
  const collector = createDataSetCollector({ transferSyntaxUid });
  collector.add(tokens);
  const start = tokens.findIndex((token) => 'tag' in token && token.tag === tag.PixelData);
  const chunks: Uint8Array[] = [];
  for (const token of tokens.slice(start)) {
    if (token.kind === 'value-chunk') chunks.push(token.bytes);
    if (token.kind === 'value-end') break;
  }
  const pixels = concatBytes(chunks).slice();
  const header = collector.dataSet;
  return { path, header, facts: factsOfHeader(header), transferSyntaxUid, pixels };
}

interface Converted {
  readonly plan: VolumePlan;
  readonly nifti: Buffer;
}

/** The whole NIfTI file of a series, made as production does: planned early, checked, placed. */
function convert(files: readonly ReadFile[]): Converted | VolumeRefusal {
  const outcome = planVolume(files);
  if (!outcome.ok) return outcome.code;
  const plan = outcome.value;
  const isAsLong = ({ pixels }: ReadFile): boolean => pixels.length === plan.sliceBytes;
  if (!files.every(isAsLong)) return 'VOLUME_PIXEL_LENGTH';
  if (plan.volumes === 1 && plan.scale !== 'per-frame') checkEarlyPlan(files, plan);
  const header = niftiFormat.header(plan);
  const sliceBytes = voxelBytesOf(plan);
  const nifti = Buffer.alloc(header.length + sliceBytes * plan.slices * plan.volumes);
  nifti.set(header);
  for (const [index, file] of files.entries()) {
    const place = plan.placeOf[index] ?? 0;
    const start = header.length + place * sliceBytes;
    toVoxels(plan, { pixels: file.pixels, place }, nifti.subarray(start, start + sliceBytes));
  }
  return { plan, nifti };
}

/** What positions and one header would have planned is the plan. */
function checkEarlyPlan(files: readonly ReadFile[], plan: VolumePlan): void {
  const lowest = files[plan.placeOf.indexOf(0)];
  assert.ok(lowest !== undefined);
  const positions = files.map((file) => positionOf(file.header));
  assert.deepEqual(planFromPositions(positions, lowest), { ok: true, value: plan });
  for (const [index, file] of files.entries()) {
    assert.equal(checkSlice(plan, index, file), undefined);
  }
}

function assertConverted(outcome: Converted | VolumeRefusal): asserts outcome is Converted {
  assert.ok(typeof outcome === 'object', typeof outcome === 'string' ? outcome : '');
}

interface Reference {
  readonly dim: readonly number[];
  readonly pixdim: readonly number[];
  readonly dtype: string;
  readonly slope: number;
  readonly inter: number;
  readonly qform: number;
  readonly sform: number;
  readonly affine: readonly (readonly number[])[];
  readonly vox_sha256: string;
}

const typeNames: Readonly<Record<number, string>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
};

const floatsAt = (nifti: Buffer, offset: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => nifti.readFloatLE(offset + index * 4));
const shortsAt = (nifti: Buffer, offset: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => nifti.readInt16LE(offset + index * 2));

function near(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (const [index, value] of actual.entries()) {
    const difference = Math.abs(value - (expected[index] ?? Number.NaN));
    assert.ok(difference <= tolerance, `${actual.join(' ')} is not ${expected.join(' ')}`);
  }
}

/** Every difference that would show in a program that reads both files. */
function checkReference(nifti: Buffer, reference: Reference): void {
  const [dimensions = 0, ...dim] = shortsAt(nifti, 40, 8);
  assert.deepEqual(dim.slice(0, dimensions), reference.dim);
  near(floatsAt(nifti, 80, dimensions), reference.pixdim, 1e-3);
  assert.equal(typeNames[nifti.readInt16LE(70)], reference.dtype);
  near(floatsAt(nifti, 112, 2), [reference.slope, reference.inter], 1e-6);
  assert.deepEqual(shortsAt(nifti, 252, 2), [reference.qform, reference.sform]);
  near(floatsAt(nifti, 280, 12), reference.affine.flat(), 1e-3);
  const digest = createHash('sha256').update(nifti.subarray(352)).digest('hex');
  assert.equal(digest, reference.vox_sha256);
}

/**
 * Every series of the test data: what comes of it and why. 'matched' is byte for byte the voxels of
 * dcm2niix, its dimensions, type, scale and affine.
 */
const expectations: Readonly<Record<string, 'matched' | 'matched-unrotated' | VolumeRefusal>> = {
  'hitachi-anatomical': 'matched',
  // A 3D acquisition: dcm2niix turns the finished volume to axial. We write slices as they come, so
  // the voxels equal those of `dcm2niix -x i`, which does not turn (below).
  'bad-slice-count': 'matched-unrotated',
  // dcm2niix writes these as if evenly spaced, and warns.
  'bad-slice-increment': 'VOLUME_UNEVEN_SPACING',
  // Several volumes of one place.
  'ge-dti': 'matched',
  'ge-epi-4d': 'matched',
  'ge-fmri': 'matched',
  'ge-rtia-epi': 'matched',
  'philips-fmri': 'matched',
  'philips-dti': 'matched',
  // Every slice has its own rescale slope: 32-bit floating point.
  'generic-non-isotropic': 'matched',
  // What is compressed is decoded before; its length as it came is none of a volume.
  'compressed-j2k': 'VOLUME_PIXEL_LENGTH',
  'compressed-jpeg': 'VOLUME_PIXEL_LENGTH',
  'compressed-jpegls': 'VOLUME_PIXEL_LENGTH',
  'compressed-rle': 'VOLUME_PIXEL_LENGTH',
  'generic-rgb': 'VOLUME_PIXEL_LENGTH',
  // Multi-frame objects.
  'philips-enhanced-fieldmap': 'VOLUME_MULTI_FRAME',
  'philips-enhanced-fmri': 'VOLUME_MULTI_FRAME',
  'siemens-xa10-enhanced': 'VOLUME_MULTI_FRAME',
  // Slices tiled in one image; compressed ones are mosaics first.
  'bits-12': 'VOLUME_MOSAIC',
  'siemens-mosaic-epi-ap': 'VOLUME_MOSAIC',
  'siemens-mosaic-epi-lr': 'VOLUME_MOSAIC',
  'siemens-mosaic-epi-pa': 'VOLUME_MOSAIC',
  'siemens-mosaic-epi-rl': 'VOLUME_MOSAIC',
  'transfer-syntax-1': 'VOLUME_MOSAIC',
  'transfer-syntax-2': 'VOLUME_MOSAIC',
  'transfer-syntax-3': 'VOLUME_MOSAIC',
  'transfer-syntax-4': 'VOLUME_MOSAIC',
  'transfer-syntax-5': 'VOLUME_MOSAIC',
  'transfer-syntax-6': 'VOLUME_MOSAIC',
  'transfer-syntax-7': 'VOLUME_MOSAIC',
  'transfer-syntax-8': 'VOLUME_MOSAIC',
  'transfer-syntax-9': 'VOLUME_MOSAIC',
  'uih-dti-mosaic': 'VOLUME_MOSAIC',
};

const folderOf = (name: string): string => testData(`series/${name}`) ?? '';

async function seriesFiles(name: string): Promise<ReadFile[]> {
  const paths = await dicomFiles(join(folderOf(name), 'dicom'));
  return paths.map((path) => readFile(path));
}

test('the table names every series of the test data', { skip: requireData('series') }, () => {
  const names = readdirSync(testData('series') ?? '');
  assert.deepEqual(names.toSorted(), Object.keys(expectations).toSorted());
});

for (const [name, expected] of Object.entries(expectations)) {
  test(`${name}: ${expected}`, { skip: requireData(`series/${name}`) }, async () => {
    const outcome = convert(await seriesFiles(name));
    if (!expected.startsWith('matched')) {
      assert.equal(outcome, expected);
      return;
    }
    assertConverted(outcome);
    if (expected === 'matched-unrotated') return;
    const text = readFileSync(join(folderOf(name), 'expected.json'), 'utf8');
    const { outputs } = JSON.parse(text) as { outputs: Record<string, Reference> };
    const [reference] = Object.values(outputs);
    assert.ok(reference !== undefined);
    checkReference(outcome.nifti, reference);
  });
}

/** Run dcm2niix over `paths`; its one volume. `-x i`: neither crop nor turn 3D acquisitions. */
async function referenceOf(folder: string, paths: readonly string[]): Promise<Buffer> {
  const [input, output] = [join(folder, 'in'), join(folder, 'out')];
  mkdirSync(input);
  mkdirSync(output);
  for (const [index, path] of paths.entries()) {
    copyFileSync(path, join(input, `${String(index).padStart(4, '0')}-${basename(path)}`));
  }
  await runTool('dcm2niix', '-b', 'n', '-z', 'n', '-x', 'i', '-f', 'o', '-o', output, input);
  const volumes = readdirSync(output).filter((name) => name.endsWith('.nii'));
  assert.deepEqual(volumes, ['o.nii']);
  return readFileSync(join(output, 'o.nii'));
}

/** Same voxels, byte for byte, and the same meaning of the header. */
function checkSame(ours: Buffer, theirs: Buffer): void {
  assert.deepEqual(shortsAt(ours, 40, 8), shortsAt(theirs, 40, 8), 'dim');
  assert.deepEqual(shortsAt(ours, 70, 2), shortsAt(theirs, 70, 2), 'datatype and bitpix');
  // The slice distance: theirs is that of the first two slices, ours the mean (positions are rounded).
  near(floatsAt(ours, 76, 4), floatsAt(theirs, 76, 4), 1e-3);
  assert.deepEqual(floatsAt(ours, 108, 3), floatsAt(theirs, 108, 3), 'offset, slope, intercept');
  assert.deepEqual(shortsAt(ours, 252, 2), shortsAt(theirs, 252, 2), 'qform and sform code');
  near(floatsAt(ours, 256, 3), floatsAt(theirs, 256, 3), 1e-4);
  near(floatsAt(ours, 268, 3), floatsAt(theirs, 268, 3), 1e-3);
  near(floatsAt(ours, 280, 12), floatsAt(theirs, 280, 12), 1e-3);
  assert.equal(ours.toString('latin1', 344, 352), theirs.toString('latin1', 344, 352), 'magic');
  assert.equal(Buffer.compare(ours.subarray(352), theirs.subarray(352)), 0, 'voxels');
}

/** The first slice at each position: one volume out of a time series. */
function firstVolume(files: readonly ReadFile[]): ReadFile[] {
  const byPlace = new Map<string, ReadFile>();
  for (const file of files) {
    const place = String(positionOf(file.header));
    if (!byPlace.has(place)) byPlace.set(place, file);
  }
  return [...byPlace.values()];
}

const parts: Readonly<Record<string, (files: readonly ReadFile[]) => readonly ReadFile[]>> = {
  'bad-slice-count': (files) => files,
  'bad-slice-increment': (files) => files.slice(0, 3),
  'hitachi-anatomical': (files) => files,
  'ge-dti': firstVolume,
  'ge-epi-4d': firstVolume,
  'ge-fmri': firstVolume,
  'ge-rtia-epi': firstVolume,
  'philips-dti': firstVolume,
  'philips-fmri': firstVolume,
};

for (const [name, part] of Object.entries(parts)) {
  const skip = requireTool('dcm2niix') || requireData(`series/${name}`);
  test(`dcm2niix of one volume of ${name} is ours`, { skip }, async (t) => {
    const files = part(await seriesFiles(name));
    const theirs = await referenceOf(
      await tempFolder(t),
      files.map((file) => file.path),
    );
    const ours = convert(files.toReversed());
    assertConverted(ours);
    checkSame(ours.nifti, theirs);
  });
}

type Orientation = NonNullable<SeriesOptions['orientation']>;

const axial: Orientation = [1, 0, 0, 0, 1, 0];
const oblique: Orientation = [0.8, 0.6, 0, -0.48, 0.64, 0.6];

const bits = (allocated: number, stored: number, signed: number): readonly TestElement[] => [
  [0x00280100, 'US', [allocated]],
  [0x00280101, 'US', [stored]],
  [0x00280102, 'US', [stored - 1]],
  [0x00280103, 'US', [signed]],
];

/** Bytes that look random, the same every time. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

const grid = { rows: 24, columns: 20, slices: 5, spacingMm: [1.5, 1.25, 2] } as const;
const sliceBytes = grid.rows * grid.columns;
const pixelData = (index: number, width: number): TestElement => [
  0x7fe00010,
  width === 1 ? 'OB' : 'OW',
  noise(sliceBytes * width, index),
];
/** Without garbage in bit 15: there dcm2niix keeps it. */
const fifteenBits = (index: number): TestElement => [
  0x7fe00010,
  'OW',
  noise(sliceBytes * 2, index).map((byte, at) => (at % 2 === 1 ? byte & 0x7f : byte)),
];

const synthetic: Readonly<Record<string, SeriesOptions>> = {
  'a CT, signed 16 bits, Hounsfield intercept': {},
  'a PET with a slope': { modality: 'PT' },
  'an MR, implicit VR': { modality: 'MR', encoding: 'implicit' },
  sagittal: { modality: 'MR', orientation: [0, 1, 0, 0, 0, -1] },
  coronal: { orientation: [1, 0, 0, 0, 0, -1] },
  'feet up': { orientation: [1, 0, 0, 0, -1, 0] },
  'oblique in all axes': { orientation: oblique },
  'unsigned 16 bits': { ...grid, edit: (at) => [...bits(16, 16, 0), pixelData(at, 2)] },
  'unsigned 12 bits, garbage above': {
    ...grid,
    edit: (at) => [...bits(16, 12, 0), pixelData(at, 2)],
  },
  'unsigned 15 bits': {
    ...grid,
    orientation: axial,
    edit: (at) => [...bits(16, 15, 0), fifteenBits(at)],
  },
  'unsigned 8 bits': { ...grid, edit: (at) => [...bits(8, 8, 0), pixelData(at, 1)] },
  'signed 32 bits': { ...grid, edit: (at) => [...bits(32, 32, 1), pixelData(at, 4)] },
};

for (const [name, options] of Object.entries(synthetic)) {
  test(`dcm2niix of ${name} is ours`, { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    const paths = await writeSeries(join(folder, 'made'), options);
    const theirs = await referenceOf(folder, paths);
    const ours = convert(paths.toReversed().map((path) => readFile(path)));
    assertConverted(ours);
    checkSame(ours.nifti, theirs);
  });
}

/**
 * Where dcm2niix and we differ, on purpose. It zeroes the unused bits of signed pixels and so turns
 * negative numbers into large ones; it takes signed 8 bits for unsigned, unsigned 32 for signed.
 */
const better: Readonly<Record<string, readonly [SeriesOptions, type: number, least: number]>> = {
  'signed 12 bits keep their sign': [
    { ...grid, edit: (at) => [...bits(16, 12, 1), pixelData(at, 2)] },
    4,
    -2048,
  ],
  'signed 8 bits keep their sign': [
    { ...grid, edit: (at) => [...bits(8, 8, 1), pixelData(at, 1)] },
    256,
    -128,
  ],
  'unsigned 32 bits stay unsigned': [
    { ...grid, edit: (at) => [...bits(32, 32, 0), pixelData(at, 4)] },
    768,
    0,
  ],
};

for (const [name, [options, type, least]] of Object.entries(better)) {
  test(`better than dcm2niix: ${name}`, { skip: requireTool('dcm2niix') }, async (t) => {
    const folder = await tempFolder(t);
    const paths = await writeSeries(join(folder, 'made'), options);
    const theirs = await referenceOf(folder, paths);
    const ours = convert(paths.map((path) => readFile(path)));
    assertConverted(ours);
    assert.equal(ours.nifti.readInt16LE(70), type);
    const values = voxelsOf(ours.nifti);
    const theirValues = voxelsOf(theirs);
    const modulus = 2 ** ours.plan.format.bitsStored;
    assert.ok(values.some((value) => value < 0 || value >= 2 ** 31));
    assert.ok(values.every((value) => value >= least));
    const congruent = values.every(
      (value, index) => (value - (theirValues[index] ?? 0)) % modulus === 0,
    );
    assert.ok(congruent, 'the stored bits are the same');
  });
}

function voxelsOf(nifti: Buffer): number[] {
  const bytes = new Uint8Array(nifti.subarray(352)).buffer;
  const types = {
    2: Uint8Array,
    4: Int16Array,
    8: Int32Array,
    256: Int8Array,
    512: Uint16Array,
    768: Uint32Array,
  } as const;
  return [...new types[nifti.readInt16LE(70) as keyof typeof types](bytes)];
}

test('bits-12: garbage in the unused bits of a mosaic is removed as by dcm2niix', {
  skip: requireData('series/bits-12'),
}, async () => {
  // The mosaics themselves are refused; their pixels are the only real ones with garbage above bit 11.
  const text = readFileSync(join(folderOf('bits-12'), 'expected.json'), 'utf8');
  const { outputs } = JSON.parse(text) as { outputs: Record<string, Reference> };
  for (const file of await seriesFiles('bits-12')) {
    const series = getString(file.header, tag.SeriesNumber) ?? '';
    const signed = getNumber(file.header, tag.PixelRepresentation) === 1;
    const volume = tiles(file.pixels, signed);
    // Signed: dcm2niix loses the sign (see above), so only the stored bits are compared.
    if (signed) for (let at = 1; at < volume.length; at += 2) volume[at] = (volume[at] ?? 0) & 15;
    const digest = createHash('sha256').update(volume).digest('hex');
    assert.equal(digest, outputs[`${series}_FMRI_AX_ASC.nii`]?.vox_sha256, file.path);
  }
});

/** The 35 slices of a 6 x 6 mosaic of 64 x 64, each through `voxels`. */
function tiles(mosaic: Uint8Array, signed: boolean): Buffer {
  const format = {
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    signed,
    floating: false,
    bigEndian: false,
    colour: 'grey',
  } as const;
  const plan: VolumePlan = {
    sopClassUid: '',
    columns: 64,
    rows: 64,
    slices: 35,
    format,
    affineLps: [],
    spacingMm: [1, 1, 1],
    rowsReversed: false,
    sliceBytes: 8192,
    volumes: 1,
    scale: { slope: 1, intercept: 0 },
    scales: [],
    repetitionTimeS: undefined,
    phaseAxis: undefined,
    sliceCode: 0,
    stackKey: '',
    kind: '',
    placeOf: [],
  };
  const volume = Buffer.alloc(35 * 8192);
  for (let tile = 0; tile < 35; tile += 1) {
    const pixels = new Uint8Array(8192);
    for (let row = 0; row < 64; row += 1) {
      const from = ((Math.floor(tile / 6) * 64 + row) * 384 + (tile % 6) * 64) * 2;
      pixels.set(mosaic.subarray(from, from + 128), row * 128);
    }
    toVoxels(plan, { pixels, place: tile }, volume.subarray(tile * 8192, (tile + 1) * 8192));
  }
  return volume;
}
