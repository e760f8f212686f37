/**
 * Disks that fail: what cannot be made durable is not acknowledged, readers get a code, and when the
 * disk is well again so is the gateway.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../support/child.ts';
import { requireTool } from '../support/require-tool.ts';
import { listSeries } from '../support/scripted-pacs.ts';
import { createHostileRoad, type HostileRoad, type ReadOutcome } from './hostile-road.ts';

const shape = { slices: 8, rows: 128, columns: 128 } as const;
const coded = /^(broken|RECALL_[A-Z_]+|FILES_[A-Z_]+|AUDIT_UNAVAILABLE)$/;

function load(road: HostileRoad, count: number): void {
  road.getter.instances = Array.from({ length: count }, (_, index) =>
    listSeries({ ...shape, seriesNumber: index + 1 }),
  ).flat();
}

function codeOfRead(outcome: ReadOutcome): string {
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}

async function volume(road: HostileRoad, number: number): Promise<string> {
  return `${await road.series(number)}/volume.nii`;
}

/** Read `paths` while fsync fails. */
async function failing(
  t: TestContext,
  road: HostileRoad,
  { when, paths }: { readonly when: string; readonly paths: readonly string[] },
): Promise<void> {
  const strace = await startChild(t, [
    'strace',
    '-f',
    '-p',
    String(road.gateway.pid),
    '-e',
    'trace=fsync,fdatasync',
    '-e',
    `inject=fsync,fdatasync:error=EIO${when}`,
  ]);
  await strace.waitForOutput(/attached/);
  await delay(200); // all threads
  for (const path of paths) {
    const outcome = await road.read(path);
    const code = codeOfRead(outcome);
    t.diagnostic(`EIO${when}: ${code}${outcome.kind === 'refused' ? ` ${outcome.reason}` : ''}`);
    if (when === '') assert.match(code, coded);
    else assert.match(code, /^whole$|^(broken|RECALL_[A-Z_]+|FILES_[A-Z_]+|AUDIT_UNAVAILABLE)$/);
  }
  await strace.stop();
  assert.match(strace.stderr(), /EIO.*INJECTED/);
}

test('fsync fails: nothing is acknowledged, and all is well after a restart', {
  skip: requireTool('strace'),
  timeout: 60_000,
}, async (t) => {
  const road = await createHostileRoad(t);
  load(road, 9);
  await road.start();
  assert.equal(codeOfRead(await road.read(await volume(road, 1))), 'whole');
  const paths = await Promise.all([2, 3, 4, 5, 6, 7, 8].map((number) => volume(road, number)));
  // All of them; then only the first, second, third of each thread, so that later steps are met too.
  for (const when of ['', ':when=1', ':when=2', ':when=3']) {
    await failing(t, road, { when, paths });
    t.diagnostic(`without a restart: ${codeOfRead(await road.read(paths[0] ?? ''))}`);
  }
  road.gateway.kill('SIGKILL');
  await road.gateway.exited;
  await road.startGateway();
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    assert.equal(codeOfRead(await road.read(await volume(road, number))), 'whole');
  }
});
