/**
 * Announcing many series keeps nobody waiting, on storage whose every sync takes 30 ms, as a
 * hospital's does: the event loop of the gateway is watched from within while another process asks.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startChild } from '../support/child.ts';
import { type Installation, startInstallation } from '../support/gateway.ts';
import { processMemory } from '../support/process-memory.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

/** `MDM_LONG=1`: the number of the goal. */
const long = process.env['MDM_LONG'] === '1';
const seriesCount = long ? 100_000 : 2_000;
const syncDelayMs = 30;
/** From the start to the first walk; the control is measured before it. */
const firstWalkMs = 12_000;
/** What the goal allows above a control. */
const delayMaxMs = 50;
/** A slow machine takes longer than the short suite has; this much of it is watched. */
const walkMsMax = long ? 7_000_000 : 40_000;
/** Between two listings; one of 100,000 entries is 37 MB, and is not to be most of what is done. */
const readEveryMs = long ? 5_000 : 20;

interface Seen {
  readonly samples: number;
  readonly p50: number;
  readonly p999: number;
  readonly max: number;
}

/** What the gateway saw since it was last asked. */
async function seenBy(prefix: string, pid: number): Promise<Seen> {
  rmSync(`${prefix}.json`, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (let look = 0; look < 500 && !existsSync(`${prefix}.json`); look += 1) await pause(10);
  return JSON.parse(readFileSync(`${prefix}.json`, 'utf8')) as Seen;
}

/** The command under which every sync takes as long. */
function slowly(delayMs: number): readonly string[] {
  const inject = `inject=fsync,fdatasync:delay_exit=${delayMs * 1000}`;
  const trace = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync'];
  return ['strace', ...trace, '-e', inject];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Ask and read a listing until `until` settles; the milliseconds of each. */
async function readers(site: Installation, until: Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  const end = { isThere: false };
  const stop = (): void => {
    end.isThere = true;
  };
  until.then(stop, stop);
  while (!end.isThere) {
    const startMs = performance.now();
    const headers = { Depth: '1' };
    const answer = await site.fetch('bob', '/test/open', { method: 'PROPFIND', headers });
    await answer.text();
    took.push(performance.now() - startMs);
    await pause(readEveryMs);
  }
  return took;
}

test('the event loop is not held up while many series are announced and read', {
  skip: requireTool('strace'),
  timeout: long ? 7_200_000 : 150_000,
}, async (t) => {
  // Ended first of all: it holds on to its output after strace has ended.
  let gateway: number | undefined;
  t.after(() => gateway !== undefined && process.kill(gateway, 'SIGKILL'));
  const folder = await tempFolder(t);
  const prefix = join(folder, 'loop');
  const many = fileURLToPath(new URL('../support/many-series.child.ts', import.meta.url));
  const watch = new URL('../support/loop-delay.child.ts', import.meta.url).href;
  const pacs = await startChild(t, [process.execPath, many, `${seriesCount}`]);
  const [, port] = await pacs.waitForOutput(/PORT (\d+)/);
  const site = await startInstallation(t, {
    pacs: [{ name: 'pacs', port: Number(port), aeTitle: 'MANY', retrieve: 'C-GET' }],
    extra: { crawl: { atStart: false, everyMinutes: firstWalkMs / 60_000 } },
    gateway: {
      under: slowly(syncDelayMs),
      env: { NODE_OPTIONS: `--import=${watch}`, MDM_LOOP_DELAY: prefix },
    },
  });
  gateway = Number(readFileSync(`${prefix}.pid`, 'utf8'));
  await seenBy(prefix, gateway);
  await readers(site, pause(firstWalkMs / 2));
  const control = await seenBy(prefix, gateway);
  const walked = site
    .service('gateway')
    .waitForOutput(/registration\.crawled".*/, walkMsMax)
    .then(
      () => true,
      () => false,
    );
  const startMs = performance.now();
  const took = await readers(site, walked);
  const busy = await seenBy(prefix, gateway);
  const walkSeconds = (performance.now() - startMs) / 1000;
  const peakMebibytes = processMemory(gateway).peakBytes / 2 ** 20;
  t.diagnostic(`watched for ${walkSeconds.toFixed(0)} s, at most ${peakMebibytes.toFixed(0)} MiB`);
  t.diagnostic(`control: ${JSON.stringify(control)}`);
  t.diagnostic(`${seriesCount} series: ${JSON.stringify(busy)}`);
  t.diagnostic(`${took.length} listings, the longest ${Math.max(...took).toFixed(0)} ms`);
  assert.ok(!long || (await walked), 'the walk came to its end');
  assert.ok(busy.p999 <= control.p999 + delayMaxMs, `held up for ${busy.p999.toFixed(0)} ms`);
});
