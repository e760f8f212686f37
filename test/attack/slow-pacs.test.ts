/** An archive that answers without end: what another one has is fetched meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dimseStatus } from '../../src/dimse/index.ts';
import { createHostileRoad } from '../e2e/hostile-road.ts';
import { listSeries } from '../support/scripted-pacs.ts';

const shape = { slices: 6, rows: 32, columns: 32 } as const;
/** More than are worked on at a time. */
const slow = [1, 2, 3, 4, 5, 6] as const;
const other = 9;

test('a PACS that never ends takes no worker from another', { timeout: 120_000 }, async (t) => {
  const road = await createHostileRoad(t);
  const series = (seriesNumber: number, studySeed: number) =>
    listSeries({ ...shape, seriesNumber, seed: seriesNumber, studySeed });
  road.getter.instances = slow.flatMap((number) => series(number, 1));
  road.mover.instances = series(other, 2);
  road.getter.script = async ({ respond, signal }) => {
    for (let seconds = 0; seconds < 100 && !signal.aborted; seconds += 1) {
      await respond(dimseStatus.pending, { remaining: shape.slices });
      await delay(1_000, undefined, { signal }).catch(() => undefined);
    }
  };
  await road.start();
  const paths = await Promise.all(slow.map((number) => road.series(number)));
  const path = await road.series(other);
  const leaving = new AbortController();
  t.after(() => leaving.abort());
  const waiting = paths.map((each) =>
    road.fetch(`${each}/volume.nii`, { signal: leaving.signal }).catch(() => undefined),
  );
  await road.gateway.waitForOutput(/(?:recall\.started[^]*?){4}/);
  const outcome = await road.read(`${path}/volume.nii`);
  t.diagnostic(`${outcome.ms} ms`);
  assert.equal(outcome.kind, 'whole', JSON.stringify(outcome));
  leaving.abort();
  await Promise.all(waiting);
});
