import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runChild } from '../support/child.ts';
import type { ModelFile } from '../support/files-model.ts';
import { requireTool } from '../support/require-tool.ts';
import { goodToken, openWebdav, type WebdavBench } from './webdav-bench.ts';

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) ^ (index >> 8));
const folder = '/site/c/p-1/t-1/s-1';
const file = `${folder}/i-1.dcm`;
const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

interface Answer {
  readonly code: number | null;
  readonly headers: string;
  readonly body: Buffer;
}

interface Curl extends WebdavBench {
  /** Run curl on `path`, with a good token unless told. */
  readonly curl: (path: string, ...options: readonly string[]) => Promise<Answer>;
}

async function openCurl(t: TestContext, tree: Record<string, ModelFile>): Promise<Curl> {
  const bench = await openWebdav(t, tree);
  const [headers, body] = [join(bench.folder, 'headers'), join(bench.folder, 'body')];
  const token = ['-H', `Authorization: Bearer ${goodToken}`];
  return {
    ...bench,
    async curl(path, ...options) {
      await writeFile(headers, '');
      await writeFile(body, '');
      const credential = options.includes('--anonymous') ? [] : token;
      const rest = options.filter((option) => option !== '--anonymous');
      const fixed = ['-s', '--cacert', bench.caPath, '--max-time', '20', '-D', headers];
      const output = options.includes('-o') ? [] : ['-o', body];
      const { code } = await runChild([
        'curl',
        ...fixed,
        ...output,
        ...credential,
        ...rest,
        `${bench.url}${path}`,
      ]);
      return { code, headers: readFileSync(headers, 'latin1'), body: readFileSync(body) };
    },
  };
}

const skip = requireTool('curl');

test('curl reads a file whole, from the middle, the end, and in several parts', {
  skip,
}, async (t) => {
  const { curl } = await openCurl(t, { [file]: { bytes } });
  const whole = await curl(file);
  assert.match(whole.headers, /^HTTP\/1\.1 200 /);
  same(whole.body, bytes);
  const middle = await curl(file, '-r', '1000000-1999999');
  assert.match(
    middle.headers,
    /^HTTP\/1\.1 206 [^]*Content-Range: bytes 1000000-1999999\/3000000/i,
  );
  same(middle.body, bytes.subarray(1_000_000, 2_000_000));
  same((await curl(file, '-r', '-10')).body, bytes.subarray(-10));
  const parts = await curl(file, '-r', '0-9,2000000-2000009');
  assert.match(parts.headers, /multipart\/byteranges; boundary=/);
  assert.match(parts.body.toString('latin1'), /Content-Range: bytes 2000000-2000009\/3000000/);
});

test('curl goes on with a transfer where it ended', { skip }, async (t) => {
  const { curl, folder } = await openCurl(t, { [file]: { bytes } });
  const path = join(folder, 'part');
  await writeFile(path, bytes.subarray(0, 1_234_567));
  const { headers } = await curl(file, '-C', '-', '-o', path);
  assert.match(headers, /Content-Range: bytes 1234567-2999999\/3000000/i);
  same(readFileSync(path), bytes);
});

