/**
 * A file of which nobody knows the size yet is read whole, or fails, with every client that people have;
 * none takes it for an empty one without a word. The size is absent, but for those that take that for 0.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createWebdavDoor } from '../../src/access/webdav/webdav-door.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createListener } from '../../src/listener/listener.ts';
import { runChild, startChild } from '../support/child.ts';
import { FilesModel } from '../support/files-model.ts';
import { requireFuse } from '../support/require-fuse.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { sampleBytes } from '../support/webdav-door.ts';
import { openWebdav } from './webdav-bench.ts';

const bytes = sampleBytes(3_000_000);
const series = '/site/c/p-1/t-1/s-1';
const name = 'v-1.nii.gz';
const cold = { [`${series}/${name}`]: { bytes, state: 'cold' } } as const;
const same = (actual: Uint8Array): void => assert.equal(Buffer.compare(actual, bytes), 0);

interface Bench {
  readonly files: FilesModel;
  readonly url: string;
  readonly folder: string;
  /** Authorization headers that came. */
  readonly shown: (string | undefined)[];
}

/** The door without TLS; whoever comes is served. */
async function openPlain(t: TestContext): Promise<Bench> {
  const files = new FilesModel({ tree: cold });
  const shown: (string | undefined)[] = [];
  const principal: Principal = {
    subject: 'token:x#ada',
    groups: [],
    method: 'token',
    expiresMs: Number.MAX_SAFE_INTEGER,
  };
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    doors: [createWebdavDoor({ files, log: silentLog })],
    clock: systemClock,
    log: silentLog,
    authenticate({ authorization }) {
      shown.push(authorization);
      return Promise.resolve({ kind: 'accepted', principal });
    },
  });
  t.after(() => listener.close());
  const folder = await tempFolder(t);
  // davfs2 gives its rights up before it reads its settings.
  chmodSync(folder, 0o755);
  return { files, shown, folder, url: `http://127.0.0.1:${listener.port}` };
}

const rcloneEnv = (url: string): Readonly<Record<string, string>> => ({
  RCLONE_CONFIG: '/dev/null',
  RCLONE_WEBDAV_URL: url,
  RCLONE_WEBDAV_VENDOR: 'other',
  RCLONE_RETRIES: '1',
  RCLONE_LOW_LEVEL_RETRIES: '1',
});

test('rclone copies it without any option, and lists it as unknown', {
  skip: requireTool('rclone'),
}, async (t) => {
  const { url, folder } = await openPlain(t);
  const env = rcloneEnv(url);
  const listed = await runChild(['rclone', 'lsl', `:webdav:${series}`], { env });
  assert.match(listed.stdout, /^ *-1 /, listed.stderr);
  const copied = await runChild(['rclone', 'copy', `:webdav:${series}`, folder], { env });
  assert.equal(copied.code, 0, copied.stderr);
  same(readFileSync(join(folder, name)));
});

test('rclone mount reads all of it', {
  skip: requireTool('rclone', 'fusermount3') || requireFuse(),
}, async (t) => {
  const { url, folder } = await openPlain(t);
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  const command = ['rclone', 'mount', `:webdav:${series}`, mount, '--read-only'] as const;
  const rclone = await startChild(t, command, { env: rcloneEnv(url) });
  try {
    const target = join(folder, 'copy');
    // The mount is there when the file can be opened; a read of it is right or fails.
    for (let tries = 0; ; tries += 1) {
      const { code, stderr } = await runChild(['cp', join(mount, name), target]);
      if (code === 0) break;
      assert.ok(tries < 500, stderr);
      await delay(20);
    }
    same(readFileSync(target));
  } finally {
    await runChild(['fusermount3', '-u', mount]);
    await rclone.stop();
  }
});

