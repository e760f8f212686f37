/** The DIMSE source against Orthanc, with real series: what comes must be what the PACS holds. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { dataSetOf, getString, openFile, tag } from '../../src/dicom/index.ts';
import { identify } from '../../src/flow/mint/identified.ts';
import { reveal } from '../../src/flow/mint/reveal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createGuard, type Guard } from '../../src/pacs/guard/index.ts';
import {
  createDimseSource,
  type DimseSourceOptions,
  MoveSender,
  type MoveTarget,
} from '../../src/pacs/kinds/dimse/index.ts';
import type { PacsSource, RetrieveUnit, SeriesRef } from '../../src/pacs/pacs-source.ts';
import { startReceiver } from '../../src/pacs/receiver/index.ts';
import { requireData, testData } from '../support/data.ts';
import { type Dcmqrscp, startDcmqrscp } from '../support/dcmqrscp.ts';
import { dicomFiles } from '../support/dicom-files.ts';
import { type Orthanc, startOrthanc } from '../support/orthanc.ts';
import { requireTool } from '../support/require-tool.ts';

const seriesNames = ['ge-dti', 'philips-fmri', 'siemens-mosaic-epi-ap', 'compressed-jpeg'];
const paths = seriesNames.map((name) => `series/${name}/dicom`);
const skip = requireTool('Orthanc', 'dcmqrscp', 'storescu') || requireData(...paths);
const folders = paths.map((path) => testData(path) ?? '');
const nativeFolders = folders.slice(0, 3);

/** The tag of pixel data in little endian; VR and length, 8 bytes, follow. */
const pixelDataTag = Buffer.from('e07f1000', 'hex');

/**
 * Transfer syntax and digest of a data set: the same for a file and for what a PACS sends of it. Of
 * a compressed one only the fragments count, as DCMTK writes the header of those anew.
 */
async function factOf(instance: {
  readonly transferSyntaxUid: string;
  readonly dataSet: AsyncIterable<Uint8Array>;
}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of instance.dataSet) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const isCompressed = instance.transferSyntaxUid.startsWith('1.2.840.10008.1.2.4.');
  const from = isCompressed ? bytes.indexOf(pixelDataTag) + 12 : 0;
  const digest = createHash('sha256').update(bytes.subarray(from)).digest('hex');
  return `${instance.transferSyntaxUid} ${digest}`;
}

async function factsOfFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files = await dicomFiles(...paths);
  const facts = files.map(async (path) => factOf(await openFile(chunksOf(await readFile(path)))));
  return (await Promise.all(facts)).sort();
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface Pacs {
  readonly source: PacsSource;
  readonly guard: Guard;
}

function sourceOf(
  t: TestContext,
  options: Pick<DimseSourceOptions, 'port' | 'calledAeTitle' | 'method' | 'moveTarget'>,
): Pacs {
  const guard = createGuard({ clock: systemClock });
  const source = createDimseSource({
    lists: { isLongest: async () => false },
    name: 'pacs',
    host: '127.0.0.1',
    callingAeTitle: 'MDM',
    guard,
    clock: systemClock,
    log: silentLog,
    ...options,
  });
  t.after(() => source.close());
  return { source, guard };
}

async function allSeries({ source }: Pacs): Promise<readonly SeriesRef[]> {
  const studies: string[] = [];
  const ofStudy = dataSetOf({ StudyInstanceUID: '' });
  for await (const answer of source.find(identify({ level: 'STUDY', keys: ofStudy }), {})) {
    studies.push(getString(reveal(answer), tag.StudyInstanceUID) ?? '');
  }
  const found: SeriesRef[] = [];
  for (const studyInstanceUid of studies) {
    const keys = dataSetOf({ StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: '' });
    for await (const answer of source.find(identify({ level: 'SERIES', keys }), {})) {
      const seriesInstanceUid = getString(reveal(answer), tag.SeriesInstanceUID) ?? '';
      found.push({ studyInstanceUid, seriesInstanceUid });
    }
  }
  return found;
}

