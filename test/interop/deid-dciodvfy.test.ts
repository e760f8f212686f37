import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileHeaderReader } from '../../src/dicom/file/file-reader.ts';
import {
  createDataSetCollector,
  createTokenReader,
  getUid,
  tag as t,
} from '../../src/dicom/index.ts';
import { present } from '../../src/lib/assert.ts';
import { readFolder } from '../../tools/volumes/read-folder.ts';
import { type Run, runInstance } from '../conformance/ps3.15/deid-object.ts';
import { runChild, runTool } from '../support/child.ts';
import { requireData, testData } from '../support/data.ts';
import { requirePython, requireTool, systemPython } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { openMaker } from '../support/volume-maker.ts';

/*
 * Real objects of real devices: de-identified they are as valid as before, DCMTK reads them
 * without a warning, and an independent decoder sees the same pixels.
 */

const samples = [
  'series/bad-slice-increment/dicom/IM-0001-0007-0001.dcm',
  'series/bits-12/dicom/12bitSigned_0x0F0F.dcm',
  'series/compressed-j2k/dicom/IM-0001-0001-0001.dcm',
  'series/compressed-jpeg/dicom/IM-0001-0001-0001.dcm',
  'series/compressed-jpegls/dicom/IM-0001-0001-0001.dcm',
  'series/compressed-rle/dicom/IM-0001-0001-0001.dcm',
  'series/hitachi-anatomical/dicom/001.dcm',
  'series/philips-dti/dicom/IM-0001-0033-0001.dcm',
  'series/philips-enhanced-fieldmap/dicom/IM_0027_fMAP.dcm',
  'series/philips-enhanced-fmri/dicom/IM-0001-9600-0001.dcm',
  'series/siemens-mosaic-epi-ap/dicom/epi_pe_ap-00001.dcm',
  'series/siemens-xa10-enhanced/dicom/XA10/6_1.dcm',
  ...Array.from(
    { length: 9 },
    (_, index) => `series/transfer-syntax-${index + 1}/dicom/${index + 1}.dcm`,
  ),
  'zoo/pydicom/CT_small.dcm',
  'zoo/pydicom/MR_small_RLE.dcm',
  'zoo/pydicom/MR_small_bigendian.dcm',
  'zoo/pydicom/MR_small_implicit.dcm',
  'zoo/pydicom/MR_small_jp2klossless.dcm',
  'zoo/pydicom-data/emri_small.dcm',
  'zoo/pydicom-data/emri_small_RLE.dcm',
  'zoo/pydicom-data/emri_small_jpeg_ls_lossless.dcm',
  'zoo/derived-objects/seg_image_ct_binary.dcm',
  'zoo/derived-objects/seg_image_ct_binary_overlap.dcm',
  'zoo/derived-objects/seg_image_ct_true_fractional.dcm',
  'zoo/pydicom-data/liver.dcm',
  'zoo/pydicom-data/liver_nonbyte_aligned.dcm',
  'zoo/pydicom-data/parametric_map_double_float.dcm',
  'zoo/pydicom-data/parametric_map_float.dcm',
];

/**
 * A copy of a sample in `folder`. Mosaics are withheld, and are the only samples of some transfer
 * syntaxes: the copy lacks what tells of their tiles, and has the size of an image that never had any.
 */
async function copyOf(sample: string, folder: string): Promise<string> {
  const path = join(folder, 'in.dcm');
  const bytes = readFileSync(present(testData(sample), sample)).toString('latin1');
  const plain = bytes
    .replaceAll('MOSAIC', 'SINGLE')
    .replaceAll('SIEMENS', 'PHILIPS')
    .replaceAll(pixelSpacing, (_all, header: string, value: string) => {
      const oneMm = value.replaceAll(/\d+(?=[.\\ ]|$)/g, (whole) =>
        '1'.padStart(whole.length, '0'),
      );
      return header + oneMm;
    });
  await writeFile(path, Buffer.from(plain, 'latin1'));
  return path;
}

/** (0028,0030) in either byte order, four bytes of VR and length or of length, two numbers. */
const pixelSpacing = /((?:\x28\0\x30\0|\0\x28\0\x30)(?:DS[\s\S]{2}|[\s\S]{4}))([\d.]+\\[\d.]+ ?)/g;

