/** The demonstration PACS shares our dimse, so only foreign programs prove it. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type DemoPacs, startDemoPacs } from '../../demo/pacs/demo-pacs.ts';
import { runChild, runTool, startChild } from '../support/child.ts';
import { freePort } from '../support/free-port.ts';
import { makeSeries, seriesIdentity, writeSeries } from '../support/make-series.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

const study = seriesIdentity();
const level = (name: string): string[] => ['-S', '-k', `QueryRetrieveLevel=${name}`];
const skip = requireTool('echoscu', 'findscu', 'getscu', 'movescu', 'storescu', 'storescp');

/** A PACS with a CT series of 8 and an MR series of 5 slices in one study. */
async function startPacs(
  t: TestContext,
  destinations: Readonly<Record<string, { host: string; port: number }>> = {},
): Promise<DemoPacs> {
  const folder = await tempFolder(t);
  await writeSeries(join(folder, 'ct'), { seriesNumber: 1 });
  await writeSeries(join(folder, 'mr'), { modality: 'MR', slices: 5, seriesNumber: 2 });
  const pacs = await startDemoPacs({ folder, port: 0, aeTitle: 'DEMO', destinations });
  t.after(() => pacs.close());
  return pacs;
}

const peer = (pacs: DemoPacs): string[] => ['-aec', 'DEMO', '127.0.0.1', String(pacs.port)];

test('echoscu verifies, and is refused under another called AE title', { skip }, async (t) => {
  const pacs = await startPacs(t);
  await runTool('echoscu', ...peer(pacs));
  const refused = await runChild(['echoscu', '-aec', 'OTHER', '127.0.0.1', String(pacs.port)]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /Called AE Title Not Recognized/);
});

test('findscu finds studies, series with wildcards and counts, images with positions', {
  skip,
}, async (t) => {
  const pacs = await startPacs(t);
  const find = async (...keys: string[]): Promise<string> => {
    const { stdout, stderr } = await runChild(['findscu', ...keys, ...peer(pacs)]);
    return stdout + stderr;
  };
  const studies = await find(
    ...level('STUDY'),
    '-k',
    'PatientName=SYN*a?A',
    '-k',
    'NumberOfStudyRelatedInstances',
  );
  assert.match(studies, /NumberOfStudyRelatedInstances/);
  assert.match(studies, /IS \[13/);
  const none = await find(...level('STUDY'), '-k', 'PatientName=NOBODY*', '-k', 'StudyInstanceUID');
  assert.doesNotMatch(none, new RegExp(study.studyInstanceUid));
  const series = await find(
    ...level('SERIES'),
    '-k',
    `StudyInstanceUID=${study.studyInstanceUid}`,
    '-k',
    'Modality=M?',
    '-k',
    'SeriesInstanceUID',
    '-k',
    'NumberOfSeriesRelatedInstances',
  );
  assert.match(series, /IS \[5/);
  assert.doesNotMatch(series, new RegExp(`\\[${study.seriesInstanceUid}`));
  const images = await find(
    ...level('IMAGE'),
    '-k',
    `SeriesInstanceUID=${study.seriesInstanceUid}`,
    '-k',
    'SOPInstanceUID',
    '-k',
    'ImagePositionPatient',
    '-k',
    'Rows',
  );
  assert.equal([...images.matchAll(/DS \[-10\\-20\\/g)].length, 8);
});

test('getscu gets a list of instances, bytes as they are on disk', { skip }, async (t) => {
  const pacs = await startPacs(t);
  const out = await tempFolder(t);
  const made = [...makeSeries()].slice(2, 5);
  const uids = made.map(({ sopInstanceUid }) => sopInstanceUid).join('\\');
  await runTool(
    'getscu',
    '+B',
    '-od',
    out,
    ...level('IMAGE'),
    '-k',
    `StudyInstanceUID=${study.studyInstanceUid}`,
    '-k',
    `SeriesInstanceUID=${study.seriesInstanceUid}`,
    '-k',
    `SOPInstanceUID=${uids}`,
    ...peer(pacs),
  );
  await assertHolds(out, made);
});

test('movescu moves a series to a listed destination and to no other', { skip }, async (t) => {
  const port = await freePort();
  const out = await tempFolder(t);
  const receiver = await startChild(t, [
    'storescp',
    '+B',
    '-aet',
    'DEST',
    '-od',
    out,
    String(port),
  ]);
  await receiver.waitForPort(port);
  const pacs = await startPacs(t, { DEST: { host: '127.0.0.1', port } });
  const keys = [
    ...level('SERIES'),
    '-k',
    `StudyInstanceUID=${study.studyInstanceUid}`,
    '-k',
    `SeriesInstanceUID=${study.seriesInstanceUid}`,
  ];
  await runTool('movescu', '-aem', 'DEST', ...keys, ...peer(pacs));
  await assertHolds(out, [...makeSeries()]);
  const unknown = await runChild(['movescu', '-v', '-aem', 'ELSEWHERE', ...keys, ...peer(pacs)]);
  assert.match(unknown.stderr, /MoveDestinationUnknown/);
});

test('storescu stores, and what it stored is found and got again', { skip }, async (t) => {
  const pacs = await startPacs(t);
  const folder = await tempFolder(t);
  const [path = ''] = await writeSeries(folder, { slices: 1, seriesNumber: 7 });
  await runTool('storescu', ...peer(pacs), path);
  const [made] = [...makeSeries({ slices: 1, seriesNumber: 7 })];
  assert(made !== undefined);
  const held = pacs.index.instances.get(made.sopInstanceUid);
  assert(held !== undefined);
  assert.deepEqual(Buffer.from((await held.open()) as Uint8Array), Buffer.from(made.dataSet));
});

/** The files of `folder` are exactly `made`: their data sets, bit by bit. */
async function assertHolds(
  folder: string,
  made: readonly { readonly sopInstanceUid: string; readonly dataSet: Uint8Array }[],
): Promise<void> {
  const names = await readdir(folder);
  assert.equal(names.length, made.length);
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  for (const { sopInstanceUid, dataSet } of made) {
    const file = files.find(
      (bytes) => bytes.includes(sopInstanceUid) && bytes.subarray(-dataSet.length).equals(dataSet),
    );
    assert(file !== undefined, `${sopInstanceUid} arrived bit by bit`);
  }
}
