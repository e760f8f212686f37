/** `mdm rewrap`: a file of a sealed collection for somebody with nothing but a Crypt4GH tool. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { startStory } from '../e2e/story.ts';
import { type KeyFiles, makeKeyFiles, openedElsewhere } from '../support/crypt4gh-tool.ts';
import { tokenPrincipal } from '../support/login.ts';
import { requirePython } from '../support/require-tool.ts';

const skip = requirePython('cryptography');

/** What the other tool makes of a sealed file with another header. */
function openedWith(keys: KeyFiles, header: string, sealed: string): Buffer {
  return openedElsewhere(
    concatBytes([readFileSync(header), readFileSync(sealed).subarray(124)]),
    keys,
  );
}

interface Rewrapped {
  readonly path: string;
  readonly target: string;
  readonly version: number;
  readonly outlivesRevocation: boolean;
}

test('a header of `mdm rewrap` opens a sealed file in another tool', { skip }, async (t) => {
  const story = await startStory(t);
  const stranger = makeKeyFiles(story.folder, 'stranger');
  const path = `${await story.series('bob', 'sealed')}/volume.nii.c4gh`;

  // Before anybody read it: the header is that of the production which this starts.
  const served = story.file('served.header');
  const said = await story.json<Rewrapped>(
    'bob',
    ...['rewrap', path, '--to', stranger.publicKey, '-o', served],
  );
  assert.deepEqual(
    said.map(({ version, outlivesRevocation }) => ({ version, outlivesRevocation })),
    [{ version: 1, outlivesRevocation: true }],
  );
  assert.equal(statSync(served).mode & 0o777, 0o600);
  await story.run('bob', 'get', '-q', path, story.file('plain.nii'));
  const plain = readFileSync(story.file('plain.nii'));
  const kept = story.file('kept.c4gh');
  await story.run('bob', 'get', '-q', '--sealed', path, kept);
  assert.deepEqual(openedWith(stranger, served, kept), plain);

  // A kept file, whose path is told, or says where it is.
  const told = story.file('told.header');
  await story.run('bob', 'rewrap', kept, '--of', path, '--to', stranger.publicKey, '-o', told);
  assert.deepEqual(openedWith(stranger, told, kept), plain);
  const inTree = join(story.file('out'), path);
  await story.run('bob', 'get', '-q', '--sealed', '-t', story.file('out'), path);
  const found = await story.json<{ target: string }>(
    'bob',
    ...['get', '--sealed', '-t', story.file('out'), path],
  );
  const byPlace = story.file('place.header');
  await story.run(
    'bob',
    ...['rewrap', found[0]?.target ?? inTree, '--to', stranger.publicKey, '-o', byPlace],
  );
  assert.deepEqual(openedWith(stranger, byPlace, kept), plain);

  // Two headers are strangers, and none opens another file.
  assert.notDeepEqual(readFileSync(told), readFileSync(served));
});

test('rewrap makes nothing of what is not proven, not allowed, or not a key', {
  skip,
}, async (t) => {
  const story = await startStory(t);
  const stranger = makeKeyFiles(story.folder, 'stranger');
  const { publicKey, privateKey } = stranger;
  const path = `${await story.series('bob', 'sealed')}/volume.nii.c4gh`;
  const out = story.file('h');
  const kept = story.file('kept.c4gh');
  await story.run('bob', 'get', '-q', '--sealed', path, kept);
  const fails = async (
    code: number,
    message: RegExp,
    ...args: readonly string[]
  ): Promise<void> => {
    const done = await story.fails(code, 'bob', 'rewrap', '-q', '-o', out, ...args);
    assert.match(done.stderr, message);
    assert.ok(!existsSync(out));
  };
  await fails(2, /a private key; a public key file/, path, '--to', privateKey);
  await fails(2, /too large/, path, '--to', kept);
  await fails(2, /cannot read/, path, '--to', story.file('none'));
  writeFileSync(
    story.file('weak.pub'),
    `-----BEGIN CRYPT4GH PUBLIC KEY-----\n${'A'.repeat(43)}=\n-----END CRYPT4GH PUBLIC KEY-----\n`,
  );
  await fails(2, /weak/, path, '--to', story.file('weak.pub'));
  await fails(2, /add --of PATH/, kept, '--to', publicKey);
  await fails(2, /no sealed file of the tree/, kept, '--of', dirname(path), '--to', publicKey);
  await fails(3, /FILES_NOT_FOUND/, path.replace('/s-', '/s-0'), '--to', publicKey);
  const slice = (await story.json<{ path: string }>('bob', 'ls', dirname(path)))[0]?.path ?? '';
  assert.match(slice, /\/i-.*\.c4gh$/);

  // Any part of a kept file that is not what was signed, and a file under another's path.
  const bytes = readFileSync(kept);
  const spoilt = story.file('spoilt.c4gh');
  const spoil = async (message: RegExp, change: (bytes: Buffer) => Uint8Array): Promise<void> => {
    writeFileSync(spoilt, change(Buffer.from(bytes)));
    await fails(8, message, spoilt, '--of', path, '--to', publicKey);
  };
  await spoil(/SEAL_HEADER_INVALID/, () => new Uint8Array(10));
  const flipped = (b: Buffer, at: number): Buffer => b.fill((b[at] ?? 0) ^ 1, at, at + 1);
  await spoil(/SEAL_KEY_MISMATCH/, (b) => flipped(b, 70));
  await spoil(/SEAL_SEGMENT_FORGED/, (b) => flipped(b, bytes.length - 20));
  await spoil(/SEAL_TRUNCATED/, (b) => b.subarray(0, -1));
  await spoil(/SEAL_TRAILING_BYTES/, (b) => concatBytes([b, new Uint8Array(1)]));
  await story.run('bob', 'get', '-q', slice, story.file('slice.dcm'));
  await fails(8, /SEAL_KEY_MISMATCH/, kept, '--of', slice, '--to', publicKey);

  // What is there stays; -f replaces it.
  writeFileSync(out, 'precious');
  const there = await story.fails(1, 'bob', 'rewrap', '-o', out, path, '--to', publicKey);
  assert.match(there.stderr, /CLIENT_TARGET.* exists/);
  assert.equal(readFileSync(out, 'utf8'), 'precious');
  await story.run('bob', 'rewrap', '-q', '-f', '-o', out, path, '--to', publicKey);
  assert.equal(readFileSync(out).length, 124);

  // Who lost the right makes no header; one that was made before still opens, as it is said.
  const note = await story.fails(0, 'bob', 'rewrap', '-f', '-o', out, path, '--to', publicKey);
  assert.match(note.stderr, /for ever: `mdm revoke` does not reach it/);
  await story.run('alice', 'revoke', '/test/sealed', tokenPrincipal('bob'));
  const late = story.file('late.header');
  await story.fails(3, 'bob', 'rewrap', '-o', late, kept, '--of', path, '--to', publicKey);
  assert.ok(!existsSync(late));
  assert.equal(openedWith(stranger, out, kept).length, readFileSync(kept).length - 124 - 28);
});
