/**
 * A cold read that is interrupted goes on where it stopped: while the file still grows, after it was
 * published, and when the gateway was started anew in between. After a production that failed it
 * begins again, because nothing proves that the bytes would be the same.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runChild } from '../support/child.ts';
import { requireTool } from '../support/require-tool.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type Story, startStory } from './story.ts';

/** 48 slices of 256 x 256: six megabytes, several batches of the seal and writes of the client. */
const series = [{ slices: 48, rows: 256, columns: 256 }];
const volumeSize = 48 * 256 * 256 * 2 + 352;
/** The archive stops here until it is let go. */
const heldAt = 4_000_000;
const megabyte = 1024 * 1024;
/** Headers, receipts and digests beside the file's bytes. */
const besideBytes = 32_768;

interface Bench {
  readonly story: Story;
  readonly path: string;
  /** Between the client and the gateway. */
  readonly proxy: TcpProxy;
  readonly settings: string;
}

interface Report {
  readonly bytes: number;
  readonly resumedAt: number;
}

async function open(t: TestContext, collection: 'open' | 'sealed'): Promise<Bench> {
  const story = await startStory(t, { series });
  const proxy = await startTcpProxy(t, story.port);
  const settings = story.settingsOf('bob', { gateway: `http://127.0.0.1:${proxy.port}` });
  const directory = await story.series('bob', collection);
  const name = collection === 'open' ? 'volume.nii' : 'volume.nii.c4gh';
  story.toPacs.holdAfter(heldAt);
  return { story, proxy, settings, path: `${directory}/${name}` };
}

async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (await is()) return;
    await delay(20);
  }
  throw new Error(`not within 30 s: ${what}`);
}

/** Begin a get of the cold file, and kill the client when it has a megabyte of it. */
async function killInTheMiddle({ story, path, settings }: Bench, target: string): Promise<number> {
  const child = await story.startMdm('bob', ['get', '-q', path, target], { settings });
  const part = `${target}.mdm-part`;
  await until('a megabyte', () => existsSync(part) && statSync(part).size >= megabyte);
  child.kill('SIGKILL');
  await child.exited;
  return statSync(part).size;
}

async function isPublished({ story, path }: Bench): Promise<boolean> {
  const [stat] = await story.json<{ locality: string }>('bob', 'stat', path);
  return stat?.locality === 'ONLINE_AND_NEARLINE';
}

/** Get it again; the bytes that were there are not sent again. */
async function resume(bench: Bench, target: string, kept: number): Promise<void> {
  const { story, path, proxy, settings } = bench;
  const before = proxy.answered();
  const done = await story.mdm('bob', ['--json', 'get', path, target], { settings });
  assert.equal(done.code, 0, done.stderr);
  const report = JSON.parse(done.stdout) as Report;
  assert.ok(report.resumedAt >= kept - 2 * 65_536, `of ${kept} bytes ${report.resumedAt} count`);
  const sent = proxy.answered() - before;
  assert.ok(sent <= volumeSize - report.resumedAt + besideBytes, `${sent} bytes were sent`);
  assert.equal(readFileSync(target).length, volumeSize);
}

async function reference({ story, path }: Bench): Promise<Buffer> {
  const target = story.file('reference');
  await story.run('bob', 'get', '-q', path, target);
  return readFileSync(target);
}

for (const collection of ['open', 'sealed'] as const) {
  test(`mdm get, killed in the middle of a cold read, goes on: ${collection}`, async (t) => {
    const bench = await open(t, collection);
    const { story } = bench;
    const [growing, published] = [story.file('growing'), story.file('published')];
    const keptGrowing = await killInTheMiddle(bench, growing);
    const keptPublished = await killInTheMiddle(bench, published);
    assert.equal(await isPublished(bench), false);
    // One goes on while the file still grows, and ends when it does.
    const resuming = resume(bench, growing, keptGrowing);
    await until('a connection', () => bench.proxy.connections() >= 3);
    story.toPacs.holdAfter(undefined);
    await resuming;
    await until('published', () => isPublished(bench));
    // The other after a new start of the gateway.
    await story.stop('gateway');
    await story.start('gateway');
    await resume(bench, published, keptPublished);
    assert.deepEqual(readFileSync(published), readFileSync(growing));
    assert.equal(story.logs().match(/recall\.started/g)?.length, 1);
  });
}

test('a production that a new start of the gateway cut is no part of the next', async (t) => {
  const bench = await open(t, 'open');
  const { story, path } = bench;
  const target = story.file('cut');
  await killInTheMiddle(bench, target);
  const before = (await story.fetch('bob', path, { method: 'HEAD' })).headers.get('etag') ?? '';
  assert.match(before, /^"v-/);
  await story.kill('gateway');
  story.toPacs.holdAfter(undefined);
  await story.start('gateway');
  const again = await story.fetch('bob', path, {
    headers: { range: 'bytes=1000-', 'if-range': before },
  });
  assert.equal(again.status, 200, 'all of it: the validator is dead');
  assert.notEqual(again.headers.get('etag'), before);
  const whole = Buffer.from(await again.arrayBuffer());
  const done = await story.mdm('bob', ['--json', 'get', path, target]);
  assert.equal((JSON.parse(done.stdout) as Report).resumedAt, 0, done.stderr);
  assert.deepEqual(readFileSync(target), whole);
  assert.deepEqual(await reference(bench), whole);
});

test('curl -C - goes on with a growing file', { skip: requireTool('curl') }, async (t) => {
  const bench = await open(t, 'open');
  const { story, path, proxy } = bench;
  const target = story.file('curl');
  const url = `http://127.0.0.1:${proxy.port}${path}`;
  const header = `Authorization: Bearer ${story.tokenOf('bob')}`;
  const curl = ['curl', '-sS', '-f', '--max-time', '60', '-H', header, '-o', target, url] as const;
  proxy.cutAfter(1_500_000);
  const cut = await runChild(curl);
  assert.notEqual(cut.code, 0);
  proxy.cutAfter(undefined);
  const kept = statSync(target).size;
  assert.ok(kept > megabyte);
  const before = proxy.answered();
  const etag = (await story.fetch('bob', path, { method: 'HEAD' })).headers.get('etag') ?? '';
  const going = runChild([...curl, '-C', '-', '-H', `If-Range: ${etag}`]);
  await until('more of it', () => statSync(target).size > kept);
  story.toPacs.holdAfter(undefined);
  const done = await going;
  assert.equal(done.code, 0, done.stderr);
  assert.ok(proxy.answered() - before <= volumeSize - kept + besideBytes);
  assert.deepEqual(readFileSync(target), await reference(bench));
});
