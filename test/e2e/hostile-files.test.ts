/**
 * Issue: every hostile file as C-STORE of a C-GET and of a C-MOVE. Each gets a coded answer within a
 * second, at no more than 64 MiB, and the gateway goes on serving.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileHeaderReader, sopClass } from '../../src/dicom/index.ts';
import { requireData, testData } from '../support/data.ts';
import type { Owner } from '../support/owner.ts';
import { listInstance, listSeries, type ScriptedInstance } from '../support/scripted-pacs.ts';
import { createHostileRoad, type HostileRoad } from './hostile-road.ts';

const mebibyte = 1024 * 1024;
const skip = requireData('hostile/manifest.json');
const folder = testData('hostile') ?? '';
const files = skip === false ? readdirSync(folder).filter((name) => name.endsWith('.dcm')) : [];
const explicit = '1.2.840.10008.1.2.1';
const goodShape = { slices: 4, rows: 16, columns: 16 } as const;
/** Series number of the good series of each PACS. */
const goodNumber = { 'C-GET': 9001, 'C-MOVE': 9002 } as const;

interface Hostile {
  readonly name: string;
  readonly seriesNumber: number;
  readonly instance: ScriptedInstance;
}

/** What a file claims to be, and its data set; all of it as a CT where it is not parsable. */
function parts(file: Buffer): { sopClassUid: string; syntax: string; dataSet: Uint8Array } {
  try {
    const opened = createFileHeaderReader().push(file);
    if (opened === undefined) throw new Error('no data set');
    const { meta, rest } = opened;
    return {
      sopClassUid: meta.mediaStorageSopClassUid ?? sopClass.CTImageStorage,
      syntax: meta.transferSyntaxUid,
      dataSet: rest.slice(),
    };
  } catch {
    return { sopClassUid: sopClass.CTImageStorage, syntax: explicit, dataSet: file };
  }
}

const capture = `${sopClass.SecondaryCaptureImageStorage}\0`;

/** Secondary captures are withheld by their class alone: as a CT image more of a file is looked at. */
function asCtImage(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const changed = Buffer.from(text.replaceAll(capture, `${sopClass.CTImageStorage}\0`), 'latin1');
  const conversionType = changed.indexOf(Buffer.from('080064004353', 'hex'));
  if (conversionType >= 0) changed.writeUInt16LE(0x0061, conversionType + 2);
  return changed;
}

function sopInstanceUidOf(dataSet: Uint8Array, fallback: string): string {
  const at = Buffer.from(dataSet).indexOf(Buffer.from('080018005549', 'hex'));
  if (at < 0 || at + 8 > dataSet.length) return fallback;
  const length = Buffer.from(dataSet).readUInt16LE(at + 6);
  const uid = Buffer.from(dataSet.subarray(at + 8, at + 8 + length)).toString('latin1');
  return uid.replace(/\0+$/, '');
}

function hostileOf(name: string, index: number): Hostile[] {
  const { sopClassUid, syntax, dataSet } = parts(readFileSync(join(folder, name)));
  return [false, true].map((asCt) => {
    const seriesNumber = 1 + 2 * index + Number(asCt);
    const series = `2.25.4711.${seriesNumber}`;
    const instance = {
      sopClassUid: asCt ? sopClass.CTImageStorage : sopClassUid,
      sopInstanceUid: sopInstanceUidOf(dataSet, `${series}.1`),
      studyInstanceUid: '2.25.4711',
      seriesInstanceUid: series,
      transferSyntaxUid: syntax,
      dataSet: asCt ? asCtImage(dataSet) : dataSet,
    };
    const listed = listInstance(instance, { SeriesNumber: seriesNumber, Rows: 2, Columns: 2 });
    return { name: asCt ? `${name} as CT` : name, seriesNumber, instance: listed };
  });
}

const hostile = files.flatMap(hostileOf);

async function startRoad(owner: Owner): Promise<HostileRoad> {
  const road = await createHostileRoad(owner);
  for (const [pacs, method] of [
    [road.getter, 'C-GET'],
    [road.mover, 'C-MOVE'],
  ] as const) {
    // Other studies at each PACS, else they are one series at two sources.
    const own = hostile.map(({ instance, seriesNumber }) =>
      listInstance(
        { ...instance, studyInstanceUid: `2.25.4711.${method === 'C-GET' ? 1 : 2}` },
        { SeriesNumber: numberAt(method, seriesNumber), Rows: 2, Columns: 2 },
      ),
    );
    pacs.instances = [...own, ...listSeries({ ...goodShape, seriesNumber: goodNumber[method] })];
  }
  await road.start();
  for (const number of Object.values(goodNumber)) await road.series(number);
  return road;
}

function numberAt(method: 'C-GET' | 'C-MOVE', seriesNumber: number): number {
  return method === 'C-GET' ? seriesNumber : seriesNumber + 1000;
}

/** A coded answer, quickly, and in bounded memory. */
async function check(road: HostileRoad, path: string): Promise<string> {
  road.resetPeak();
  const { residentBytes } = road.memory();
  const outcome = await road.read(path);
  const grown = road.memory().peakBytes - residentBytes;
  const figures = `${outcome.ms} ms, ${(grown / mebibyte).toFixed(1)} MiB`;
  // A second of the gateway's own work; a machine that is busy with other tests may take longer.
  const slack = availableParallelism() > (loadavg()[0] ?? 0) ? 1 : 5;
  assert.ok(outcome.ms < 1000 * slack && grown < 64 * mebibyte, figures);
  assert.notEqual(outcome.kind, 'broken');
  if (outcome.kind === 'whole') return `${outcome.bytes.length} bytes, ${figures}`;
  assert.ok(outcome.kind === 'refused');
  assert.match(
    outcome.code,
    /^RECALL_(WITHHELD|OBJECT_DAMAGED|PACS_FAILED|GEOMETRY_REFUSED|LIMIT_EXCEEDED)$/,
  );
  return `${outcome.code} ${outcome.reason ?? ''}, ${figures}`;
}

test('every hostile file as C-STORE of a retrieve', { skip, timeout: 120_000 }, async (t) => {
  const road = await startRoad(t);
  for (const method of ['C-GET', 'C-MOVE'] as const) {
    for (const { name, seriesNumber } of hostile) {
      await t.test(`${method}: ${name}`, async (one) => {
        const series = await road.series(numberAt(method, seriesNumber));
        const [instance = ''] = (await road.names(series)).filter((each) => each.startsWith('i-'));
        one.diagnostic(`instance: ${await check(road, `${series}/${instance}`)}`);
        one.diagnostic(`volume: ${await check(road, `${series}/volume.nii`)}`);
      });
    }
    await t.test(`${method}: a good series after all of them`, async () => {
      const outcome = await road.read(`${await road.series(goodNumber[method])}/volume.nii`);
      assert.equal(outcome.kind, 'whole');
    });
  }
});
