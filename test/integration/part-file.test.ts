/**
 * A transfer is put on the disk in the background while it comes. The kernel tells of a failed sync
 * once only, so what it told must still be known when the file is to get its name.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PartFile } from '../../src/client/open/part-file.ts';
import { runChild } from '../support/child.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

const module = new URL('../../src/client/open/part-file.ts', import.meta.url).href;

/** Writes 40 pieces of 1 MB and a short one; prints their digest, or the code of what failed. */
const program = `
  import { createHash } from 'node:crypto';
  import { PartFile } from ${JSON.stringify(module)};
  const part = await PartFile.open({ path: process.argv[1], shown: process.argv[1] }, '/a');
  const digest = createHash('sha256');
  try {
    for (let index = 0; index <= 40; index += 1) {
      const bytes = new Uint8Array(index === 40 ? 1 : 1_000_000).fill(index);
      digest.update(bytes);
      await part.append(bytes);
    }
    await part.finish({ replace: false });
    console.log(digest.digest('hex'));
  } catch (error) {
    await part.close();
    console.log(error.code);
  }`;

const command = (target: string): readonly [string, ...string[]] => [
  process.execPath,
  '--input-type=module',
  '-e',
  program,
  target,
];

test('a file larger than one background sync covers is complete', async (t) => {
  const target = join(await tempFolder(t), 'file');
  const { stdout } = await runChild(command(target));
  const written = createHash('sha256').update(readFileSync(target)).digest('hex');
  assert.equal(stdout.trim(), written);
});

test('a failed background sync fails the transfer', { skip: requireTool('strace') }, async (t) => {
  const target = join(await tempFolder(t), 'file');
  const fault = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=1'];
  const { stdout, stderr } = await runChild(['strace', '-f', ...fault, ...command(target)]);
  assert.match(stderr, /INJECTED/);
  assert.equal(stdout.trim(), 'CLIENT_TARGET');
  assert.ok(!existsSync(target), 'the name of a file that may be lost does not appear');
  assert.ok(!existsSync(`${target}.mdm-part`), 'what may be lost is not continued');
});

test('what a transfer left that was killed after its file had its name is removed, what is held stays', async (t) => {
  const folder = await tempFolder(t);
  const path = join(folder, 'file');
  const target = { path, shown: path };
  const { stdout } = await runChild([process.execPath, '-e', 'console.log(process.pid)']);
  const leave = (pid: string): void => {
    writeFileSync(path, 'whole');
    linkSync(path, `${path}.mdm-part`);
    writeFileSync(`${path}.mdm-part.json`, '{}');
    symlinkSync(`${hostname()} ${pid.trim()}`, `${path}.mdm-part.lock`);
  };
  leave(stdout);
  await PartFile.sweep(target);
  assert.deepEqual(readdirSync(folder), ['file']);
  leave(`${process.pid}`);
  await PartFile.sweep(target);
  assert.equal(readdirSync(folder).length, 4);
});
