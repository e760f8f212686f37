import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Extension, makeAuthority } from '../support/certificates.ts';
import { requireTool } from '../support/require-tool.ts';
import { sampleBytes } from '../support/webdav-door.ts';
import { openSrmBench } from './srm-bench.ts';

// Debian's grid clients as they are, with their shipped configuration, against the SRM door.

const skip = requireTool('gfal-ls', 'gfal-stat', 'gfal-copy', 'gfal-sum', 'gfal-mkdir', 'gfal-rm');

const slice = sampleBytes(52_428);
const volume = sampleBytes(700_001);
const folder = '/site/ct@1/p-0a/t-0b/s-0c';
const others = '/site/others/p-0a/t-0b/s-0c/i-04.dcm';
const tree = {
  [`${folder}/i-01.dcm`]: { bytes: slice },
  [`${folder}/i-02.dcm`]: { bytes: new Uint8Array(0) },
  [`${folder}/v-02.nii.gz`]: { bytes: volume, state: 'cold', polls: 2 },
  [`${folder}/v-03.nii.gz`]: { bytes: volume, state: 'cold', fails: 'RECALL_INCOMPLETE' },
  [others]: { bytes: slice },
} as const;
const collections = {
  '/site/others': { entries: [{ who: 'authenticated', rights: ['list'] }] },
} as const;

test('gfal-ls lists, gfal-stat describes, gfal-sum finds no checksum', {
  skip,
}, async (context) => {
  const bench = await openSrmBench(context, tree);
  const names = await bench.run(['gfal-ls', bench.surl(folder)]);
  assert.deepEqual(names.stdout.trim().split(/\s+/), [
    'i-01.dcm',
    'i-02.dcm',
    'v-02.nii.gz',
    'v-03.nii.gz',
  ]);
  const long = await bench.run(['gfal-ls', '-l', bench.surl(folder)]);
  assert.match(long.stdout, /^-r--r----- .* 52428 Jun 13 {2}2024 i-01\.dcm\s*$/m);
  const root = await bench.run(['gfal-ls', '-l', bench.surl('/')]);
  assert.match(root.stdout, /^dr-xr-x--- .* site\s*$/m);
  const stat = await bench.run(['gfal-stat', bench.surl(`${folder}/i-01.dcm`)]);
  assert.match(stat.stdout, /Size: 52428\tregular file/);
  assert.match(stat.stdout, /Modify: 2024-06-13 10:15:00/);
  const directory = await bench.run(['gfal-stat', bench.surl(folder)]);
  assert.match(directory.stdout, /directory/);
  // A checksum that is not known is not made up, and no reason to read.
  for (const name of ['ADLER32', 'MD5']) {
    const sum = await bench.run(['gfal-sum', bench.surl(`${folder}/i-01.dcm`), name]);
    assert.notEqual(sum.code, 0, sum.stdout);
  }
  assert.ok(!bench.files.calls.some((call) => call.startsWith('open ')));
});

test('gfal-copy copies what is there, and what must be recalled first', {
  skip,
}, async (context) => {
  const bench = await openSrmBench(context, tree);
  const copy = async (path: string): Promise<Uint8Array> => {
    const target = join(bench.folder, 'copy');
    const command = ['gfal-copy', '-f', bench.surl(path), `file://${target}`] as const;
    const { code, stderr } = await bench.run(command);
    assert.equal(code, 0, stderr);
    return new Uint8Array(readFileSync(target));
  };
  assert.deepEqual(await copy(`${folder}/i-01.dcm`), slice);
  assert.deepEqual(await copy(`${folder}/v-02.nii.gz`), volume);
  assert.deepEqual(await copy(`${folder}/i-02.dcm`), new Uint8Array(0));
  const staged = bench.files.calls.filter((call) => /^(stage|staged|release) /.test(call));
  assert.ok(staged.includes(`stage ${folder}/v-02.nii.gz 3600`));
  const asked = staged.filter((call) => call.startsWith('stage ')).length;
  const released = staged.filter((call) => call.startsWith('release ')).length;
  assert.equal(released, asked, 'every request is released');
});

