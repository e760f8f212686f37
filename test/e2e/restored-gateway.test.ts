/** A gateway that is restored from an old backup: nothing that was taken since is given again. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fetchKey } from '../support/fetch-key.ts';
import { tokenPrincipal } from '../support/login.ts';
import { type Story, startStory } from './story.ts';

const [bob, carol] = [tokenPrincipal('bob'), tokenPrincipal('carol')];

/** Put the gateway's whole folder back to how it was at `moment`. */
async function backup(story: Story): Promise<() => Promise<void>> {
  const [data, copy] = [join(story.folder, 'gateway'), join(story.folder, 'backup')];
  await story.stop('gateway');
  cpSync(data, copy, { recursive: true });
  await story.start('gateway');
  return async () => {
    await story.stop('gateway');
    rmSync(data, { recursive: true });
    cpSync(copy, data, { recursive: true });
  };
}

test('a restored gateway learns its own feed from the key servers before it serves anybody', async (t) => {
  const story = await startStory(t);
  const sealed = await story.series('bob', 'sealed');
  const open = await story.series('bob', 'open');
  const path = `${sealed}/volume.nii.c4gh`;
  await story.run('bob', 'get', '-q', path, story.file('before.nii'));
  const kept = await story.fetch('bob', path);
  await kept.arrayBuffer();
  const restore = await backup(story);
  await story.run('alice', 'grant', '/test/sealed', carol, '-r', 'list,read');
  await story.run('alice', 'revoke', '/test/sealed', bob);
  await story.run('alice', 'lock', open, '--reason', 'seen in the reading room');
  await restore();

  // One of them is enough to tell that its audit record ends too early.
  await story.stop('hospital');
  await story.stop('infrastructure');
  await assert.rejects(story.start('gateway'), /mdm: AUDIT_DAMAGED: /);
  const config = story.file('gateway.yaml');
  await story.run('alice', 'audit', 'accept', '-c', config, '--reason', 'restored');
  // Fewer key servers than it takes answer: nobody is served, and who asks is told why.
  await story.start('gateway');
  const shut = await story.fetch('alice', `${open}/`);
  const body = (await shut.json()) as { readonly code: string; readonly reason: string };
  assert.deepEqual([shut.status, body.code], [503, 'GATEWAY_BEHIND']);
  assert.match(body.reason, /hospital \(KEYS_SERVER_UNREACHABLE\)/);
  await story.fails(6, 'alice', 'ls', '/test');
  const [status] = await story.json<{ state: string; amiss: readonly string[] }>('alice', 'status');
  assert.equal(status?.state, 'degraded');
  assert.ok(status?.amiss.some((text) => text.startsWith('nobody is served: ')));

  await story.run('alice', 'key', 'status');

  await story.start('hospital');
  await story.start('infrastructure');
  while ((await story.fetch('alice', '/test/sealed/')).status === 503)
    await new Promise((resolve) => setTimeout(resolve, 100));
  // What was revoked is refused, at the doors and at the key servers.
  await story.fails(3, 'bob', 'get', path, story.file('never.nii'));
  assert.equal(await fetchKey(story, 'bob', kept), 'KEYS_FORBIDDEN');
  await story.run('carol', 'get', '-q', path, story.file('carol.nii'));
  // What was locked is locked, with its reason, and can be unlocked.
  assert.match(await story.run('alice', 'lock', '--list'), /seen in the reading room/);
  await story.fails(7, 'bob', 'ls', open);
  await story.run('alice', 'unlock', open);
  await story.run('bob', 'ls', open);
  // The feed goes on where the key servers are.
  const [revoked] = await story.json<{ servers: readonly { acknowledged: boolean }[] }>(
    'alice',
    'revoke',
    '/test/sealed',
    carol,
  );
  assert.equal(revoked?.servers.filter(({ acknowledged }) => acknowledged).length, 3);
});