test('curl -I of a file whose size is not known has no Content-Length; GET has', {
  skip,
}, async (t) => {
  const { curl, files } = await openCurl(t, { [file]: { bytes, state: 'cold' } });
  const head = await curl(file, '-I');
  assert.match(head.headers, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(head.headers, /content-length|transfer-encoding/i);
  assert.deepEqual(files.calls, [`stat ${file}`]);
  const whole = await curl(file);
  assert.match(whole.headers, /content-length: 3000000/i);
  same(whole.body, bytes);
});

test('curl sees a recall that fails under way as an error, not as a short file', {
  skip,
}, async (t) => {
  const breaksAt = { offset: 1_500_000, with: 'RECALL_INCOMPLETE' } as const;
  const { curl } = await openCurl(t, { [file]: { bytes, breaksAt } });
  const { code, body } = await curl(file);
  assert.ok(code === 18 || code === 56, `curl ended with ${code}`);
  assert.ok(body.length > 1_000_000 && body.length < bytes.length);
  same(body, bytes.subarray(0, body.length));
});

test('curl gets 503 with Retry-After and the code while a recall goes on', { skip }, async (t) => {
  const { curl } = await openCurl(t, {
    [file]: { bytes, state: 'cold', fails: 'RECALL_IN_PROGRESS' },
  });
  const { code, headers, body } = await curl(file, '--fail-with-body');
  assert.equal(code, 22);
  assert.match(headers, /^HTTP\/1\.1 503 [^]*Retry-After: 10/i);
  const answer = JSON.parse(body.toString()) as Record<string, unknown>;
  assert.equal(answer['code'], 'RECALL_IN_PROGRESS');
});

test('curl --retry waits as long as told, then has the file', { skip }, async (t) => {
  const { curl, files } = await openCurl(t, {
    [file]: { bytes, state: 'cold', fails: 'RECALL_IN_PROGRESS' },
  });
  const open = files.open.bind(files);
  files.open = async (...args) => {
    try {
      return await open(...args);
    } finally {
      files.put(file, { bytes });
    }
  };
  const { code, body } = await curl(file, '--retry', '2');
  assert.equal(code, 0);
  same(body, bytes);
});

test('curl -T is refused before it sends the body', { skip }, async (t) => {
  const { curl, folder, files } = await openCurl(t, { [file]: { bytes } });
  const path = join(folder, 'upload');
  await writeFile(path, bytes);
  const expecting = await curl('/site/new', '-T', path, '-H', 'Expect: 100-continue');
  assert.match(expecting.headers, /^HTTP\/1\.1 403 /);
  const unasked = await curl('/site/new', '-T', path, '-H', 'Expect:');
  assert.match(unasked.headers, /^HTTP\/1\.1 403 /);
  assert.deepEqual(files.calls, []);
});

test('curl without a credential gets 401, with a certificate the file', { skip }, async (t) => {
  const { curl, certPath, keyPath } = await openCurl(t, { [file]: { bytes } });
  const anonymous = await curl(file, '--anonymous');
  assert.match(anonymous.headers, /^HTTP\/1\.1 401 [^]*WWW-Authenticate: Bearer realm="mdm"\r\n/i);
  const refused = await curl(file, '--anonymous', '-H', 'Authorization: Bearer old');
  assert.match(refused.headers, /^HTTP\/1\.1 401 [^]*error="invalid_token"/);
  const known = await curl(file, '--anonymous', '--cert', certPath, '--key', keyPath);
  same(known.body, bytes);
});

test('curl --path-as-is cannot leave the tree', { skip }, async (t) => {
  const { curl, files } = await openCurl(t, { [file]: { bytes } });
  for (const path of ['/../../etc/passwd', '/site/..%2f..%2fx', '/site/%2e%2e/x', '/site/%00']) {
    const { headers } = await curl(path, '--path-as-is');
    assert.match(headers, /^HTTP\/1\.1 40[04] /);
  }
  assert.deepEqual(files.calls, []);
});

test('curl sees a directory as a page and as JSON', { skip }, async (t) => {
  const { curl } = await openCurl(t, {
    [file]: { bytes },
    [`${folder}/v-1.nii.gz`]: { bytes, state: 'cold' },
  });
  assert.match((await curl(`${folder}/`)).body.toString(), /<a href="\.\/i-1\.dcm">/);
  const json = await curl(folder, '-H', 'Accept: application/json');
  const { entries } = JSON.parse(json.body.toString()) as {
    entries: { name: string; size: unknown }[];
  };
  assert.deepEqual(
    entries.map(({ name, size }) => [name, size]),
    [
      ['i-1.dcm', 3_000_000],
      ['v-1.nii.gz', null],
    ],
  );
});

const davix = requireTool('davix-get', 'davix-ls');

test('davix lists with a certificate and reads the file', { skip: davix }, async (t) => {
  const bench = await openWebdav(t, { [file]: { bytes } });
  const options = ['--cert', bench.certPath, '--key', bench.keyPath, '--capath', bench.caFolder];
  const url = bench.url.replace('https:', 'davs:');
  const listed = await runChild(['davix-ls', ...options, '-l', `${url}${folder}`]);
  assert.match(listed.stdout, /3000000 .*i-1\.dcm/, listed.stderr);
  const target = join(bench.folder, 'copy');
  const read = await runChild(['davix-get', ...options, `${url}${file}`, target]);
  assert.equal(read.code, 0, read.stderr);
  same(readFileSync(target), bytes);
});

const gfal = requireTool('gfal-ls', 'gfal-copy', 'gfal-sum');

test('gfal lists, sums and copies over davs', { skip: gfal }, async (t) => {
  const bench = await openWebdav(t, { [file]: { bytes } });
  const env = {
    X509_CERT_DIR: bench.caFolder,
    X509_USER_CERT: bench.certPath,
    X509_USER_KEY: bench.keyPath,
    GFAL_PYTHONBIN: '/usr/bin/python3',
  };
  const url = bench.url.replace('https:', 'davs:');
  const listed = await runChild(['gfal-ls', '-l', `${url}${folder}`], { env });
  assert.match(listed.stdout, /3000000 .*i-1\.dcm/, listed.stderr);
  const target = join(bench.folder, 'copy');
  const copied = await runChild(['gfal-copy', `${url}${file}`, `file://${target}`], { env });
  assert.equal(copied.code, 0, copied.stderr);
  same(readFileSync(target), bytes);
  // No such checksum is known: the client says so, and reads nothing.
  const before = bench.files.calls.length;
  const summed = await runChild(['gfal-sum', `${url}${file}`, 'ADLER32'], { env });
  assert.notEqual(summed.code, 0, summed.stdout);
  assert.ok(bench.files.calls.slice(before).every((call) => call.startsWith('stat ')));
});