test('gfal-copy -r copies a directory', { skip }, async (context) => {
  const bench = await openSrmBench(context, {
    [`${folder}/a.dcm`]: { bytes: slice },
    [`${folder}/b.dcm`]: { bytes: volume },
  });
  const target = join(bench.folder, 'out');
  const { code, stderr } = await bench.run([
    'gfal-copy',
    '-r',
    bench.surl(folder),
    `file://${target}`,
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(new Uint8Array(readFileSync(join(target, 'b.dcm'))), volume);
});

test('a large directory is listed completely, page by page', { skip }, async (context) => {
  const names = Array.from(
    { length: 2300 },
    (_, index) => `f-${String(index).padStart(5, '0')}.dcm`,
  );
  const many = Object.fromEntries(names.map((name) => [`${folder}/${name}`, { bytes: slice }]));
  const bench = await openSrmBench(context, many);
  const { stdout, stderr } = await bench.run(['gfal-ls', bench.surl(folder)]);
  assert.deepEqual(stdout.trim().split(/\s+/), names, stderr);
  const scans = bench.files.calls.filter((call) => call.startsWith('list '));
  // One try that was too much (1000 and one more), then three pages, none of them from the start.
  assert.ok(scans.length <= 5, scans.join('\n'));
});

test('failures reach the user by their name', { skip }, async (context) => {
  const bench = await openSrmBench(context, tree, { collections });
  const copy = (path: string) =>
    bench.run(['gfal-copy', bench.surl(path), `file://${join(bench.folder, 'never')}`]);
  const cases = [
    [await bench.run(['gfal-stat', bench.surl('/site/absent')]), 2, 'FILES_NOT_FOUND'],
    [await bench.run(['gfal-ls', bench.surl('/site/absent')]), 2, 'FILES_NOT_FOUND'],
    [await copy(`${folder}/v-03.nii.gz`), 16, 'RECALL_INCOMPLETE'],
    [await copy(others), 13, 'FILES_FORBIDDEN'],
    [await bench.run(['gfal-mkdir', bench.surl('/site/new')]), 13, 'FILES_READ_ONLY'],
    [await bench.run(['gfal-rm', bench.surl(`${folder}/i-01.dcm`)]), 13, 'FILES_READ_ONLY'],
  ] as const;
  for (const [{ code, stderr }, expected, name] of cases) {
    assert.equal(code, expected, stderr);
    assert.match(stderr, new RegExp(name));
  }
});

test('a certificate that does not count is refused in words', { skip }, async (context) => {
  const bench = await openSrmBench(context, tree);
  const { authority, user } = bench.grid;
  const write = (name: string, text: string): string => {
    const path = join(bench.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const stat = (env: Readonly<Record<string, string>>) =>
    bench.run(['gfal-stat', bench.surl('/site')], env);
  const stranger = await makeAuthority(authority.subject);
  const proxyInfo = new Uint8Array([0x30, 0x0c, 0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 21, 1]);
  const cases = [
    ['IDENTITY_SIGNATURE_INVALID', await stranger.issue({ subject: user.subject })],
    [
      'IDENTITY_NAME_UNUSABLE',
      await authority.issue({
        subject: [
          ['DC', 'test/CN=x'],
          ['CN', 'Alice Example'],
        ],
      }),
    ],
    [
      'IDENTITY_PROXY_UNSUPPORTED',
      await user.issue({
        subject: [...user.subject, ['CN', '1234']],
        onlyExtensions: [new Extension('1.3.6.1.5.5.7.1.14', true, proxyInfo)],
      }),
    ],
  ] as const;
  for (const [code, bad] of cases) {
    const X509_USER_CERT = write(`${code}.pem`, bad.pem + user.pem);
    const X509_USER_KEY = write(`${code}.key`, bad.keyPem);
    const refused = await stat({ X509_USER_CERT, X509_USER_KEY });
    assert.equal(refused.code, 13, refused.stderr);
    assert.match(refused.stderr, new RegExp(`SRM_AUTHENTICATION_FAILURE.*${code}`));
  }
  assert.deepEqual(bench.files.calls, [], 'nothing was looked up');
  assert.equal((await stat({})).code, 0);
});

test('a transfer that breaks off is an error, never a shorter file', { skip }, async (context) => {
  const path = `${folder}/v-01.nii`;
  const breaksAt = { offset: 300_000, with: 'RECALL_INCOMPLETE' } as const;
  const bench = await openSrmBench(context, { [path]: { bytes: volume, breaksAt } });
  const target = join(bench.folder, 'broken');
  const { code } = await bench.run(['gfal-copy', bench.surl(path), `file://${target}`]);
  assert.notEqual(code, 0);
});

test('RSA certificates work as well', { skip }, async (context) => {
  const bench = await openSrmBench(context, tree, { kind: 'rsa' });
  const target = join(bench.folder, 'copy');
  const command = ['gfal-copy', bench.surl(`${folder}/i-01.dcm`), `file://${target}`] as const;
  const { code, stderr } = await bench.run(command);
  assert.equal(code, 0, stderr);
  assert.deepEqual(new Uint8Array(readFileSync(target)), slice);
});
