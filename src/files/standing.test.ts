import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { callerNamed, type FilesBench, openFilesBench } from '../../test/support/files-bench.ts';
import { conflictReason, type FeedChange, type Place } from '../keys/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';

// The catalog of these tests shows everything: what the feed says decides all the same.

const alice = callerNamed('alice');
const rights = ['list', 'read', 'read-metadata'] as const;
const entries = [{ who: `user:${alice.subject}`, rights }];
const series = '/berlin/ct/p-1/t-1/s-ct';
const file = `${series}/i-1.dcm`;
const reason = 'test';

function open(t: TestContext): Promise<FilesBench> {
  const more = ['ct', 'mr'].map((name) => ({ name, delivery: 'open' as const, entries }));
  return openFilesBench(t, more, { sizeBytes: 1_000 });
}

async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'ok',
    (error: unknown) => codeOf(error) ?? String(error),
  );
}

/** What alice comes to by every way to it. */
async function ways({ files, metadata }: FilesBench) {
  const page = { cursor: undefined, limit: 100 };
  const range = { range: undefined, ifRange: undefined };
  const names = async (path: string): Promise<readonly string[]> =>
    (await files.list(alice, path, page)).entries.map(({ name }) => name);
  const query = { under: '/', conditions: [], after: undefined, limit: 100 };
  const staged = await files.stage(alice, [file], { pinLifetimeSeconds: 60 });
  return {
    listed: (await names('/berlin/ct').catch((): string[] => [])).includes('p-1'),
    list: await outcome(names(series)),
    stat: await outcome(files.stat(alice, file, {})),
    open: await outcome(
      files.open(alice, file, range).then(({ body }) => body[Symbol.asyncIterator]().return?.()),
    ),
    staged: staged.files[0]?.failure ?? 'ok',
    found: (await metadata.find(alice, query)).entries.map(({ path }) => path),
  };
}

const mr = '/berlin/mr/p-1/t-1/s-mr';
const all = { listed: true, list: 'ok', stat: 'ok', open: 'ok', staged: 'ok', found: [series, mr] };
const gone = 'FILES_NOT_FOUND';
const shut = (code: string, listed = false) => ({
  ...{ listed, list: code, stat: code, open: code, staged: code, found: [mr] },
});

const places: readonly Place[] = [
  { collection: 'ct' },
  { collection: 'ct', subject: 'p-1' },
  { collection: 'ct', subject: 'p-1', study: 't-1' },
  { collection: 'ct', subject: 'p-1', study: 't-1', series: 's-ct' },
];

test('what the feed hides, locks or destroys is shut whatever the catalog shows, and what it opens is open', async (t) => {
  const bench = await open(t);
  assert.deepEqual(await ways(bench), all);
  for (const place of places) {
    const isAbove = place.study !== undefined;
    const say = (kind: 'hidden' | 'shown' | 'locked' | 'unlocked'): void =>
      bench.said.say({ kind, place, reason });
    say('hidden');
    assert.deepEqual(await ways(bench), shut(gone, isAbove), JSON.stringify(place));
    say('locked');
    assert.deepEqual(await ways(bench), shut(gone, isAbove));
    say('shown');
    assert.deepEqual(await ways(bench), shut('FILES_LOCKED', isAbove));
    say('unlocked');
    assert.deepEqual(await ways(bench), all);
  }
  for (const place of places.toReversed()) {
    bench.said.say({ kind: 'destroyed', place, reason });
    assert.deepEqual(await ways(bench), shut(gone, place.study !== undefined));
  }
});

test('of one entry all forms and sidecars are shut, and nothing beside it', async (t) => {
  const bench = await open(t);
  const place = { ...places[3], collection: 'ct', stem: 'i-1' };
  bench.said.say({ kind: 'locked', place, reason });
  const { list, stat, open: opened, found } = await ways(bench);
  assert.deepEqual([list, stat, opened, found], ['ok', 'FILES_LOCKED', 'FILES_LOCKED', all.found]);
  const page = { cursor: undefined, limit: 100 };
  assert.deepEqual((await bench.files.list(alice, series, page)).entries, []);
});

test('of what archives disagree about is told that it is there, and nothing is read', async (t) => {
  const bench = await open(t);
  const place = { ...places[3], collection: 'ct' };
  bench.said.say({ kind: 'hidden', place, reason: conflictReason });
  const code = 'RECALL_QUARANTINED';
  assert.deepEqual(await ways(bench), { ...all, open: code, staged: code });
});

test('who is banned finds nothing and gets nothing, until the ban ends', async (t) => {
  const bench = await open(t);
  const who = `user:${alice.subject}`;
  const say = (kind: 'banned' | 'unbanned'): void => bench.said.say({ kind, who });
  say('banned');
  assert.deepEqual(await ways(bench), { ...shut(gone), found: [] });
  say('unbanned');
  assert.deepEqual(await ways(bench), all);
});

test('a list counts for the collection that it is of, under the name of that, and nowhere else', async (t) => {
  const bench = await open(t);
  const list = { version: 9, entries };
  const wrong: readonly FeedChange[] = [
    { kind: 'policy', policy: { ...list, id: 'berlin/ct', collection: 'mr' } },
    { kind: 'policy', policy: { ...list, id: 'berlin/ct', owner: `user:${alice.subject}` } },
    { kind: 'policy', policy: { ...list, id: 'other/ct', collection: 'ct' } },
    { kind: 'policy-removed', policyId: 'berlin/ct' },
  ];
  for (const change of wrong) {
    bench.said.say(change);
    if (change.kind === 'policy' && change.policy.id !== 'berlin/ct') continue;
    assert.deepEqual(await ways(bench), shut(gone), JSON.stringify(change));
  }
});

test('a body under way is cut by the entry that shuts it', async (t) => {
  const bench = await open(t);
  const range = { range: undefined, ifRange: undefined };
  for (const change of [
    { kind: 'locked', place: { collection: 'ct' }, reason },
    { kind: 'banned', who: `user:${alice.subject}` },
  ] as const) {
    const fresh = await openFilesBench(t, [{ name: 'ct', delivery: 'open', entries }], {
      sizeBytes: 2_000_000,
    });
    const { body } = await fresh.files.open(alice, file, range);
    const bytes = body[Symbol.asyncIterator]();
    await bytes.next();
    fresh.said.say(change);
    const rest = async (): Promise<void> => {
      while ((await bytes.next()).done !== true);
    };
    await assert.rejects(rest(), {
      code: change.kind === 'locked' ? 'FILES_LOCKED' : 'FILES_FORBIDDEN',
    });
  }
  assert.deepEqual(await ways(bench), all);
});
