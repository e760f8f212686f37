/**
 * The gateway, and key servers with it, are killed at random moments while many small files are
 * recalled and published. What was acknowledged is there, opens and verifies; nothing torn is listed
 * or served; what was left over is gone; recalls go on.
 *
 * `MDM_LONG=1` makes it 60 lives instead of 8: about ten minutes.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listSeries } from '../support/scripted-pacs.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { createHostileRoad, type HostileRoad } from './hostile-road.ts';

const isLong = process.env['MDM_LONG'] === '1';
const lives = isLong ? 60 : 8;
const seriesCount = isLong ? 240 : 40;
const shape = { slices: 4, rows: 32, columns: 32 } as const;
const readers = 4;
/** After each life, of what earlier lives acknowledged; all of it after every 25th, and at the end. */
const sampleCount = 40;

interface Life {
  readonly road: HostileRoad;
  /** SHA-256 of what a file was when it was first read whole, by path. */
  readonly digests: Map<string, string>;
  /** Files that the catalog said are staged. */
  readonly acknowledged: Set<string>;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function isStaged(road: HostileRoad, path: string): Promise<boolean> {
  const { locality } = (await road.api('stat', { path })) as { readonly locality: string };
  return locality.startsWith('ONLINE');
}

/** All files of a collection, listed or staged. */
async function filesOf(road: HostileRoad): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let number = 1; number <= seriesCount; number += 1) {
    const series = await road.series(number);
    const names = await road.names(series);
    paths.push(...names.filter((name) => name.startsWith('i-')).map((name) => `${series}/${name}`));
    paths.push(`${series}/volume.nii`);
  }
  return paths;
}

/** Read until the gateway is gone; a file that came whole must be the same as ever. */
async function readOn(
  { road, digests, acknowledged }: Life,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    try {
      const outcome = await road.read(path);
      if (outcome.kind !== 'whole') {
        if (outcome.kind === 'broken') return;
        assert.match(outcome.code, /^RECALL_(KEYS_UNAVAILABLE|IN_PROGRESS|ABORTED|PACS_\w+)$/);
        continue;
      }
      assert.equal(digests.get(path) ?? sha256(outcome.bytes), sha256(outcome.bytes), path);
      digests.set(path, sha256(outcome.bytes));
      if (await isStaged(road, path)) acknowledged.add(path);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return; // the gateway is gone
    }
  }
}

/** A key server that was killed has no lease until the gateway's next heartbeat: that passes. */
async function readLeased(road: HostileRoad, path: string): ReturnType<HostileRoad['read']> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await road.read(path);
    const isEarly = outcome.kind === 'refused' && outcome.code === 'RECALL_KEYS_UNAVAILABLE';
    if (!isEarly || tries === 30) return outcome;
    await delay(1_000);
  }
}

/** What was acknowledged before is staged now, and is read without asking the PACS. */
async function checkAcknowledged({ road, digests }: Life, paths: Iterable<string>): Promise<void> {
  const before = road.getter.retrieves;
  for (const path of paths) {
    assert.ok(await isStaged(road, path), `${path} was lost`);
    const outcome = await readLeased(road, path);
    assert(outcome.kind === 'whole', `${path}: ${JSON.stringify(outcome)}`);
    assert.equal(sha256(outcome.bytes), digests.get(path), path);
  }
  // Recalls that the kill interrupted go on by themselves; nothing else is fetched.
  assert.ok(road.getter.retrieves - before <= readers, 'nothing was fetched again');
}

function replicaFolders(road: HostileRoad): readonly string[] {
  const entries = readdirSync(join(road.folder, 'gateway', 'computing', 'replicas'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((one) => one.name === 'manifest.json').map((one) => one.parentPath);
}

test(`${lives} kills while files are published`, {
  timeout: isLong ? 3_600_000 : 240_000,
}, async (t) => {
  const source = seededRandom(20240613);
  const random = (): number => Buffer.from(source.bytes(4)).readUInt32LE() / 2 ** 32;
  const road = await createHostileRoad(t);
  road.getter.instances = Array.from({ length: seriesCount }, (_, index) =>
    listSeries({ ...shape, studySeed: 1 + (index % 7), seriesNumber: index + 1 }),
  ).flat();
  await road.start();
  const paths = await filesOf(road);
  const life: Life = { road, digests: new Map(), acknowledged: new Set() };
  for (let count = 0; count < lives; count += 1) {
    const earlier = [...life.acknowledged];
    const start = Math.floor(random() * paths.length);
    const order = [...paths.slice(start), ...paths.slice(0, start)];
    const reading = Array.from({ length: readers }, (_, index) =>
      readOn(
        life,
        order.filter((_path, at) => at % readers === index),
      ),
    );
    await delay(300 + random() * 1500);
    const victim =
      count % 3 === 2 ? (['hospital', 'infrastructure'] as const)[count % 2] : undefined;
    if (victim !== undefined) {
      road.keyServers.get(victim)?.kill('SIGKILL');
      await road.keyServers.get(victim)?.exited;
    }
    road.gateway.kill('SIGKILL');
    await road.gateway.exited;
    await Promise.all(reading);
    if (victim !== undefined) await road.startKeyServer(victim);
    await road.startGateway();
    const sample = Array.from({ length: sampleCount }, () => random() * earlier.length);
    const sampled = earlier.filter((_path, at) => sample.some((one) => Math.floor(one) === at));
    const isWhole = !isLong || count % 25 === 24;
    const recent = [...life.acknowledged].slice(earlier.length);
    await checkAcknowledged(life, isWhole ? life.acknowledged : [...recent, ...sampled]);
  }
  t.diagnostic(`${life.acknowledged.size} of ${paths.length} files acknowledged, none lost`);
  assert.ok(life.acknowledged.size > lives, 'the kills came while files were published');

  // Every file can be had, the same as ever, and nothing is left over.
  for (const path of paths) {
    const outcome = await readLeased(road, path);
    assert(outcome.kind === 'whole', `${path}: ${JSON.stringify(outcome)}`);
    assert.equal(digestOr(life, path, outcome.bytes), sha256(outcome.bytes), path);
  }
  road.gateway.kill('SIGTERM');
  await road.gateway.exited;
  await road.startGateway();
  let staged = 0;
  for (const path of paths) if (await isStaged(road, path)) staged += 1;
  assert.equal(staged, paths.length);
  assert.equal(replicaFolders(road).length, staged, 'no replica that no file names');
  const target = join(road.folder, 'whole.nii');
  const got = await road.mdm('get', '--quiet', paths.at(-1) ?? '', target);
  assert.equal((await got.exited).code, 0, `it verifies: ${got.stderr()}`);
});

function digestOr({ digests }: Life, path: string, bytes: Uint8Array): string {
  return digests.get(path) ?? sha256(bytes);
}
