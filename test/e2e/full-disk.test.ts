/**
 * A disk that fills: replicas go for what is wanted now, what cannot fit is refused by name at every
 * door, and when there is space again files are read again, without a restart.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listSeries } from '../support/scripted-pacs.ts';
import { createHostileRoad, type HostileRoad, type ReadOutcome } from './hostile-road.ts';

/** A volume of 256 KiB. */
const shape = { slices: 8, rows: 128, columns: 128 } as const;
const diskBytes = 8 * 1024 * 1024;
const keptBytes = Math.floor(diskBytes * 0.05);
/** Less than a volume. */
const littleBytes = 100 * 1024;

const canMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    .status === 0;
const skip = !canMount && 'no user namespaces with mounts here';

interface Bench {
  readonly road: HostileRoad;
  /** Paths of volumes by series number. */
  volume(number: number): Promise<string>;
  /** What became of a read: `whole`, `broken`, or a code. */
  read(number: number): Promise<string>;
  isStaged(number: number): Promise<boolean>;
  /** Somebody else writes until so much is free. */
  fillTo(freeBytes: number): void;
  makeSpace(): void;
  /** Also has the gateway look at its disk now. */
  status(): Promise<string>;
  mdm(...args: readonly string[]): Promise<{ code: number | null; stderr: string }>;
}

/** A gateway whose replicas are on a small disk of their own. */
async function open(t: TestContext): Promise<Bench> {
  const road: HostileRoad = await createHostileRoad(t, {
    wrapGateway: (command) => [
      'unshare',
      '-rm',
      'sh',
      '-c',
      `mkdir -p "$0" && mount -t tmpfs -o size=${diskBytes} tmpfs "$0" && exec "$@"`,
      join(road.folder, 'gateway', 'computing', 'replicas'),
      ...command,
    ],
  });
  road.getter.instances = Array.from({ length: 4 }, (_, index) =>
    listSeries({ ...shape, seriesNumber: index + 1 }),
  ).flat();
  await road.start();
  const replicas = `/proc/${road.gateway.pid}/root${road.folder}/gateway/computing/replicas`;
  let fillers = 0;
  const volume = async (number: number) => `${await road.series(number)}/volume.nii`;
  const mdm: Bench['mdm'] = async (...args) => {
    const child = await road.mdm(...args);
    return { code: (await child.exited).code, stderr: child.stderr() };
  };
  return {
    road,
    volume,
    mdm,
    read: async (number) => codeOf(await road.read(await volume(number))),
    async isStaged(number) {
      const { locality } = (await road.api('stat', { path: await volume(number) })) as {
        locality: string;
      };
      return locality === 'ONLINE_AND_NEARLINE';
    },
    fillTo(freeBytes) {
      const { bavail, bsize } = statfsSync(replicas);
      fillers += 1;
      const bytes = new Uint8Array(Math.max(0, bavail * bsize - freeBytes));
      writeFileSync(join(replicas, `filler-${fillers}`), bytes);
    },
    makeSpace() {
      for (; fillers > 0; fillers -= 1) rmSync(join(replicas, `filler-${fillers}`));
    },
    async status() {
      const child = await road.mdm('status');
      await child.exited;
      return child.stdout();
    },
  };
}

function codeOf(outcome: ReadOutcome): string {
  return outcome.kind === 'refused' ? `${outcome.status} ${outcome.code}` : outcome.kind;
}

const refused = '507 RECALL_STORAGE_FULL';

test('replicas go before a file is refused; nothing goes in vain', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const bench = await open(t);
  assert.equal(await bench.read(1), 'whole');
  assert.doesNotMatch(await bench.status(), /the disk is full/);
  bench.fillTo(keptBytes + littleBytes);
  assert.match(await bench.status(), /warning: the disk has room for 1\d\d\.\d kB/);
  assert.equal(await bench.read(2), 'whole');
  assert.deepEqual([await bench.isStaged(1), await bench.isStaged(2)], [false, true]);
  bench.fillTo(littleBytes);
  assert.match(await bench.status(), /disk 1\d\d\.\d kB free, .*\nwarning: the disk is full/);
  assert.equal(await bench.read(3), refused);
  assert.equal(await bench.read(3), refused);
  // What is staged is still served, and all of it would not have been enough.
  assert.equal(await bench.read(2), 'whole');
  bench.makeSpace();
  assert.equal(await bench.read(3), 'whole');
});

test('each door says so, once, and who can mend it', { skip, timeout: 60_000 }, async (t) => {
  const bench = await open(t);
  const path = await bench.volume(1);
  bench.fillTo(0);
  const response = await bench.road.fetch(path);
  await response.body?.cancel();
  assert.equal(response.status, 507);
  assert.equal(response.headers.get('retry-after'), null, 'RFC 4918 11.5: not by itself');
  const target = join(bench.road.folder, 'v.nii');
  for (const args of [
    ['get', path, target],
    ['get', '-r', path, '-t', `${target}.d`],
  ]) {
    const got = await bench.mdm(...args);
    assert.equal(got.code, 6, got.stderr);
    assert.equal(got.stderr.match(/RECALL_STORAGE_FULL/g)?.length, 1, got.stderr);
    assert.match(got.stderr, /Tell the site operator, who can make room/);
    assert.match(got.stderr, /request id: [0-9a-z]{16}/);
  }
  assert.equal(await srmCodeOf(bench.road, path), 'SRM_NO_FREE_SPACE');
  bench.makeSpace();
  assert.equal((await bench.mdm('get', path, target)).code, 0);
});

test('a disk that fills while a file is made', { skip, timeout: 60_000 }, async (t) => {
  const bench = await open(t);
  assert.equal(await bench.read(1), 'whole');
  // What was measured a moment ago is believed; then somebody else takes it.
  await bench.status();
  bench.fillTo(littleBytes);
  assert.match(await bench.read(2), /^broken$|^507 /);
  assert.equal(await bench.read(2), refused, 'a reader is not sent round in circles');
  bench.makeSpace();
  let last = '';
  for (let tries = 0; tries < 400 && last !== 'whole'; tries += 1) {
    last = await bench.read(2);
    if (last !== 'whole') await delay(25);
  }
  assert.equal(last, 'whole');
});

/** What SRM says of a file asked for. */
async function srmCodeOf(road: HostileRoad, path: string): Promise<string> {
  const host = new URL(road.url).host;
  const asked = `<arrayOfFileRequests><requestArray><sourceSURL>srm://${host}${path}</sourceSURL></requestArray></arrayOfFileRequests>`;
  let reply = await srm(road, 'srmPrepareToGet', asked);
  const token = /<requestToken>([^<]*)</.exec(reply)?.[1] ?? '';
  for (let tries = 0; tries < 400; tries += 1) {
    const code = [...reply.matchAll(/<statusCode>(\w+)</g)].at(-1)?.[1] ?? '';
    if (!/QUEUED|INPROGRESS/.test(code)) return code;
    await delay(25);
    reply = await srm(road, 'srmStatusOfGetRequest', `<requestToken>${token}</requestToken>`);
  }
  return reply;
}

async function srm(road: HostileRoad, operation: string, parameters: string): Promise<string> {
  const body = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:s="http://srm.lbl.gov/StorageResourceManager"><e:Body><s:${operation}><${operation}Request>${parameters}</${operation}Request></s:${operation}></e:Body></e:Envelope>`;
  const response = await road.fetch('/srm/managerv2', { method: 'POST', body });
  return response.text();
}
