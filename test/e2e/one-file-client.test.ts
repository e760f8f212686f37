/** What a compute site installs: one file and Node, in a folder without the project around it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import packageFile from '../../package.json' with { type: 'json' };
import { buildClient } from '../../tools/build/one-file.ts';
import { runChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';
import { startStory } from './story.ts';

test('the one file lists, fetches, opens and refuses as the client does', async (t) => {
  const folder = await tempFolder(t);
  const file = join(folder, 'mdm.mjs');
  await buildClient(file);
  assert.match(readFileSync(`${file}.licences.txt`, 'utf8'), /^== jose$/m);
  const story = await startStory(t, { gateway: { tls: true } });
  const env = { MDM_SETTINGS: story.settingsOf('bob'), XDG_STATE_HOME: join(folder, 'state') };
  const run = (...args: readonly string[]) =>
    runChild([process.execPath, file, ...args], { cwd: folder, env });

  assert.equal((await run('--version')).stdout.trim(), packageFile.version);
  const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'22.1.0'})`;
  const refused = await runChild([process.execPath, '--import', older, file, '--version']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^mdm: needs Node 24 or later; this is 22\.1\.0 \(.*\)\n$/);
  const sealed = await story.series('bob', 'sealed');
  const got = await run('get', '-q', `${sealed}/volume.nii.c4gh`, 'one.nii');
  assert.equal(got.code, 0, got.stderr);
  await story.run('bob', 'get', '-q', `${sealed}/volume.nii.c4gh`, story.file('v.nii'));
  assert.deepEqual(readFileSync(join(folder, 'one.nii')), readFileSync(story.file('v.nii')));

  const none = await run('get', `${sealed}/none.nii`, 'none.nii');
  assert.equal(none.code, 3, none.stderr);
  assert.match(none.stderr, /FILES_NOT_FOUND/);
  assert.ok(!existsSync(join(folder, 'none.nii')));
  // Services need what is not in the file.
  assert.equal((await run('serve', '--config', 'mdm.yaml')).code, 2);
});
