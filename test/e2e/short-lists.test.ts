/** Archives whose lists are short, or that no count confirms: what the reader and the operator are told. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { mdmEntry } from '../../demo/command.ts';
import { dataSetOf, getString, tag } from '../../src/dicom/index.ts';
import { type Finished, runChild } from '../support/child.ts';
import { listSeries } from '../support/scripted-pacs.ts';
import { createHostileRoad, type HostileRoad } from './hostile-road.ts';

const shape = { slices: 4, rows: 8, columns: 8, studySeed: 8 } as const;
/** What the archive states as NumberOfSeriesRelatedInstances, by series number. */
const counts: Readonly<Record<string, string>> = { 1: '4', 2: '', 3: '1', 4: '6' };

function mdm(road: HostileRoad, ...args: readonly string[]): Promise<Finished> {
  const env = {
    MDM_SETTINGS: road.settings,
    XDG_STATE_HOME: join(road.folder, 'state'),
    BEARER_TOKEN: '',
    BEARER_TOKEN_FILE: '',
  };
  return runChild([process.execPath, mdmEntry, ...args], { env });
}

test('a reader is told whether the archive confirms that a file is complete', async (t) => {
  const road = await createHostileRoad(t);
  const numbers = Object.keys(counts).map(Number);
  road.getter.instances = numbers.flatMap((seriesNumber) => listSeries({ ...shape, seriesNumber }));
  road.getter.answers = (query, truth) =>
    truth.map((answer) => {
      if (getString(query, tag.QueryRetrieveLevel) !== 'SERIES') return answer;
      const number = getString(answer, tag.SeriesNumber);
      // The recall asks for the count alone, by the UID of the series.
      const uid = getString(answer, tag.SeriesInstanceUID);
      const held = road.getter.instances.find((each) => each.seriesInstanceUid === uid);
      const known = number ?? (held && getString(held.header, tag.SeriesNumber)) ?? '';
      const stated = dataSetOf({ NumberOfSeriesRelatedInstances: counts[known] ?? '' });
      return new Map([...answer, ...stated]);
    });
  await road.start();
  const pathOf = async (number: number): Promise<string> =>
    `${await road.series(number)}/volume.nii`;

  const said: string[] = [];
  for (const number of [1, 2, 3]) {
    const target = join(road.folder, `${number}.nii`);
    const { code, stdout, stderr } = await mdm(road, 'get', '-q', await pathOf(number), target);
    assert.equal(code, 0, stderr);
    said.push(/verified, (.*)/.exec(stdout)?.[1] ?? stdout);
  }
  assert.deepEqual(said, [
    'complete',
    'not confirmed by the archive (it states no count)',
    'not confirmed by the archive (it counts fewer than it lists)',
  ]);
  const json = await mdm(road, 'get', '--json', await pathOf(3), join(road.folder, '3.nii'));
  const { complete, unconfirmed } = JSON.parse(json.stdout) as Record<string, unknown>;
  assert.deepEqual([complete, unconfirmed], [false, 'counted-fewer']);

  const short = await mdm(road, 'get', '-q', await pathOf(4), join(road.folder, '4.nii'));
  assert.notEqual(short.code, 0);
  assert.match(short.stderr, /RECALL_INCOMPLETE/);
  assert.match(short.stderr, /counts 6 instances and lists 4/);

  const status = await mdm(road, 'status');
  assert.match(status.stdout, /PACS getter.*\n {2}last walk .*: 4 series, not complete\n/);
  assert.match(status.stdout, /1 × IMAGE cut short: the archive counts more than it lists/);
  const leftOut = /.*"registration.left_out".*/.exec(road.gateway.stderr())?.[0] ?? '';
  const { level, reason, queryLevel } = JSON.parse(leftOut) as Record<string, unknown>;
  assert.deepEqual([level, reason, queryLevel], ['warn', 'list-short', 'IMAGE']);
  const walked =
    /.*"registration.crawled","pacs":"getter".*/.exec(road.gateway.stderr())?.[0] ?? '';
  assert.equal((JSON.parse(walked) as { complete: unknown }).complete, false);
});
