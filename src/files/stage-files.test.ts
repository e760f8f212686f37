import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  callerNamed,
  entryFor,
  type FilesBench,
  instancePath,
  openFilesBench,
} from '../../test/support/files-bench.ts';
import { until } from '../../test/support/until.ts';
import { recallErrors } from '../recall/errors.ts';
import { filesLimits } from './limits.ts';

const alice = callerNamed('alice');
const bob = callerNamed('bob');
const rights = ['list', 'read'] as const;
const ct = {
  name: 'ct',
  delivery: 'open',
  entries: [entryFor('alice', ...rights), entryFor('bob', ...rights)],
  instances: ['i-1', 'i-2'],
} as const;
const one = instancePath(ct);
const two = instancePath(ct, 'i-2');
const hour = { pinLifetimeSeconds: 3600 };
const never = () => new Promise<void>(() => undefined);

/** Every recall that was asked for has ended, and what it came to is written. */
const settled = (bench: FilesBench): Promise<void> => until(() => bench.recall.attached() === 0);

test('what is asked for is fetched and pinned; what cannot be is said each time', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  const { token, files } = await bench.files.stage(alice, [one, '/berlin/none', '/berlin'], hour);
  assert.deepEqual(
    files.map(({ failure }) => failure),
    [undefined, 'FILES_NOT_FOUND', 'FILES_IS_A_DIRECTORY'],
  );
  while ((await bench.node(one)).replica === undefined) await setImmediate();
  await settled(bench);
  const staged = await bench.files.staged(alice, token, {});
  assert.deepEqual(
    staged.files.map(({ path, state, failure }) => [path, state, failure]),
    [
      [one, 'ready', undefined],
      ['/berlin/none', 'failed', 'FILES_NOT_FOUND'],
      ['/berlin', 'failed', 'FILES_IS_A_DIRECTORY'],
    ],
  );
  assert.equal(bench.recall.attached(), 0);
  assert.deepEqual(await bench.catalog.versions.evictable(9), []);
  await bench.files.release(alice, token, undefined, {});
  assert.equal((await bench.catalog.versions.evictable(9)).length, 1);
});

test('a token is its maker’s, and ends with its lifetime', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  const { token } = await bench.files.stage(alice, [one], hour);
  const unknown = { code: 'FILES_STAGE_UNKNOWN' };
  await assert.rejects(bench.files.staged(bob, token, {}), unknown);
  await assert.rejects(bench.files.release(bob, token, undefined, {}), unknown);
  await assert.rejects(bench.files.staged(alice, '0'.repeat(32), {}), unknown);
  bench.clock.advance(3600 * 1000);
  await assert.rejects(bench.files.staged(alice, token, {}), unknown);
});

test('a token gives no right that was taken since', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  const { token } = await bench.files.stage(alice, [one], hour);
  bench.setPolicy('ct', []);
  const { files } = await bench.files.staged(alice, token, {});
  assert.equal(files[0]?.failure, 'FILES_NOT_FOUND');
  assert.equal(files[0]?.state, 'failed');
});

test('interest ends with the release, file by file, and with the lifetime', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  bench.recall.play = never;
  const { token } = await bench.files.stage(alice, [one, two, one], hour);
  assert.equal(bench.recall.attached(), 2);
  await bench.files.release(alice, token, [one], {});
  assert.equal(bench.recall.attached(), 1);
  await bench.files.release(alice, token, [one], {});
  await bench.files.release(alice, token, undefined, {});
  assert.equal(bench.recall.attached(), 0);
  assert.equal(bench.clock.pending(), 0);
  await bench.files.stage(alice, [one], hour);
  assert.equal(bench.recall.attached(), 1);
  bench.clock.advance(3600 * 1000);
  assert.equal(bench.recall.attached(), 0);
});

test('a recall that fails is said; one that was cut short is asked for again', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  let failure = recallErrors.create('RECALL_ABORTED');
  bench.recall.play = () => Promise.reject(failure);
  const { token } = await bench.files.stage(alice, [one], hour);
  await settled(bench);
  assert.equal((await bench.files.staged(alice, token, {})).files[0]?.state, 'staging');
  failure = recallErrors.create('RECALL_INCOMPLETE');
  await settled(bench);
  await bench.files.staged(alice, token, {});
  await settled(bench);
  assert.equal((await bench.files.staged(alice, token, {})).files[0]?.failure, 'RECALL_INCOMPLETE');
  assert.equal(bench.recall.asked.length, 3);
});

test('a queue that cannot be written fails its file, not the request', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  bench.recall.request = () => Promise.reject(recallErrors.create('RECALL_STORAGE_FULL'));
  const { token, files } = await bench.files.stage(alice, [one], hour);
  assert.equal(files[0]?.failure, 'RECALL_STORAGE_FULL');
  await bench.files.release(alice, token, undefined, {});
});

test('pins are bounded by caller, number and time, also of requests at once', async (t) => {
  const bench = await openFilesBench(t, [ct]);
  const paths = (count: number, from: number): string[] =>
    Array.from({ length: count }, (_, index) => `/berlin/x${from + index}`);
  const tooMany = bench.files.stage(alice, paths(filesLimits.stageFilesMax + 1, 0), hour);
  await assert.rejects(tooMany, { code: 'FILES_TOO_MANY' });
  Object.assign(bench.catalog.stages, {
    pinCount: () => Promise.resolve(filesLimits.pinsPerCallerMax - 1),
  });
  await assert.rejects(bench.files.stage(alice, [one, two], hour), { code: 'FILES_PIN_QUOTA' });
  await bench.files.open(alice, one, { range: undefined, ifRange: undefined });
  for (const pinLifetimeSeconds of [Number.NaN, -1, 0, Number.POSITIVE_INFINITY]) {
    const { files } = await bench.files.stage(alice, [one], { pinLifetimeSeconds });
    const [file] = files;
    assert.ok(file?.state === 'ready');
    const leftMs = file.pinnedUntilMs - bench.clock.nowMs();
    assert.ok(leftMs >= 1000 && leftMs <= filesLimits.pinLifetimeSecondsMax * 1000);
  }
});
