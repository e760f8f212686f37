import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runChild } from '../support/child.ts';
import { requireData, testData } from '../support/data.ts';
import {
  attributeOf,
  dciodvfyErrors,
  identifiersOf,
  pixelDigests,
} from '../support/dicom-facts.ts';
import { dicomFiles } from '../support/dicom-files.ts';
import { type Installation, startInstallation } from '../support/gateway.ts';
import type { CollectionSettings, PacsSettings } from '../support/gateway-settings.ts';
import { requirePython, requireTool } from '../support/require-tool.ts';
import { bytesOf, entriesOf, seriesOf } from './gateway-tree.ts';

/*
 * The whole road, from an archive that knows nothing of us to bytes over HTTP, the same for every
 * archive and both ways to retrieve. Each collection holds one series of the test data.
 */

const seriesNames = [
  'hitachi-anatomical',
  'ge-epi-4d',
  'compressed-j2k',
  'bad-slice-increment',
] as const;
type SeriesName = (typeof seriesNames)[number];
const folderOf = (name: SeriesName): string => testData(`series/${name}/dicom`) ?? '';

/** Why the road cannot be walked here, or false. */
export function roadSkip(...tools: readonly string[]): string | false {
  return (
    requireTool(...tools, 'dcmdump', 'dciodvfy', 'gdcmconv') ||
    requirePython('pydicom', 'numpy') ||
    requireData(...seriesNames.map((name) => `series/${name}/dicom`))
  );
}

/** Folders to load into the archive first. */
export function roadFolders(isLoaded: (series: string) => boolean = () => true): readonly string[] {
  return seriesNames.filter(isLoaded).map(folderOf);
}

/** Walk it. */
export async function walkRoad(
  t: TestContext,
  pacs: {
    readonly settings: PacsSettings;
    readonly receiverPort?: number;
    /** DCMTK's sender offers no compressed transfer syntax by itself. */
    readonly onlyNative?: boolean;
  },
): Promise<void> {
  const onlyNative = pacs.onlyNative === true;
  const at = await startInstallation(t, {
    pacs: [pacs.settings],
    ...(pacs.receiverPort === undefined ? {} : { receiverPort: pacs.receiverPort }),
    collections: await collections(),
  });
  await at.crawled();
  await t.test('a listing names the files, tells no size it cannot know, and recalls nothing', () =>
    checkListing(at),
  );
  await t.test('an instance is de-identified, valid, and has its pixels', (t) =>
    checkInstances(t, at, 'hitachi-anatomical'),
  );
  if (!onlyNative) {
    await t.test('a compressed instance passes as it is', (t) =>
      checkInstances(t, at, 'compressed-j2k'),
    );
  }
  await t.test('once read, a file has size, ETag and ranges that stay', () => checkWarm(at));
  await t.test('a volume has the voxels of the reference, in every form', () => checkVolume(at));
  await t.test('a sealed collection shows and serves sealed forms only', () => checkSealed(at));
  await t.test('what a volume cannot express is refused, its instances are not', (t) =>
    checkRefused(t, at),
  );
  await t.test('an instance of a long series', (t) => checkInstances(t, at, 'ge-epi-4d', 1));
}

async function collections(): Promise<readonly CollectionSettings[]> {
  const one = async (
    series: SeriesName,
    more: Partial<CollectionSettings> = {},
  ): Promise<CollectionSettings> => {
    const [file = ''] = await dicomFiles(folderOf(series));
    const study = await attributeOf(file, '0020,000d');
    const filter = { studyInstanceUids: [study] };
    return { name: series, delivery: 'open', formats: ['dcm', 'nii', 'nii.gz'], filter, ...more };
  };
  return [
    ...(await Promise.all(seriesNames.map((name) => one(name)))),
    await one('hitachi-anatomical', { name: 'trial', delivery: 'sealed', formats: ['dcm', 'nii'] }),
  ];
}

async function checkListing(at: Installation): Promise<void> {
  const series = await seriesOf(at, 'bob', 'hitachi-anatomical');
  const entries = await entriesOf(at, 'bob', series);
  const instances = entries.filter(({ name }) => name.startsWith('i-'));
  assert.equal(instances.length, 4);
  for (const { name, size, locality } of instances) {
    assert.match(name, /^i-[0-9a-z]{16}\.dcm$/);
    assert.equal(size, undefined);
    assert.equal(locality, 'NEARLINE');
  }
  const long = await entriesOf(at, 'bob', await seriesOf(at, 'bob', 'ge-epi-4d'));
  assert.equal(long.filter(({ name }) => name.startsWith('i-')).length, 150);
  const found = await at.fetch('bob', `${series}/`, {
    method: 'PROPFIND',
    headers: { depth: '1' },
  });
  const xml = await found.text();
  assert.equal(found.status, 207);
  assert.equal(xml.split('.dcm</D:href>').length, 5, xml);
  assert.doesNotMatch(xml, /<D:getcontentlength>/);
  const head = await at.fetch('bob', instances[0]?.path ?? '', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('content-length'), null);
  assert.doesNotMatch(at.logs(), /recall\.started/);
}

