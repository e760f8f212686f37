/** Strangers that fill the DICOM receiver's port with half-open connections, from another process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createHostileRoad, type HostileRoad } from '../e2e/hostile-road.ts';
import { type Child, startChild } from '../support/child.ts';
import type { Owner } from '../support/owner.ts';
import { listSeries } from '../support/scripted-pacs.ts';

const shape = { slices: 12, rows: 64, columns: 64 } as const;
const attackerFile = fileURLToPath(new URL('half-open.child.ts', import.meta.url));

function attack(
  owner: Owner,
  road: HostileRoad,
  options: { readonly count: number; readonly addresses: readonly string[] },
): Promise<Child> {
  const { count, addresses } = options;
  const args = [String(road.receiverPort), String(count), ...addresses];
  return startChild(owner, [process.execPath, attackerFile, ...args], { stopSignal: 'SIGKILL' });
}

async function readVolume(road: HostileRoad, seriesNumber: number): Promise<number> {
  const outcome = await road.read(`${await road.series(seriesNumber)}/volume.nii`);
  assert.equal(outcome.kind, 'whole', JSON.stringify(outcome));
  return outcome.ms;
}

test('half-open connections of strangers do not disturb a C-MOVE', {
  timeout: 120_000,
}, async (t) => {
  const road = await createHostileRoad(t);
  const numbers = [1, 2, 3, 4];
  road.mover.instances = numbers.flatMap((number) =>
    listSeries({ ...shape, seriesNumber: number }),
  );
  await road.start();
  t.diagnostic(`alone: ${await readVolume(road, 1)} ms`);

  await t.test('500 from one address', async (one) => {
    const attacker = await attack(one, road, { count: 500, addresses: ['127.0.0.9'] });
    await attacker.waitForOutput(/OPEN 500/);
    one.diagnostic(`${await readVolume(road, 2)} ms`);
  });

  await t.test('64 from each of sixteen addresses', async (one) => {
    const addresses = Array.from({ length: 16 }, (_, index) => `127.0.1.${index + 1}`);
    const attacker = await attack(one, road, { count: 64, addresses });
    await attacker.waitForOutput(/OPEN 1024/);
    one.diagnostic(`${await readVolume(road, 3)} ms`);
  });

  await t.test('from the address of the PACS, as many as are served beside it', async (one) => {
    const attacker = await attack(one, road, { count: 24, addresses: ['127.0.0.1'] });
    await attacker.waitForOutput(/OPEN 24/);
    one.diagnostic(`${await readVolume(road, 4)} ms`);
  });
  const lines = road.gateway
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"127.0.0.9"'));
  assert.ok(lines.length < 8, `${lines.length} lines of the log about one stranger`);
});
