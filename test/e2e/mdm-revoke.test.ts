/** One grant and one revocation reach the doors and the key servers alike. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fetchKey } from '../support/fetch-key.ts';
import { tokenPrincipal } from '../support/login.ts';
import { startStory } from './story.ts';

interface Change {
  readonly feedEntry: number;
  readonly version: number;
  readonly quorumMs?: number;
  readonly completeMs?: number;
  readonly entries: readonly { readonly who: string; readonly rights: readonly string[] }[];
  readonly servers: readonly { readonly acknowledged: boolean }[];
}

/** Each answer carries an id of its own. */
function withoutId(answer: string): string {
  return answer.replace(/"requestId": "[^"]*"/, '');
}

test('grant and revoke hold at the doors and at the key servers', async (t) => {
  const story = await startStory(t);
  const sealed = await story.series('bob', 'sealed');
  const path = `${sealed}/volume.nii.c4gh`;
  const [bob, carol] = [tokenPrincipal('bob'), tokenPrincipal('carol')];

  await story.fails(3, 'carol', 'get', path, story.file('carol.nii'));
  const [granted] = await story.json<Change>(
    'alice',
    'grant',
    '/test/sealed',
    carol,
    '-r',
    'list,read',
  );
  assert.deepEqual(granted?.entries.find(({ who }) => who === carol)?.rights, ['list', 'read']);
  await story.run('carol', 'get', '-q', path, story.file('carol.nii'));
  await story.fails(4, 'carol', 'grant', '/test/sealed', carol, '-r', 'change-permissions');
  assert.match(await story.run('alice', 'acl', '/test/sealed'), new RegExp(`${carol}: list, read`));

  await story.run('bob', 'get', '-q', '--sealed', path, story.file('kept.c4gh'));
  const before = await story.fetch('bob', path);
  await before.arrayBuffer();
  assert.equal(await fetchKey(story, 'bob', before), 'key');

  const [revoked] = await story.json<Change>('alice', 'revoke', '/test/sealed', bob);
  assert.equal(revoked?.servers.filter(({ acknowledged }) => acknowledged).length, 3);
  assert.ok((revoked?.completeMs ?? 0) >= (revoked?.quorumMs ?? Number.NaN));
  assert.equal(
    revoked?.entries.some(({ who }) => who === bob),
    false,
  );

  const config = join(story.folder, 'gateway.yaml');
  const entry = String(revoked?.feedEntry);
  const certificate = story.file('revoked.json');
  writeFileSync(certificate, await story.run('alice', 'certificate', 'show', entry, '-c', config));
  const proof = await story.run('bob', 'certificate', 'verify', certificate, '-c', config);
  assert.match(proof, /policy test\/sealed, version 3/);
  assert.equal(proof.match(/^kept by /gm)?.length, 3);
  await story.fails(8, 'bob', 'certificate', 'show', '999', '-c', config);

  assert.equal(await fetchKey(story, 'bob', before), 'KEYS_FORBIDDEN');
  assert.equal(await fetchKey(story, 'alice', before), 'key');
  const absent = await story.fetch('bob', `${sealed}/absent.c4gh`);
  const after = await story.fetch('bob', path);
  assert.equal(after.status, 404);
  assert.equal(absent.status, 404);
  assert.equal(withoutId(await after.text()), withoutId(await absent.text()));
  await story.fails(3, 'bob', 'get', path, story.file('never.nii'));
  await story.fails(3, 'bob', 'find', '/test/sealed');
  await story.run('bob', 'ls', await story.series('bob', 'open'));
  await story.run('carol', 'get', '-f', '-q', path, story.file('carol.nii'));
  assert.equal(readFileSync(story.file('carol.nii')).length, 8 * 32 * 40 * 2 + 352);
});

test('two of three key servers open a sealed file, one does not; a revocation survives restarts', async (t) => {
  const story = await startStory(t);
  const path = `${await story.series('bob', 'sealed')}/volume.nii.c4gh`;
  const target = story.file('v.nii');
  await story.run('bob', 'get', '-q', path, target);
  await story.kill('infrastructure');
  await story.run('bob', 'get', '-f', '-q', path, target);
  await story.stop('hospital');
  const alone = await story.mdm('bob', ['--json', 'get', '-f', path, target]);
  assert.equal(alone.code, 6, alone.stderr);
  assert.match(alone.stderr, /KEYS_/);
  await story.start('hospital');
  await story.start('infrastructure');
  // A server that was away answers only once it heard of the newest policies: with this change.
  await story.run('alice', 'revoke', '/test/sealed', tokenPrincipal('bob'));
  await story.stop('gateway');
  await story.start('gateway');
  await story.fails(3, 'bob', 'get', '-f', path, target);
  await story.run('alice', 'get', '-f', '-q', path, target);
});
