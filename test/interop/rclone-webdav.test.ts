import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { webdavLimits } from '../../src/access/webdav/limits.ts';
import { type Finished, runChild } from '../support/child.ts';
import type { ModelFile } from '../support/files-model.ts';
import { requireTool } from '../support/require-tool.ts';
import { goodToken, openWebdav, type WebdavBench } from './webdav-bench.ts';

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) ^ (index >> 8));
const folder = '/site/c@v1/p-1/t-1/s-1';
const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

interface Rclone extends WebdavBench {
  /** Run rclone; `:webdav:` names the tree. */
  readonly rclone: (...args: readonly string[]) => Promise<Finished>;
}

async function openRclone(t: TestContext, tree: Record<string, ModelFile>): Promise<Rclone> {
  const bench = await openWebdav(t, tree);
  const env = {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_WEBDAV_URL: bench.url,
    RCLONE_WEBDAV_VENDOR: 'other',
    RCLONE_WEBDAV_BEARER_TOKEN: goodToken,
    RCLONE_CA_CERT: bench.caPath,
    RCLONE_RETRIES: '1',
    RCLONE_LOW_LEVEL_RETRIES: '1',
  };
  return { ...bench, rclone: (...args) => runChild(['rclone', ...args], { env }) };
}

const skip = requireTool('rclone');

test('rclone lists names, sizes and times, to the bottom', { skip }, async (t) => {
  const { rclone } = await openRclone(t, {
    [`${folder}/i-1.dcm`]: { bytes },
    '/site/other/p-1/t-1/s-2/x.dcm': { bytes },
  });
  const { code, stdout, stderr } = await rclone('lsl', ':webdav:/site');
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split('\n').toSorted();
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /^ *3000000 2024-06-13 .* c@v1\/p-1\/t-1\/s-1\/i-1\.dcm$/);
});

test('rclone lists more than one page', { skip }, async (t) => {
  const count = webdavLimits.pageEntries + 20;
  const small = { bytes: bytes.subarray(0, 3) };
  const names = Array.from(
    { length: count },
    (_, index) => [`${folder}/i-${index}.dcm`, small] as const,
  );
  const { rclone } = await openRclone(t, Object.fromEntries(names));
  const { stdout } = await rclone('lsf', `:webdav:${folder}`);
  assert.equal(stdout.trim().split('\n').length, count);
});

test('rclone cat reads all of a file or a part', { skip }, async (t) => {
  const { rclone } = await openRclone(t, {
    [`${folder}/a.nii`]: { bytes: Buffer.from('0123456789') },
  });
  assert.equal((await rclone('cat', `:webdav:${folder}/a.nii`)).stdout, '0123456789');
  const part = await rclone('cat', '--offset', '3', '--count', '4', `:webdav:${folder}/a.nii`);
  assert.equal(part.stdout, '3456');
});

test('rclone copies a directory and finds it the same afterwards', { skip }, async (t) => {
  const names = ['i-1.dcm', 'i-2.dcm', 'v-1.nii'];
  const tree = Object.fromEntries(names.map((name) => [`${folder}/${name}`, { bytes }]));
  const bench = await openRclone(t, tree);
  const target = join(bench.folder, 'copy');
  const copied = await bench.rclone('copy', `:webdav:${folder}`, target);
  assert.equal(copied.code, 0, copied.stderr);
  assert.deepEqual(readdirSync(target).toSorted(), names);
  for (const name of names) same(readFileSync(join(target, name)), bytes);
  const checked = await bench.rclone('check', `:webdav:${folder}`, target);
  assert.equal(checked.code, 0, checked.stderr);
});

test('rclone reports a recall that fails under way, and keeps no short file', {
  skip,
}, async (t) => {
  const breaksAt = { offset: 1_500_000, with: 'RECALL_INCOMPLETE' } as const;
  const broken = { bytes, breaksAt };
  for (const state of ['staged', 'cold'] as const) {
    const bench = await openRclone(t, { [`${folder}/i-1.dcm`]: { ...broken, state } });
    const target = join(bench.folder, 'copy');
    const copied = await bench.rclone('copy', `:webdav:${folder}`, target);
    assert.notEqual(copied.code, 0);
    const kept = await bench.rclone('lsf', target);
    assert.equal(kept.stdout, '');
  }
});

test('rclone cannot write, make or delete', { skip }, async (t) => {
  const bench = await openRclone(t, { [`${folder}/i-1.dcm`]: { bytes } });
  const uploads = [
    ['copyto', bench.caPath, `:webdav:${folder}/new.dcm`],
    ['mkdir', ':webdav:/site/new'],
    ['deletefile', `:webdav:${folder}/i-1.dcm`],
    ['moveto', `:webdav:${folder}/i-1.dcm`, `:webdav:${folder}/i-2.dcm`],
  ] as const;
  for (const args of uploads) {
    const { code, stderr } = await bench.rclone(...args);
    assert.notEqual(code, 0);
    assert.match(stderr, /403|read.only|501/i);
  }
});