/** The first `count` instances of a series: read cold, and compared with what the archive was given. */
async function checkInstances(
  t: TestContext,
  at: Installation,
  name: SeriesName,
  count = Number.POSITIVE_INFINITY,
): Promise<void> {
  const sources = await dicomFiles(folderOf(name));
  const identifiers = await identifiersOf(sources);
  assert.ok(identifiers.length > 4, identifiers.join(' '));
  const known = await dciodvfyErrors(sources[0] ?? '');
  const series = await seriesOf(at, 'bob', name);
  const listed = await entriesOf(at, 'bob', series);
  const instances = listed.filter((entry) => entry.name.startsWith('i-')).slice(0, count);
  const copies: string[] = [];
  for (const entry of instances) {
    const response = await at.fetch('bob', entry.path);
    const bytes = await bytesOf(response);
    assert.equal(Number(response.headers.get('content-length')), bytes.length);
    assert.equal(response.headers.get('content-type'), 'application/dicom');
    for (const identifier of identifiers) {
      assert.equal(bytes.indexOf(identifier), -1, `${identifier} in ${entry.name}`);
    }
    const copy = join(at.folder, entry.name);
    await writeFile(copy, bytes);
    const dump = await runChild(['dcmdump', '--read-file-only', copy]);
    assert.deepEqual([dump.code, dump.stderr], [0, '']);
    assert.deepEqual(
      [...(await dciodvfyErrors(copy))].filter((line) => !known.has(line)),
      [],
    );
    copies.push(copy);
  }
  const expected = new Set(await pixelDigests(t, sources));
  const served = await pixelDigests(t, copies);
  assert.equal(new Set(served).size, copies.length);
  assert.deepEqual(
    served.filter((digest) => !expected.has(digest)),
    [],
  );
}

async function checkWarm(at: Installation): Promise<void> {
  const series = await seriesOf(at, 'bob', 'hitachi-anatomical');
  const [entry] = await entriesOf(at, 'bob', series);
  const path = entry?.path ?? '';
  const cold = readFileSync(join(at.folder, entry?.name ?? ''));
  const first = await at.fetch('bob', path);
  assert.deepEqual(await bytesOf(first), cold);
  const etag = first.headers.get('etag') ?? '';
  assert.match(etag, /^"[^"]+"$/);
  assert.deepEqual([entry?.size, entry?.etag], [cold.length, etag]);
  const head = await at.fetch('bob', path, { method: 'HEAD' });
  assert.equal(Number(head.headers.get('content-length')), cold.length);
  assert.equal(head.headers.get('etag'), etag);
  const found = await at.fetch('bob', path, { method: 'PROPFIND', headers: { depth: '0' } });
  const xml = await found.text();
  assert.match(xml, new RegExp(`<D:getcontentlength>${cold.length}</D:getcontentlength>`));
  await checkRanges(at, path, { bytes: cold, etag });
}

/** Ranges of a file that is there, as RFC 9110 section 14 has them. */
export async function checkRanges(
  at: Installation,
  path: string,
  { bytes, etag }: { readonly bytes: Buffer; readonly etag: string },
): Promise<void> {
  const { length } = bytes;
  const get = (headers: Readonly<Record<string, string>>) => at.fetch('bob', path, { headers });
  const parts = [
    ['bytes=100-199', 100, 200],
    ['bytes=0-0', 0, 1],
    [`bytes=${length - 7}-`, length - 7, length],
    ['bytes=-11', length - 11, length],
    [`bytes=5-${length + 1000}`, 5, length],
  ] as const;
  for (const [range, from, to] of parts) {
    const response = await get({ range, 'if-range': etag });
    assert.equal(response.status, 206, range);
    assert.equal(response.headers.get('content-range'), `bytes ${from}-${to - 1}/${length}`);
    assert.equal(response.headers.get('etag'), etag);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes.subarray(from, to));
  }
  const stale = await get({ range: 'bytes=100-199', 'if-range': '"another"' });
  assert.deepEqual(await bytesOf(stale), bytes);
  const beyond = await get({ range: `bytes=${length}-` });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers.get('content-range'), `bytes */${length}`);
  await beyond.arrayBuffer();
  assert.equal((await get({ 'if-none-match': etag })).status, 304);
}

const niftiHeaderSize = 352;

function voxelDigest(nifti: Uint8Array): string {
  return createHash('sha256').update(nifti.subarray(niftiHeaderSize)).digest('hex');
}

/** The reference of the one volume of a series. */
function expectedVoxels(name: SeriesName): string {
  const text = readFileSync(testData(`series/${name}/expected.json`) ?? '', 'utf8');
  const { outputs } = JSON.parse(text) as {
    outputs: Readonly<Record<string, { vox_sha256: string }>>;
  };
  return Object.values(outputs)[0]?.vox_sha256 ?? '';
}

