/** An operator stops disclosure below a path, at the doors and at the key servers, and gives it back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchKey } from '../support/fetch-key.ts';
import { type Story, startStory } from './story.ts';

interface Locked {
  readonly path: string;
  readonly reason: string;
  readonly quorumMs?: number;
  readonly completeMs?: number;
  readonly servers: readonly { readonly acknowledged: boolean }[];
}

const patientOf = (series: string): string => series.split('/').slice(0, 4).join('/');

const lock = async (story: Story, path: string): Promise<Locked> => {
  const [answer] = await story.json<Locked>('alice', 'lock', path, '--reason', 'wrong pictures?');
  return answer ?? assert.fail('an answer');
};

test('a locked patient is read by nobody, opened by nobody, and comes back as it was', async (t) => {
  // More than sockets hold between a reader that waits and the gateway.
  const story = await startStory(t, { series: [{ slices: 64, rows: 512, columns: 512 }] });
  const [open, sealed] = [await story.series('bob', 'open'), await story.series('bob', 'sealed')];
  const kept = `${sealed}/volume.nii.c4gh`;
  await story.run('bob', 'get', '-q', kept, story.file('v.nii'));
  await story.run('bob', 'get', '-q', `${open}/volume.nii`, story.file('open.nii'));
  const header = await story.fetch('bob', kept);
  await header.body?.cancel();
  assert.equal(await fetchKey(story, 'bob', header), 'key');
  const before = await story.run('bob', '--json', 'ls', sealed);
  const etag = header.headers.get('etag');

  const download = await story.fetch('bob', `${open}/volume.nii`);
  const reader = download.body?.getReader();
  assert.equal((await reader?.read())?.done, false);
  await story.fails(4, 'bob', 'lock', patientOf(sealed), '--reason', 'me too');
  const answer = await lock(story, patientOf(sealed));
  await lock(story, patientOf(open));
  assert.equal(answer.servers.filter(({ acknowledged }) => acknowledged).length, 3);
  assert.ok((answer.completeMs ?? Number.NaN) < 60_000);
  await assert.rejects(async () => {
    for (;;) if ((await reader?.read())?.done !== false) return;
  });

  assert.equal(await fetchKey(story, 'bob', header), 'KEYS_FORBIDDEN');
  const refused = await story.fetch('bob', kept);
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /FILES_LOCKED/);
  assert.equal((await story.fetch('carol', kept)).status, 404);
  for (const user of ['bob', 'alice'] as const) {
    const done = await story.fails(7, user, 'get', '-f', kept, story.file('never.nii'));
    assert.match(done.stderr, /FILES_LOCKED/);
  }
  assert.doesNotMatch(await story.run('bob', 'ls', '/test/sealed'), /p-/);
  assert.deepEqual(await story.json('bob', 'find', '/test/sealed'), []);
  assert.match(await story.run('alice', 'lock', '--list'), /wrong pictures\?/);
  assert.match(await story.run('alice', 'status'), /locked since .* wrong pictures\?/);
  assert.doesNotMatch(await story.run('bob', 'status'), /wrong pictures/);

  // Neither a gateway nor a key server that starts again forgets it.
  await story.stop('hospital');
  await story.stop('gateway');
  await story.start('gateway');
  await story.start('hospital');
  await story.crawled();
  assert.equal((await story.fetch('bob', kept)).status, 403);
  assert.equal(await fetchKey(story, 'bob', header), 'KEYS_FORBIDDEN');

  await story.run('alice', 'unlock', patientOf(sealed));
  assert.equal(await story.run('bob', '--json', 'ls', sealed), before);
  const after = await story.fetch('bob', kept);
  await after.body?.cancel();
  assert.equal(after.headers.get('etag'), etag);
  assert.equal(after.headers.get('mdm-key-id'), header.headers.get('mdm-key-id'));
  assert.equal(await fetchKey(story, 'bob', header), 'key');
  await story.run('bob', 'get', '-f', '-q', kept, story.file('v.nii'));
});

test('locks nest; a key server that was away has the lock before it answers again', async (t) => {
  const story = await startStory(t);
  const series = await story.series('bob', 'sealed');
  const path = `${series}/volume.nii.c4gh`;
  await story.run('bob', 'get', '-q', path, story.file('v.nii'));
  const header = await story.fetch('bob', path);
  await header.body?.cancel();
  await lock(story, series);
  await lock(story, patientOf(series));
  await lock(story, '/test');
  await story.run('alice', 'unlock', patientOf(series));
  await story.run('alice', 'unlock', '/test');
  assert.equal(await fetchKey(story, 'bob', header), 'KEYS_FORBIDDEN');
  assert.equal((await story.fetch('bob', path)).status, 403);
  await story.fails(3, 'alice', 'unlock', patientOf(series));
  await story.run('alice', 'unlock', series);
  assert.equal(await fetchKey(story, 'bob', header), 'key');

  await story.kill('hospital');
  await story.kill('infrastructure');
  // Two of three are away: it is not known to be complete before their leases ran out.
  const locking = story.mdm('alice', ['--json', 'lock', '/test/sealed', '--reason', 'again']);
  await story.service('gateway').waitForOutput(/feed_not_delivered/);
  await story.start('hospital');
  await story.start('infrastructure');
  const done = await locking;
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await fetchKey(story, 'bob', header), 'KEYS_FORBIDDEN');
  assert.equal((await story.fetch('bob', path)).status, 403);
  await story.run('alice', 'unlock', '/test/sealed');
  await story.run('bob', 'get', '-f', '-q', path, story.file('v.nii'));
});
