import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absent } from './absent.ts';
import { runChild, startChild } from './child.ts';
import { fixture, requireData, testData } from './data.ts';
import { makeSeries } from './make-series.ts';
import { manualClock } from './manual-clock.ts';
import { findTool, requireTool, toolPackages } from './require-tool.ts';
import { seededRandom } from './seeded-random.ts';

/** Run `body` as it would run on a machine with these variables. */
function withEnvironment(variables: Readonly<Record<string, string>>, body: () => void): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    body();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test('what is absent skips with its reason on a bare machine and fails in CI', () => {
  withEnvironment({ CI: '' }, () => {
    assert.equal(absent([]), false);
    assert.match(String(requireTool('no-such-tool')), /no-such-tool/);
    assert.match(String(requireData('no/such/data')), /MDM_TEST_DATA/);
  });
  withEnvironment({ CI: 'true' }, () => {
    assert.equal(requireTool('sh'), false);
    assert.throws(() => requireTool('no-such-tool'), /CI=true/);
    assert.throws(() => requireData('no/such/data'), /CI=true/);
  });
});

test('the list of packages names every command once', () => {
  const commands = toolPackages().flatMap((one) => one.commands);
  assert.ok(commands.includes('storescu'));
  assert.equal(new Set(commands).size, commands.length);
  assert.equal(findTool('no-such-tool'), undefined);
});

test('test data come from the full set if there is one, else from the fixtures', () => {
  withEnvironment({ MDM_TEST_DATA: '/nowhere' }, () => {
    assert.equal(testData('deident/key.json'), fixture('deident/key.json'));
  });
});

test('a child is waited for by what it says, and stopped', async (t) => {
  const child = await startChild(t, ['sh', '-c', 'echo port 4711; exec sleep 60']);
  const [, port] = await child.waitForOutput(/port (\d+)/);
  assert.equal(port, '4711');
  assert.deepEqual(await child.stop(), { code: null, signal: 'SIGTERM' });
});

test('a child that ends early is an error with its output, not a wait', async (t) => {
  const child = await startChild(t, ['sh', '-c', 'echo no licence >&2; exit 3']);
  await assert.rejects(child.waitForOutput(/ready/), /no licence/);
});

test('a child that does not exist is an error', async (t) => {
  await assert.rejects(startChild(t, ['/no/such/program']), /ENOENT/);
  await assert.rejects(runChild(['/no/such/program']), /ENOENT/);
});

test('a finished child gives its code and both streams, and one that hangs is killed', async () => {
  const done = await runChild(['sh', '-c', 'cat; echo err >&2; exit 3'], { input: 'in' });
  assert.deepEqual([done.code, done.stdout, done.stderr], [3, 'in', 'err\n']);
  const hung = await runChild(['sleep', '60'], { timeoutMs: 20 });
  assert.equal(hung.signal, 'SIGKILL');
});

test('synthetic series and random bytes are the same in every run, and differ by seed', () => {
  const series = (seed: number): string =>
    [...makeSeries({ slices: 2, rows: 4, columns: 4, seed })]
      .map(({ file }) => Buffer.from(file).toString('hex'))
      .join();
  assert.equal(series(1), series(1));
  assert.notEqual(series(1), series(2));
  assert.deepEqual(seededRandom(1).bytes(40), seededRandom(1).bytes(40));
  assert.notDeepEqual(seededRandom(1).bytes(40), seededRandom(2).bytes(40));
});

test('a manual clock runs what falls due, in order, also what was added meanwhile', () => {
  const clock = manualClock(0);
  const log: string[] = [];
  clock.schedule(20, () => log.push(`late ${clock.nowMs()}`));
  clock.schedule(10, () => {
    log.push(`early ${clock.nowMs()}`);
    clock.schedule(5, () => log.push(`added ${clock.nowMs()}`));
  });
  clock.schedule(15, () => log.push('cancelled')).cancel();
  clock.advance(30);
  assert.deepEqual(log, ['early 10', 'added 15', 'late 20']);
  assert.equal(clock.monotonicMs(), 30);
});
