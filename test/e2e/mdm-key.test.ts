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