async function checkVolume(at: Installation): Promise<void> {
  const series = await seriesOf(at, 'bob', 'hitachi-anatomical');
  const cold = await at.fetch('bob', `${series}/volume.nii`);
  const nifti = await bytesOf(cold);
  assert.equal(Number(cold.headers.get('content-length')), nifti.length);
  assert.equal(voxelDigest(nifti), expectedVoxels('hitachi-anatomical'));
  const warm = await at.fetch('bob', `${series}/volume.nii`);
  assert.deepEqual(await bytesOf(warm), nifti);
  const etag = warm.headers.get('etag') ?? '';
  assert.match(etag, /^"[^"]+"$/);
  const listed = await entriesOf(at, 'bob', series);
  const volume = listed.find(({ name }) => /^v-[0-9a-z]{16}\.nii$/.test(name));
  assert.equal(volume?.size, nifti.length);
  assert.equal(volume?.etag, etag);
  assert.deepEqual(await bytesOf(await at.fetch('bob', volume?.path ?? '')), nifti);
  await checkRanges(at, volume?.path ?? '', { bytes: nifti, etag });
  const packed = await bytesOf(await at.fetch('bob', `${series}/volume.nii.gz`));
  assert.deepEqual(gunzipSync(packed), nifti);
  assert.deepEqual(await bytesOf(await at.fetch('bob', `${series}/volume.nii.gz`)), packed);
  for (const form of ['nii', 'nii.gz'] as const) {
    await checkSealedForm(at, `${series}/volume.${form}`, form === 'nii' ? nifti : packed);
  }
  for (const identifier of await identifiersOf(await dicomFiles(folderOf('hitachi-anatomical')))) {
    assert.equal(nifti.indexOf(identifier), -1, identifier);
  }
}

const sealedSizeOf = (size: number): number => 124 + size + 28 * Math.ceil(size / 65_536);

/** The `.c4gh` form of a file that is there: its size, its bytes, and that `mdm get` opens it. */
async function checkSealedForm(at: Installation, path: string, plain: Buffer): Promise<void> {
  const response = await at.fetch('alice', `${path}.c4gh`);
  const sealed = await bytesOf(response);
  assert.equal(sealed.length, sealedSizeOf(plain.length));
  assert.equal(Number(response.headers.get('content-length')), sealed.length);
  assert.equal(sealed.subarray(0, 8).toString(), 'crypt4gh');
  const etag = response.headers.get('etag') ?? '';
  const head = await at.fetch('alice', `${path}.c4gh`, { method: 'HEAD' });
  assert.equal(Number(head.headers.get('content-length')), sealed.length);
  assert.equal(head.headers.get('etag'), etag);
  const part = await at.fetch('alice', `${path}.c4gh`, {
    headers: { range: 'bytes=60-1999', 'if-range': etag },
  });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), sealed.subarray(60, 2000));
  const target = join(at.folder, 'opened');
  const got = await at.mdm('alice', ['get', '-f', '-q', `${path}.c4gh`, target]);
  assert.equal(got.code, 0, got.stderr);
  assert.deepEqual(readFileSync(target), plain);
}

async function checkSealed(at: Installation): Promise<void> {
  const series = await seriesOf(at, 'bob', 'trial');
  const entries = await entriesOf(at, 'bob', series);
  assert.ok(entries.length >= 4);
  for (const { name } of entries) assert.match(name, /\.c4gh$/);
  for (const name of ['volume.nii', entries[0]?.name.replace('.c4gh', '') ?? '']) {
    const plain = await at.fetch('bob', `${series}/${name}`);
    assert.equal(plain.status, 404, name);
    await plain.arrayBuffer();
  }
  const target = join(at.folder, 'trial.nii');
  const got = await at.mdm('bob', ['get', '-q', `${series}/volume.nii.c4gh`, target]);
  assert.equal(got.code, 0, got.stderr);
  const nifti = readFileSync(target);
  assert.equal(voxelDigest(nifti), expectedVoxels('hitachi-anatomical'));
  await checkSealedForm(at, `${series}/volume.nii`, nifti);
  const [instance] = entries;
  const first = await at.mdm('bob', ['get', '-q', instance?.path ?? '', join(at.folder, 'i.dcm')]);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(readFileSync(join(at.folder, 'i.dcm')).toString('latin1', 128, 132), 'DICM');
}

async function checkRefused(t: TestContext, at: Installation): Promise<void> {
  const cases = [['bad-slice-increment', /VOLUME_UNEVEN_SPACING/]] as const;
  for (const [name, code] of cases) {
    const series = await seriesOf(at, 'bob', name);
    for (const form of ['nii', 'nii.gz']) {
      const refused = await at.fetch('bob', `${series}/volume.${form}`);
      const text = await refused.text();
      assert.equal(refused.status, 409, `${name}: ${text}`);
      assert.match(text, /RECALL_GEOMETRY_REFUSED/);
      assert.match(text, code);
    }
  }
  await checkInstances(t, at, 'bad-slice-increment');
}
