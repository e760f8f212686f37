/** Files and keys of one's own: register, encrypt, decrypt, let in, shut out, take along, destroy. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { equalBytes } from '../../src/lib/bytes/bytes.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { parsePublicKeyFile, publicKeyOf } from '../../src/seal/index.ts';
import { tokenPrincipal } from '../support/login.ts';
import { sealFile } from '../support/seal-file.ts';
import { type Story, startStory } from './story.ts';

interface Acl {
  readonly owner: string;
  readonly entries: readonly { readonly who: string; readonly rights: readonly string[] }[];
}

test('register, encrypt, decrypt, acl, chmod, get, unregister', async (t) => {
  const story = await startStory(t, { gateway: { tls: true } });
  const [bob, carol] = [tokenPrincipal('bob'), tokenPrincipal('carol')];
  const key = story.file('project.pub');
  const [made] = await story.json<{ keyId: string; owner: string; missing: readonly string[] }>(
    'bob',
    ...['key', 'register', key],
  );
  assert.deepEqual([made?.owner, made?.missing], [bob, []]);
  const publicKey = parsePublicKeyFile(readFileSync(key, 'latin1'));
  assert.equal(made?.keyId, `own-${Buffer.from(publicKey ?? []).toString('base64url')}`);
  await story.fails(1, 'bob', 'key', 'register', key);

  const plain = systemRandom.bytes(200_000);
  writeFileSync(story.file('results.csv'), plain);
  const sealed = story.file('results.csv.c4gh');
  await story.run('bob', 'encrypt', '-q', story.file('results.csv'), sealed, '--to', key);
  const [opened] = await story.json<{ target: string; wholeness: string }>(
    'bob',
    ...['decrypt', sealed, story.file('opened'), '--key', key],
  );
  assert.equal(opened?.wholeness, 'whole');
  assert.ok(readFileSync(story.file('opened')).equals(plain));
  assert.equal(statSync(story.file('opened')).mode & 0o777, 0o600);

  // Nobody else, and nobody else's list.
  const never = story.file('never');
  const denied = await story.fails(4, 'carol', 'decrypt', sealed, never, '--key', key);
  assert.match(denied.stderr, /KEYS_FORBIDDEN/);
  for (const verb of ['acl', 'unregister'])
    await story.fails(3, 'carol', 'key', verb, key, ...(verb === 'unregister' ? ['-f'] : []));
  await story.fails(3, 'carol', 'key', 'chmod', key, `${carol}=g`);
  await story.fails(4, 'alice', 'decrypt', sealed, never, '--key', key);

  // As in the original, r is not the key.
  assert.equal(await story.run('bob', 'key', 'acl', key), `key of ${bob}\n  pdrw--gs  ${bob}\n`);
  await story.run('bob', 'key', 'chmod', key, `${carol}=r`);
  await story.fails(4, 'carol', 'decrypt', sealed, never, '--key', key);
  const [acl] = await story.json<Acl>('bob', 'key', 'chmod', key, `${carol}=g`);
  assert.deepEqual(acl?.entries.find(({ who }) => who === carol)?.rights, ['read']);
  await story.run('carol', 'decrypt', '-q', sealed, story.file('carol'), '--key', key);
  assert.ok(readFileSync(story.file('carol')).equals(plain));
  assert.match(await story.run('bob', 'key', 'chmod', key, `${carol}=`), /^  pdrw--gs  /m);
  await story.fails(4, 'carol', 'decrypt', sealed, never, '--key', key);
  for (const bad of ['carol', `${carol}=q`, 'carol=g', `${carol}=x`])
    await story.fails(2, 'bob', 'key', 'chmod', key, bad);

  await takenAlong(story, key);
  await story.fails(2, 'bob', 'key', 'unregister', key);
  assert.match(await story.run('bob', 'key', 'unregister', key, '--force'), /^destroyed; /);
  await story.fails(4, 'bob', 'decrypt', sealed, never, '--key', key);
  await story.fails(3, 'bob', 'key', 'acl', key);
  assert.ok(!existsSync(never) && !existsSync(`${never}.mdm-part`));
});

/** The private half comes out for who may have it, and is nowhere at the gateway, in no form. */
async function takenAlong(story: Story, key: string): Promise<void> {
  const publicKey = parsePublicKeyFile(readFileSync(key, 'latin1')) ?? new Uint8Array();
  const secret = story.file('project.sec');
  const got = await story.mdm('bob', ['key', 'get', key, '-o', secret]);
  assert.match(got.stderr, /for ever/);
  assert.equal(statSync(secret).mode & 0o777, 0o600);
  const body = Buffer.from(readFileSync(secret, 'latin1').split('\n')[1] ?? '', 'base64');
  const privateKey = Uint8Array.from(body.subarray(-32));
  assert.ok(equalBytes(publicKeyOf(privateKey), publicKey));
  await story.fails(1, 'bob', 'key', 'get', key, '-o', secret);

  const forms = (['hex', 'base64', 'base64url', 'latin1'] as const).map((form) =>
    Buffer.from(Buffer.from(privateKey).toString(form).replace(/=$/, ''), 'latin1'),
  );
  const gateway = filesBelow(story.folder).filter(
    (path) => !path.startsWith(story.file('project')),
  );
  assert.ok(gateway.length > 10);
  for (const path of gateway) {
    const bytes = readFileSync(path);
    for (const form of forms) assert.ok(!bytes.includes(form), path);
  }
  for (const form of forms) assert.ok(!story.logs().includes(form.toString('latin1')));
}

