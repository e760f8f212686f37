/**
 * Series of several stacks, of time points and of tiles behind real archives: every volume by its
 * name, slices of tiled images as files of their own.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { expectedOf } from '../../tools/volumes/expected.ts';
import { type NiftiFile, readNifti } from '../../tools/volumes/nifti-file.ts';
import { requireData, testData } from '../support/data.ts';
import { startDcmqrscp } from '../support/dcmqrscp.ts';
import { freePort } from '../support/free-port.ts';
import { type Installation, startInstallation } from '../support/gateway.ts';
import type { PacsSettings } from '../support/gateway-settings.ts';
import { makeSeries } from '../support/make-series.ts';
import { startOrthanc } from '../support/orthanc.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { bytesOf, entriesOf } from './gateway-tree.ts';

const series = [
  'ge-epi-4d',
  'philips-dti',
  'siemens-mosaic-epi-ap',
  'uih-dti-mosaic',
  'hitachi-anatomical',
] as const;
const needed = series.map((name) => `series/${name}/dicom`);
const folderOf = (name: string): string => testData(`series/${name}/dicom`) ?? '';

/** Two echoes of one place: two stacks. */
async function twoEchoes(t: TestContext): Promise<string> {
  const folder = await tempFolder(t);
  for (const echo of [1, 2]) {
    const made = makeSeries({
      modality: 'MR',
      slices: 4,
      rows: 8,
      columns: 8,
      seed: echo,
      edit: (index) => [
        [0x0020000d, 'UI', '2.25.4711'],
        [0x0020000e, 'UI', '2.25.4712'],
        [0x00180086, 'IS', String(echo)],
        [0x00180081, 'DS', String(10 * echo)],
        [0x00200013, 'IS', String(4 * echo + index)],
      ],
    });
    for (const { file, index } of made) writeFileSync(join(folder, `${echo}-${index}.dcm`), file);
  }
  return folder;
}

/** Paths of all series that a user finds. */
async function find(at: Installation): Promise<readonly string[]> {
  const { code, stdout, stderr } = await at.mdm('bob', ['--json', 'find', '/test']);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { path: string }).path);
}

async function namesIn(at: Installation, path: string): Promise<readonly string[]> {
  return (await entriesOf(at, 'bob', path)).map(({ name }) => name);
}

/** The volumes of a series: the one, or each by its name. */
async function volumesOf(at: Installation, path: string): Promise<readonly NiftiFile[]> {
  const answer = await at.fetch('bob', `${path}/volume.nii`);
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 200) return [readNifti(body)];
  assert.match(body.toString(), /VOLUME_SEVERAL_STACKS/);
  const names = (await namesIn(at, path)).filter((name) => /^v-.*\.nii$/.test(name));
  const volumes: NiftiFile[] = [];
  for (const name of names) {
    volumes.push(readNifti(await bytesOf(await at.fetch('bob', `${path}/${name}`))));
  }
  return volumes;
}

async function walk(t: TestContext, settings: PacsSettings, receiverPort?: number): Promise<void> {
  const at = await startInstallation(t, {
    pacs: [settings],
    ...(receiverPort === undefined ? {} : { receiverPort }),
    collections: [{ name: 'open', delivery: 'open', formats: ['dcm', 'nii'] }],
  });
  await at.crawled();
  const found: string[] = [];
  for (const path of await find(at)) {
    const volumes = await volumesOf(at, path);
    found.push(...volumes.map(({ dim, sha256 }) => `${dim.join('x')} ${sha256}`));
    if (volumes.some(({ dim }) => dim[0] === 72)) await checkSlices(at, path);
  }
  const expected: string[] = [];
  for (const name of series) {
    const outputs = await expectedOf(join(testData(`series/${name}`) ?? '', 'expected.json'));
    for (const { dim, sha256 } of outputs.values()) expected.push(`${dim.join('x')} ${sha256}`);
  }
  const echoes = found.filter((each) => each.startsWith('8x8x4 '));
  assert.equal(new Set(echoes).size, 2);
  assert.deepEqual(found.filter((each) => !echoes.includes(each)).toSorted(), expected.toSorted());
}

/** A mosaic is not listed any more; its slices are, and can be read. */
async function checkSlices(at: Installation, path: string): Promise<void> {
  const instances = (await namesIn(at, path)).filter((name) => name.startsWith('i-'));
  assert.equal(instances.length, 10);
  assert.ok(instances.every((name) => /^i-[0-9a-z]{16}-000[1-5]\.dcm$/.test(name)));
  const [slice = ''] = instances;
  const bytes = await bytesOf(await at.fetch('bob', `${path}/${slice}`));
  assert.ok(bytes.includes('DERIVED\\PRIMARY\\M\\ND'));
  const whole = await at.fetch('bob', `${path}/${slice.replace(/-000\d/, '')}`);
  assert.equal(whole.status, 409);
  assert.match(await whole.text(), /DEID_GRID/);
}

const skip = requireTool('Orthanc', 'dcmqrscp', 'storescu') || requireData(...needed);

test('stacks behind Orthanc, by C-GET', { skip }, async (t) => {
  const orthanc = await startOrthanc(t);
  await orthanc.load(...series.map(folderOf), await twoEchoes(t));
  const { aeTitle, dicomPort: port } = orthanc;
  await walk(t, { name: 'orthanc', port, aeTitle, retrieve: 'C-GET' });
});

test('stacks behind dcmqrscp, by C-MOVE', { skip }, async (t) => {
  const receiverPort = await freePort();
  const archive = await startDcmqrscp(t, { modalities: [{ aeTitle: 'MDM', port: receiverPort }] });
  await archive.load(...series.map(folderOf), await twoEchoes(t));
  const { aeTitle, port } = archive;
  await walk(t, { name: 'dcmqrscp', port, aeTitle, retrieve: 'C-MOVE' }, receiverPort);
});