test('davfs2 fails to read it until it was made once, with a token longer than a password may be', {
  skip: requireTool('mount.davfs', 'umount.davfs') || requireFuse(),
}, async (t) => {
  const { files, url, folder, shown } = await openPlain(t);
  const [mount, cache, settings] = ['mount', 'cache', 'davfs2.conf'].map((one) =>
    join(folder, one),
  );
  assert.ok(mount !== undefined && cache !== undefined && settings !== undefined);
  mkdirSync(mount);
  mkdirSync(cache);
  chmodSync(cache, 0o777);
  const authorization = `Bearer ${'e'.repeat(900)}`;
  const lines = ['ask_auth 0', 'use_locks 0', `cache_dir ${cache}`];
  lines.push(`add_header Authorization "${authorization}"`);
  writeFileSync(settings, `${lines.join('\n')}\n`);
  const source = `${url}${series}/`;
  const command = ['mount.davfs', source, mount, '-o', `ro,conf=${settings}`] as const;
  const target = join(folder, 'copy');
  for (const isMade of [false, true]) {
    if (isMade) files.put(`${series}/${name}`, { bytes });
    const mounted = await runChild(command, { timeoutMs: 30_000 });
    assert.equal(mounted.code, 0, mounted.stderr);
    try {
      // Twice: what the kernel remembers of the first must not make the second an empty file.
      for (let time = 0; time < 2; time += 1) {
        const copied = await runChild(['cp', join(mount, name), target], { timeoutMs: 30_000 });
        assert.equal(copied.code === 0, isMade, copied.stderr);
      }
    } finally {
      await runChild(['umount.davfs', mount]);
    }
  }
  same(readFileSync(target));
  assert.ok(shown.length > 0 && shown.every((one) => one === authorization));
});

test('cadaver gets all of it', { skip: requireTool('cadaver') }, async (t) => {
  const { url, folder } = await openPlain(t);
  const target = join(folder, 'copy');
  const input = `get ${name} ${target}\nquit\n`;
  const env = { HOME: folder };
  const got = await runChild(['cadaver', `${url}${series}/`], { env, input });
  assert.match(got.stdout, /succeeded/, got.stdout + got.stderr);
  same(readFileSync(target));
});

test('curl gets all of it; before, HEAD has no length', {
  skip: requireTool('curl'),
}, async (t) => {
  const { url, folder } = await openPlain(t);
  const file = `${url}${series}/${name}`;
  const head = await runChild(['curl', '-sI', file]);
  assert.match(head.stdout, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(head.stdout, /content-length/i);
  const target = join(folder, 'copy');
  assert.equal((await runChild(['curl', '-sf', '-o', target, file])).code, 0);
  same(readFileSync(target));
});

test('gfal2 and davix get all of it', {
  skip: requireTool('gfal-copy', 'gfal-stat', 'davix-get'),
}, async (t) => {
  const bench = await openWebdav(t, cold);
  const url = `${bench.url.replace('https:', 'davs:')}${series}/${name}`;
  const env = {
    X509_CERT_DIR: bench.caFolder,
    X509_USER_CERT: bench.certPath,
    X509_USER_KEY: bench.keyPath,
    GFAL_PYTHONBIN: '/usr/bin/python3',
  };
  const [byGfal, byDavix] = [join(bench.folder, 'gfal'), join(bench.folder, 'davix')];
  const seen = await runChild(['gfal-stat', url], { env });
  assert.match(seen.stdout, /Size: 0\s/, 'this client shows an absent size so');
  const copied = await runChild(['gfal-copy', url, `file://${byGfal}`], { env });
  assert.equal(copied.code, 0, copied.stderr);
  same(readFileSync(byGfal));
  bench.files.put(`${series}/${name}`, { bytes, state: 'cold' });
  const options = ['--cert', bench.certPath, '--key', bench.keyPath, '--capath', bench.caFolder];
  const read = await runChild(['davix-get', ...options, url, byDavix]);
  assert.equal(read.code, 0, read.stderr);
  same(readFileSync(byDavix));
});