/** Retrieve one series in reverse order of its list; gives UIDs as they came, with their digests. */
async function retrieveSeries(
  { source }: Pacs,
  series: SeriesRef,
): Promise<{ asked: readonly string[]; came: ReadonlyMap<string, string> }> {
  const expected = reveal(await source.expected(identify(series), {}));
  assert(expected.list !== undefined, 'the PACS lists its images');
  const { instances } = expected.list;
  // Orthanc counts its instances, dcmqrscp states nothing.
  assert.ok([undefined, instances.length].includes(expected.counted), `${expected.counted}`);
  const asked = instances.map(({ sopInstanceUid }) => sopInstanceUid).reverse();
  const classes = instances.map(({ sopClassUid }) => sopClassUid ?? '');
  const unit: RetrieveUnit = {
    series,
    sopInstanceUids: asked,
    sopClassUids: [...new Set(classes)].filter((uid) => uid !== ''),
  };
  const came = new Map<string, string>();
  for await (const identified of source.retrieve(identify(unit), {})) {
    const instance = reveal(identified);
    came.set(instance.sopInstanceUid, await factOf(instance));
  }
  return { asked, came };
}

async function assertAllCome(
  pacs: Pacs,
  options: { readonly inOrder: boolean; readonly folders: readonly string[] },
): Promise<void> {
  const all: string[] = [];
  for (const series of await allSeries(pacs)) {
    const { asked, came } = await retrieveSeries(pacs, series);
    if (options.inOrder) assert.deepEqual([...came.keys()], asked);
    all.push(...came.values());
  }
  assert.deepEqual(all.sort(), await factsOfFiles(options.folders));
  await pacs.source.close();
  assert.equal(pacs.guard.status().associationsOpen, 0);
}

async function loadedOrthanc(t: TestContext, receiverPort?: number): Promise<Orthanc> {
  const modalities = receiverPort === undefined ? [] : [{ aeTitle: 'MDMRECV', port: receiverPort }];
  const orthanc = await startOrthanc(t, { modalities });
  await orthanc.load(...folders);
  return orthanc;
}

async function loadedDcmqrscp(t: TestContext, receiverPort: number): Promise<Dcmqrscp> {
  const modalities = [{ aeTitle: 'MDMRECV', port: receiverPort }];
  const archive = await startDcmqrscp(t, { modalities });
  await archive.load(...nativeFolders); // storescu proposes no JPEG by itself
  return archive;
}

/** Our receiver, for the PACS of that AE title on loopback. */
async function moveTargetOf(t: TestContext, aeTitle: string): Promise<MoveTarget> {
  const at = { pacs: 'pacs', host: '127.0.0.1', callingAeTitles: [aeTitle] };
  const sender = new MoveSender({ ...at, clock: systemClock });
  const receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    aeTitle: 'MDMRECV',
    senders: [sender],
    clock: systemClock,
    log: silentLog,
  });
  t.after(() => receiver.close());
  return { receiver, sender, moveOriginator: 'present' };
}

test('Orthanc gives series by C-GET in the order asked, bit by bit, also compressed', {
  skip,
}, async (t) => {
  const orthanc = await loadedOrthanc(t);
  const pacs = sourceOf(t, {
    port: orthanc.dicomPort,
    calledAeTitle: 'ORTHANC',
    method: 'C-GET',
    moveTarget: undefined,
  });
  await assertAllCome(pacs, { inOrder: true, folders });
});

test('Orthanc gives series by C-MOVE to our receiver, bit by bit', { skip }, async (t) => {
  const moveTarget = await moveTargetOf(t, 'ORTHANC');
  const orthanc = await loadedOrthanc(t, moveTarget.receiver.port);
  const pacs = sourceOf(t, {
    port: orthanc.dicomPort,
    calledAeTitle: 'ORTHANC',
    method: 'C-MOVE',
    moveTarget,
  });
  await assertAllCome(pacs, { inOrder: false, folders });
});

test('Orthanc is probed: C-GET, C-MOVE, image level', { skip }, async (t) => {
  const orthanc = await startOrthanc(t);
  const { source } = sourceOf(t, {
    port: orthanc.dicomPort,
    calledAeTitle: 'ORTHANC',
    method: 'auto',
    moveTarget: undefined,
  });
  const { retrieveMethods, imageLevelFind } = await source.probe({});
  assert.deepEqual([retrieveMethods, imageLevelFind], [['C-GET', 'C-MOVE'], true]);
});

for (const method of ['C-GET', 'C-MOVE'] as const) {
  test(`dcmqrscp gives series by ${method}, bit by bit`, { skip }, async (t) => {
    const moveTarget = await moveTargetOf(t, 'QRSCP');
    const archive = await loadedDcmqrscp(t, moveTarget.receiver.port);
    const pacs = sourceOf(t, { port: archive.port, calledAeTitle: 'QRSCP', method, moveTarget });
    await assertAllCome(pacs, { inOrder: false, folders: nativeFolders });
  });
}