async function runFile(path: string): Promise<Run> {
  const { meta, rest } = present(createFileHeaderReader().push(readFileSync(path)), 'a whole file');
  const { transferSyntaxUid } = meta;
  const collector = createDataSetCollector({ transferSyntaxUid });
  collector.add(createTokenReader({ transferSyntaxUid }).push(rest));
  return runInstance({
    sopClassUid: getUid(collector.dataSet, t.SOPClassUID) ?? '',
    // Some of these files say another one in their meta information.
    sopInstanceUid: getUid(collector.dataSet, t.SOPInstanceUID) ?? '',
    transferSyntaxUid,
    dataSet: (async function* () {
      yield rest;
    })(),
  });
}

async function errorsOf(path: string): Promise<Set<string>> {
  const { stdout, stderr } = await runChild(['dciodvfy', path]);
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error'));
  return new Set(lines);
}

for (const sample of samples) {
  const skip = requireTool('dciodvfy', 'dcmdump') || requireData(sample);
  test(`dciodvfy finds nothing new in ${sample}`, { skip }, async (owner) => {
    const folder = await tempFolder(owner);
    const source = await copyOf(sample, folder);
    const { file } = await runFile(source);
    const output = join(folder, 'out.dcm');
    await writeFile(output, file);
    const known = await errorsOf(source);
    const added = [...(await errorsOf(output))].filter((line) => !known.has(line));
    assert.deepEqual(added, []);
    const dump = await runChild(['dcmdump', '--read-file-only', output]);
    assert.equal(dump.code, 0);
    assert.equal(dump.stderr, '');
  });
}

for (const name of ['siemens-mosaic-epi-ap', 'uih-dti-mosaic']) {
  const skip = requireTool('dciodvfy', 'dcmdump') || requireData(`series/${name}`);
  test(`dciodvfy finds nothing in slices of ${name} that their grids had not`, {
    skip,
  }, async (owner) => {
    const folder = await tempFolder(owner);
    const { series } = await readFolder(join(present(testData(`series/${name}`), name), 'dicom'));
    const [only] = series;
    assert(only !== undefined);
    const maker = await openMaker(folder);
    owner.after(() => maker.close());
    const { files } = await maker.instances(only);
    const known = new Set<string>();
    for (const { path } of only.files) for (const line of await errorsOf(path)) known.add(line);
    assert.ok(files.length > only.files.length);
    for (const { bytes } of [files[0], files.at(-1)].flatMap((file) => file ?? [])) {
      const output = join(folder, 'slice.dcm');
      await writeFile(output, bytes);
      const added = [...(await errorsOf(output))].filter((line) => !known.has(line));
      assert.deepEqual(added, []);
      const dump = await runChild(['dcmdump', '--read-file-only', output]);
      assert.deepEqual([dump.code, dump.stderr], [0, '']);
    }
  });
}

/** SHA-256 of the decoded samples: their stored bits as numbers, whatever the unused bits hold. */
const pixelDigest = `
import hashlib, sys, pydicom
for path in sys.argv[1:]:
    image = pydicom.dcmread(path)
    samples = image.pixel_array.astype('int64') & ((1 << image.BitsStored) - 1)
    if image.PixelRepresentation == 1:
        samples -= (samples >> (image.BitsStored - 1)) << image.BitsStored
    print(hashlib.sha256(samples.tobytes()).hexdigest())
`;

/** GDCM reads no floating point numbers; `pixel-kinds.test.ts` has pydicom for them. */
const decoded = samples.filter((sample) => !sample.includes('parametric_map'));

for (const sample of decoded) {
  const skip = requireTool('gdcmconv') || requirePython('pydicom', 'numpy') || requireData(sample);
  test(`an independent decoder sees the same pixels in ${sample}`, { skip }, async (owner) => {
    const folder = await tempFolder(owner);
    const source = await copyOf(sample, folder);
    const { file } = await runFile(source);
    const [output, ...raw] = ['out.dcm', 'in.raw', 'out.raw'].map((name) => join(folder, name));
    const [rawSource = '', rawOutput = ''] = raw;
    await writeFile(present(output, 'a path'), file);
    // GDCM decodes; pydicom alone has no decoder for JPEG, JPEG-LS and JPEG 2000 here.
    await runTool('gdcmconv', '--raw', source, rawSource);
    await runTool('gdcmconv', '--raw', present(output, 'a path'), rawOutput);
    const stdout = await runTool(systemPython, '-c', pixelDigest, rawSource, rawOutput);
    const [before, after] = stdout.trim().split('\n');
    assert.match(before ?? '', /^[0-9a-f]{64}$/);
    assert.equal(after, before);
  });
}