test('decrypt takes files of any tool, and notices what is not whole', async (t) => {
  const story = await startStory(t);
  const key = story.file('k.pub');
  await story.run('bob', 'key', 'register', key);
  const publicKey = parsePublicKeyFile(readFileSync(key, 'latin1')) ?? new Uint8Array();
  const plain = systemRandom.bytes(150_000);
  writeFileSync(story.file('plain'), plain);
  await story.run('bob', 'encrypt', '-q', story.file('plain'), story.file('p.c4gh'), '--to', key);
  const sealed = readFileSync(story.file('p.c4gh'));
  const out = story.file('out');

  const { file: production } = await sealFile([plain], publicKey);
  writeFileSync(story.file('production.c4gh'), production);
  const [taken] = await story.json<{ wholeness: string }>(
    'bob',
    ...['decrypt', story.file('production.c4gh'), story.file('production'), '--key', key],
  );
  assert.equal(taken?.wholeness, 'in-order');
  assert.ok(readFileSync(story.file('production')).equals(plain));

  const spoil = async (code: number, message: RegExp, bytes: Uint8Array): Promise<void> => {
    writeFileSync(story.file('spoilt.c4gh'), bytes);
    const done = await story.fails(
      code,
      'bob',
      'decrypt',
      story.file('spoilt.c4gh'),
      out,
      '--key',
      key,
    );
    assert.match(done.stderr, message);
    assert.ok(!existsSync(out) && !existsSync(`${out}.mdm-part`));
  };
  await spoil(8, /SEAL_TRUNCATED/, sealed.subarray(0, 124 + 2 * 65_564));
  await spoil(8, /SEAL_TRUNCATED/, sealed.subarray(0, 124));
  await spoil(
    8,
    /SEAL_SEGMENT_MISPLACED/,
    Buffer.concat([sealed.subarray(0, 124), sealed.subarray(124 + 65_564)]),
  );
  await spoil(
    8,
    /SEAL_SEGMENT_FORGED/,
    Buffer.from(sealed).fill((sealed.at(-40) ?? 0) ^ 1, sealed.length - 40, sealed.length - 39),
  );
  await spoil(8, /SEAL_HEADER_INVALID/, new Uint8Array(3));
  await story.run('bob', 'key', 'register', story.file('other.pub'));
  const other = await story.fails(
    2,
    'bob',
    'decrypt',
    story.file('p.c4gh'),
    out,
    '--key',
    story.file('other.pub'),
  );
  assert.match(other.stderr, /not sealed for this key/);
  await story.fails(2, 'bob', 'decrypt', story.file('plain'), '--key', key);

  // A key that is made without its servers is none.
  await story.stop('infrastructure');
  const [two] = await story.json<{ missing: readonly string[] }>(
    'bob',
    'key',
    'register',
    story.file('two.pub'),
  );
  assert.deepEqual(two?.missing, ['infrastructure']);
  await story.stop('hospital');
  const none = await story.mdm('bob', ['key', 'register', story.file('none.pub')]);
  assert.equal(none.code, 6, none.stderr);
  assert.ok(!existsSync(story.file('none.pub')));
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
