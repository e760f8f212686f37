/** `mdm encrypt` and `mdm key import`: what they make is for any Crypt4GH tool, and they ask nobody. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemRandom } from '../../src/lib/random.ts';
import { type Finished, runChild } from '../support/child.ts';
import { makeKeyFiles, openedElsewhere } from '../support/crypt4gh-tool.ts';
import { requirePython } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

const skip = requirePython('cryptography');
const entry = fileURLToPath(new URL('../../bin/mdm.mjs', import.meta.url));

/** A folder of somebody without settings, and `mdm` there. */
async function desk(t: TestContext) {
  const folder = await tempFolder(t);
  const run = (...args: readonly string[]): Promise<Finished> =>
    runChild([process.execPath, entry, ...args], { cwd: folder, env: { HOME: folder } });
  const expect = async (code: number, ...args: readonly string[]): Promise<Finished> => {
    const done = await run(...args);
    assert.equal(done.code, code, `mdm ${args.join(' ')}: ${done.stdout}${done.stderr}`);
    return done;
  };
  return { folder, expect, file: (name: string) => join(folder, name) };
}

test('a file that was encrypted opens in another tool, at every border', { skip }, async (t) => {
  const { folder, expect, file } = await desk(t);
  const keys = makeKeyFiles(folder, 'me');
  for (const size of [0, 1, 65_536, 65_537, 2 * 65_536, 3_000_000]) {
    const plain = systemRandom.bytes(size);
    writeFileSync(file('plain'), plain);
    const done = await expect(0, '--json', 'encrypt', 'plain', '-f', '--to', 'me.pub');
    const bytes = statSync(file('plain.c4gh')).size;
    assert.deepEqual(JSON.parse(done.stdout), {
      source: 'plain',
      target: file('plain.c4gh'),
      bytes,
      key: 'me.pub',
    });
    assert.ok(openedElsewhere(readFileSync(file('plain.c4gh')), keys).equals(plain), `${size}`);
  }
  assert.equal(statSync(file('plain.c4gh')).mode & 0o777, 0o600);
  const there = await expect(1, 'encrypt', 'plain', '--to', 'me.pub');
  assert.match(there.stderr, /CLIENT_TARGET.*plain\.c4gh exists/);
  assert.match((await expect(2, 'encrypt', 'none', '--to', 'me.pub')).stderr, /cannot read none/);
  assert.match((await expect(2, 'encrypt', '.', '--to', 'me.pub')).stderr, /cannot read \./);
  assert.match(
    (await expect(2, 'encrypt', 'plain', 'x', '--to', 'me.sec')).stderr,
    /a private key/,
  );
  assert.ok(!existsSync(file('x')) && !existsSync(file('x.mdm-part')));
});

test('a key of the original is taken over sealed, and a lost one is not', { skip }, async (t) => {
  const { folder, expect, file } = await desk(t);
  const keys = makeKeyFiles(folder, 'me');
  const shares = (...lines: readonly string[]): void =>
    writeFileSync(file('shares'), `${lines.join('\n')}\n`);
  const take = (code: number, ...more: readonly string[]): Promise<Finished> =>
    expect(code, 'key', 'import', 'shares', 'old.c4gh', '--to', 'me.pub', ...more);

  shares('c86a47f4', 'NULL', '34f42aec', 'NULL', 'NULL');
  const bare = await take(0, '--threshold', '2');
  assert.match(bare.stderr, /No share was left to compare with/);
  assert.doesNotMatch(bare.stdout + bare.stderr, /1234|c86a/);
  assert.equal(openedElsewhere(readFileSync(file('old.c4gh')), keys).toString(), '12345678\n');
  // Five servers: the original needed three, unless it was told otherwise.
  assert.match((await take(2, '-f')).stderr, /KEYS_ORIGINAL_TOO_FEW/);
  shares('c86a47f4', '7eaf3970', '34f42aec', 'eb2a1c68', 'a16f0de4');
  const done = await take(0, '-f', '--json');
  assert.deepEqual(JSON.parse(done.stdout), {
    target: file('old.c4gh'),
    bytes: 124 + 28 + 9,
    key: 'me.pub',
    bits: 32,
    threshold: 3,
    spareShares: 2,
  });
  const before = readFileSync(file('old.c4gh'));
  shares('c86a47f4', '7eaf3970', '34f42aed');
  assert.match((await take(8, '-f')).stderr, /KEYS_ORIGINAL_DISAGREE/);
  // What the original made of ffff5678: 000e, where there was ffff.
  shares('b64447f4', '6c893970', '22ce2aec');
  const lost = await take(7, '-f');
  assert.match(lost.stderr, /KEYS_ORIGINAL_LOST/);
  shares('c86a47f4', 'nonsense');
  assert.doesNotMatch((await take(2, '-f')).stderr, /nonsense/);
  assert.deepEqual(readFileSync(file('old.c4gh')), before);
});
