/** An operator looks after the keys of all files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStory } from './story.ts';

interface KeyStatus {
  readonly threshold: number;
  readonly servers: readonly {
    readonly name: string;
    readonly state: string;
    readonly leaseRemainingMs?: number;
  }[];
  readonly notes: readonly string[];
}

test('an operator sees how each key server is, and that one host with all of them protects nothing', async (t) => {
  const story = await startStory(t);
  await story.stop('infrastructure');
  const [status] = await story.json<KeyStatus>('alice', 'key', 'status');
  assert.ok(status);
  assert.equal(status.threshold, 2);
  assert.deepEqual(
    status.servers.map(({ name, state }) => [name, state]),
    [
      ['hospital', 'reachable'],
      ['data-protection', 'reachable'],
      ['infrastructure', 'KEYS_SERVER_UNREACHABLE'],
    ],
  );
  assert.ok((status.servers[0]?.leaseRemainingMs ?? 0) > 0);
  const shown = await story.run('alice', 'key', 'status');
  assert.match(shown, /^2 of 3 shares open a key/);
  assert.match(shown, /note: no protection from localhost: hospital, data-protection/);
  assert.match(story.logs(), /keys\.one_host/);
  await story.fails(4, 'bob', 'key', 'status');
});

interface Refresh {
  readonly renewed: number;
}

interface Recovery {
  readonly recovered: number;
  readonly keys: number;
  readonly missing: readonly unknown[];
}

test('what a key server missed is made again by the others, and then it opens files in their place', async (t) => {
  const story = await startStory(t);
  await story.stop('data-protection');
  const path = `${await story.series('bob', 'sealed')}/volume.nii.c4gh`;
  await story.run('bob', 'get', '-q', path, story.file('v.nii'));
  await story.start('data-protection');
  await story.fails(4, 'bob', 'key', 'recover');
  const [done] = await story.json<Recovery>('alice', 'key', 'recover');
  assert.ok(done);
  assert.ok(done.keys > 0);
  assert.deepEqual([done.recovered, done.missing], [done.keys, []]);
  assert.match(await story.run('alice', 'key', 'status'), /recovery of shares: .* ended/);
  const [refreshed] = await story.json<Refresh>('alice', 'key', 'refresh', '--reason', 'due');
  assert.equal(refreshed?.renewed, done.keys);
  assert.match(await story.run('alice', 'key', 'status'), /no share is older than entry \d+/);
  // Brings all to the head of the feed, and so gives the started one its lease.
  await story.run('alice', 'lock', '/test/open', '--reason', 'test');
  await story.stop('hospital');
  await story.run('bob', 'get', '-f', '-q', path, story.file('v.nii'));
});
