/** A certificate is as good as a token, for lists, metadata, bytes and key shares; neither is no. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { makeAuthority, slashName } from '../support/certificates.ts';
import { runChild } from '../support/child.ts';
import type { UserName } from '../support/gateway.ts';
import { type Story, startStory } from './story.ts';

const entry = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Settings of a user who shows a certificate. */
function byCertificate(story: Story, user: UserName): string {
  const { certPath, keyPath } = story.certificateOf(user);
  return story.settingsOf(user, { tokenFile: undefined, certificate: certPath, key: keyPath });
}

test('a client certificate decides for lists, metadata, bytes and key shares', async (t) => {
  const story = await startStory(t, { gateway: { tls: true } });
  const as = (user: UserName, ...args: readonly string[]) =>
    story.mdm(user, args, { settings: byCertificate(story, user) });
  const sealed = await story.series('bob', 'sealed');
  const open = await story.series('bob', 'open');
  assert.match((await as('bob', 'ls', '/test')).stdout, /open\//);
  assert.equal((await as('bob', '--json', 'find', '/test')).stdout.trim().split('\n').length, 2);
  const plain = await as('bob', 'get', '-q', `${open}/volume.nii`, story.file('plain.nii'));
  assert.equal(plain.code, 0, plain.stderr);
  const opened = await as(
    'bob',
    'get',
    '-q',
    `${sealed}/volume.nii.c4gh`,
    story.file('opened.nii'),
  );
  assert.equal(opened.code, 0, opened.stderr);
  assert.deepEqual(readFileSync(story.file('opened.nii')), readFileSync(story.file('plain.nii')));

  assert.equal((await as('carol', 'ls', '/test')).stdout, '');
  assert.equal((await as('carol', '--json', 'find', '/test')).stdout, '');
  const none = await as('carol', 'get', `${sealed}/volume.nii.c4gh`, story.file('never'));
  assert.equal(none.code, 3, none.stderr);

  const bob = `user:x509:${slashName([
    ['DC', 'test'],
    ['DC', 'grid'],
    ['OU', 'people'],
    ['CN', 'bob'],
  ])}`;
  const revoked = await as('alice', 'revoke', '/test/sealed', bob);
  assert.equal(revoked.code, 0, revoked.stderr);
  const after = await as('bob', 'get', '-f', `${sealed}/volume.nii.c4gh`, story.file('opened.nii'));
  assert.equal(after.code, 3, after.stderr);
  await story.run('bob', 'get', '-f', '-q', `${sealed}/volume.nii.c4gh`, story.file('opened.nii'));
});

test('a certificate of a stranger is nobody', async (t) => {
  const story = await startStory(t, { gateway: { tls: true } });
  const stranger = await makeAuthority([
    ['DC', 'test'],
    ['DC', 'grid'],
    ['CN', 'Test Grid CA'],
  ]);
  const subject = [
    ['DC', 'test'],
    ['DC', 'grid'],
    ['OU', 'people'],
    ['CN', 'bob'],
  ] as const;
  const forged = await stranger.issue({ subject });
  const [certificate, key] = [story.file('forged.pem'), story.file('forged.key')];
  writeFileSync(certificate, forged.pem);
  writeFileSync(key, forged.keyPem, { mode: 0o600 });
  const settings = story.settingsOf('bob', { tokenFile: undefined, certificate, key });
  const refused = await story.mdm('bob', ['ls', '/test'], { settings });
  assert.equal(refused.code, 5, refused.stderr);
});

test('a service does not start where it would be open to all, nor with what it cannot read', async (t) => {
  const story = await startStory(t, { gateway: { tls: true } });
  const text = readFileSync(join(story.folder, 'gateway.yaml'), 'utf8');
  const serve = async (name: string, changed: string) => {
    const config = join(story.folder, `${name}.yaml`);
    writeFileSync(config, changed);
    const command = [process.execPath, entry, 'serve', '--config', config] as const;
    return runChild(command, { timeoutMs: 20_000 });
  };
  const edited = (edit: (settings: Record<string, unknown>) => void): string => {
    const settings = parse(text) as Record<string, unknown>;
    settings['data'] = join(story.folder, 'elsewhere');
    edit(settings);
    return stringify(settings);
  };
  const cases = [
    [
      'without TLS on all addresses',
      edited((settings) => Object.assign(settings, { listen: { host: '0.0.0.0', port: 0 } })),
      /LISTENER_INSECURE_ADDRESS: listen: 0\.0\.0\.0\n.*TLS/,
    ],
    [
      'nobody can prove who he is',
      edited((settings) => {
        const listen = settings['listen'] as object;
        Object.assign(settings, { listen: { ...listen, host: '0.0.0.0', port: 0 }, issuers: [] });
        delete settings['trustDirectory'];
      }),
      /CONFIG_INVALID.*(?:issuers|authentic)/,
    ],
    ['an unknown setting', `${text}colour: blue\n`, /CONFIG_INVALID.*colour/],
    ['a wrong value', text.replace('retrieve: C-GET', 'retrieve: C-PUT'), /line \d+.*C-GET/],
    ['no YAML', `${text}\n\t- [`, /line \d+/],
  ] as const;
  for (const [name, changed, message] of cases) {
    const ended = await serve(name.replaceAll(' ', '-'), changed);
    assert.notEqual(ended.code, 0, name);
    assert.notEqual(ended.code, null, `${name} did not end`);
    assert.match(ended.stderr, message, name);
    assert.doesNotMatch(ended.stderr, /^ +at /m, `${name}: a stack is no message`);
  }
});
