import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { test } from 'node:test';
import { filesErrors } from '../../files/errors.ts';
import { MdmError } from '../../lib/errors/mdm-error.ts';
import { recallErrors } from '../../recall/errors.ts';
import { webdavLimits } from './limits.ts';
import { httpStatus } from './status.ts';
import { type MemoryFile, memoryFiles, serveDoor } from './suite.ts';

const sample = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7) ^ (index >> 8));

const bytes = sample(100_000);
const file = '/site/c/i-1.dcm';
const authorization = 'Bearer good';

type Owner = Parameters<typeof serveDoor>[0];

interface Door {
  readonly files: ReturnType<typeof memoryFiles>;
  readonly port: number;
  /** A request of the accepted caller. */
  readonly ask: (method: string, path: string, options?: RequestInit) => Promise<Response>;
}

async function open(
  owner: Owner,
  tree: Record<string, MemoryFile> = { [file]: { bytes } },
): Promise<Door> {
  const files = memoryFiles(tree);
  const { port, url } = await serveDoor(owner, files);
  return {
    files,
    port,
    ask: (method, path, options = {}) =>
      fetch(`${url}${path}`, {
        ...options,
        method,
        headers: { authorization, ...(options.headers as Record<string, string>) },
        redirect: 'error',
      }),
  };
}

const body = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer());
const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

/** The raw answer to raw bytes; ends when the server closes. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('close', () => resolve(text));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.end(request, 'latin1');
  });
}

test('OPTIONS says class 1 and the methods, to anybody', async (t) => {
  const { port } = await open(t);
  const response = await fetch(`http://127.0.0.1:${port}/x`, { method: 'OPTIONS' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('dav'), '1');
  assert.equal(response.headers.get('allow'), 'OPTIONS, GET, HEAD, PROPFIND');
});

test('who does not say who they are gets 401 before anything is looked up', async (t) => {
  const { files, port } = await open(t);
  for (const method of ['GET', 'HEAD', 'PROPFIND', 'PUT', 'COPY', 'POST']) {
    for (const path of [file, '/nothing', '/..%2f']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="mdm"');
    }
  }
  assert.deepEqual(files.calls, []);
});

test('a refused token is told why, without breaking out of the header', async (t) => {
  const { files, port } = await open(t);
  const headers = { authorization: 'Bearer bad' };
  const response = await fetch(`http://127.0.0.1:${port}${file}`, { headers });
  assert.equal(response.status, 401);
  const description = 'The  token  ended  yesterday.';
  assert.equal(
    response.headers.get('www-authenticate'),
    `Bearer realm="mdm", error="invalid_token", error_description="${description}"`,
  );
  const answer = (await response.json()) as Record<string, unknown>;
  assert.equal(answer['code'], 'WEBDAV_CREDENTIAL_REFUSED');
  assert.equal(answer['reason'], 'IDENTITY_TOKEN_EXPIRED');
  assert.deepEqual(files.calls, []);
});

test('GET gives the whole file with its headers, opened once', async (t) => {
  const { ask, files } = await open(t);
  const response = await ask('GET', file);
  assert.equal(response.status, 200);
  const expected: Record<string, string> = {
    'content-length': '100000',
    'content-type': 'application/dicom',
    'content-disposition': 'attachment; filename="i-1.dcm"',
    'last-modified': 'Thu, 13 Jun 2024 10:15:00 GMT',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
  };
  for (const [name, value] of Object.entries(expected))
    assert.equal(response.headers.get(name), value);
  // The double lends one piece of memory for all chunks: too early a next chunk would show here.
  same(await body(response), bytes);
  assert.deepEqual(files.calls, [`open ${file}`]);
  assert.equal(files.openBodies(), 0);
});

test('HEAD says the same and recalls nothing', async (t) => {
  const { ask, files } = await open(t);
  const response = await ask('HEAD', file);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-length'), '100000');
  assert.deepEqual(files.calls, [`stat ${file}`]);
});

test('an unknown size is absent, never 0: HEAD and PROPFIND; GET knows it', async (t) => {
  const { ask } = await open(t, { [file]: { bytes, isUnknown: true } });
  const head = await ask('HEAD', file);
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('content-length'), null);
  assert.equal(head.headers.get('transfer-encoding'), null);
  assert.equal(head.headers.get('etag'), null);
  const found = await (await ask('PROPFIND', file, { headers: { depth: '0' } })).text();
  assert.doesNotMatch(found, /getcontentlength|getetag/);
  const page = await (await ask('GET', '/site/c/', { headers: { accept: 'text/html' } })).text();
  assert.match(page, /<td class="number">unknown<\/td>/);
  same(await body(await ask('GET', file)), bytes);
});

test('one range: 206 with exactly those bytes', async (t) => {
  const { ask } = await open(t);
  const rows = [
    ['bytes=0-0', 0, 1],
    ['bytes=10-99999', 10, 99_990],
    ['bytes=99990-', 99_990, 10],
    ['bytes=-5', 99_995, 5],
    ['bytes=50000-999999999', 50_000, 50_000],
    ['bytes=-999999999', 0, 100_000],
  ] as const;
  for (const [range, offset, length] of rows) {
    const response = await ask('GET', file, { headers: { range } });
    assert.equal(response.status, 206, range);
    const last = offset + length - 1;
    assert.equal(response.headers.get('content-range'), `bytes ${offset}-${last}/100000`);
    assert.equal(response.headers.get('content-length'), String(length));
    same(await body(response), bytes.subarray(offset, offset + length));
  }
});

test('a range outside gets 416 with the size; a malformed one the whole file', async (t) => {
  const { ask } = await open(t);
  for (const range of ['bytes=100000-', 'bytes=100000-100001,200000-', 'bytes=-0']) {
    const response = await ask('GET', file, { headers: { range } });
    assert.equal(response.status, 416, range);
    assert.equal(response.headers.get('content-range'), 'bytes */100000');
    const answer = (await response.json()) as Record<string, unknown>;
    assert.equal(answer['code'], 'FILES_RANGE_NOT_SATISFIABLE');
  }
  for (const range of ['bytes=x', 'lines=1-2', 'bytes=9-3']) {
    assert.equal((await ask('GET', file, { headers: { range } })).status, 200, range);
  }
});

test('several ranges: multipart, near ones joined, every part as announced', async (t) => {
  const { ask } = await open(t);
  const response = await ask('GET', file, {
    headers: { range: 'bytes=90000-90009,0-9,20-29,-10,500000-' },
  });
  assert.equal(response.status, 206);
  const [, boundary = ''] =
    /^multipart\/byteranges; boundary=([0-9a-f]+)$/.exec(
      response.headers.get('content-type') ?? '',
    ) ?? [];
  const text = (await body(response)).toString('latin1');
  assert.equal(response.headers.get('content-length'), String(text.length));
  const parts = text.split(`\r\n--${boundary}`);
  assert.equal(parts.at(-1), '--\r\n');
  const spans = parts.slice(1, -1).map((part) => {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    const [, first, last] = /^Content-Range: bytes (\d+)-(\d+)\/100000$/m.exec(head) ?? [];
    same(
      Buffer.from(rest.join('\r\n\r\n'), 'latin1'),
      bytes.subarray(Number(first), Number(last) + 1),
    );
    return [Number(first), Number(last)];
  });
  assert.deepEqual(spans, [
    [0, 29],
    [90_000, 90_009],
    [99_990, 99_999],
  ]);
});

test('a new version between two parts cuts the connection before a byte of it is sent', async (t) => {
  const { files, port } = await open(t);
  const openFirst = files.open.bind(files);
  files.open = async (...args) => {
    const opened = await openFirst(...args);
    files.put(file, { bytes: new Uint8Array(100_000).fill(0xee) });
    return opened;
  };
  const head = `GET ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
  const answer = await raw(port, `${head}Range: bytes=0-9,50000-99999\r\n\r\n`);
  assert.ok(answer.includes(Buffer.from(bytes.subarray(0, 10)).toString('latin1')));
  assert.doesNotMatch(answer, /\u00ee{4}|--\r\n$/);
});

test('If-Range: the range of the same version, all of another', async (t) => {
  const { ask } = await open(t);
  const etag = (await ask('HEAD', file)).headers.get('etag') ?? '';
  const status = async (ifRange: string, range = 'bytes=5-9'): Promise<number> =>
    (await ask('GET', file, { headers: { range, 'if-range': ifRange } })).status;
  assert.equal(await status(etag), 206);
  assert.equal(await status('"other"'), 200);
  assert.equal(await status(`W/${etag}`), 200);
  assert.equal(await status('Thu, 13 Jun 2024 10:15:00 GMT'), 200);
  assert.equal(await status(etag, 'bytes=0-1,90000-90001'), 206);
  assert.equal(await status('"other"', 'bytes=0-1,90000-90001'), 200);
});

test('preconditions are answered without opening the file', async (t) => {
  const { ask, files } = await open(t);
  const etag = (await ask('HEAD', file)).headers.get('etag') ?? '';
  const before = 'Thu, 13 Jun 2024 10:14:59 GMT';
  const at = 'Thu, 13 Jun 2024 10:15:00 GMT';
  const rows = [
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `"x", W/${etag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"', 'if-modified-since': at }, 200],
    [{ 'if-modified-since': at }, 304],
    [{ 'if-modified-since': before }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': at }, 200],
  ] as const;
  for (const method of ['GET', 'HEAD']) {
    for (const [headers, status] of rows) {
      files.calls.length = 0;
      const response = await ask(method, file, { headers });
      assert.equal(response.status, status, JSON.stringify(headers));
      const opened = files.calls.includes(`open ${file}`);
      assert.equal(opened, status === 200 && method === 'GET');
      await response.arrayBuffer();
    }
  }
});

test('digests when wanted and known, in the form each header has', async (t) => {
  const { ask } = await open(t, { [file]: { bytes }, '/new': { bytes, isUnknown: true } });
  const sha = createHash('sha256').update(bytes).digest('base64');
  const md5 = createHash('md5').update(bytes).digest('base64');
  const rows = [
    [{ 'want-digest': 'adler32' }, 'adler32=0a1b2c3d', null],
    [{ 'want-digest': 'MD5;q=0.5, sha-256' }, `sha-256=${sha},md5=${md5}`, null],
    [{ 'want-digest': 'md5;q=0, crc32c' }, null, null],
    [{ 'want-repr-digest': 'sha-256=10, unixsum=1' }, null, `sha-256=:${sha}:`],
    [{ 'want-repr-digest': 'sha-256=0' }, null, null],
    [{}, null, null],
  ] as const;
  for (const [headers, digest, reprDigest] of rows) {
    const response = await ask('HEAD', file, { headers });
    assert.equal(response.headers.get('digest'), digest);
    assert.equal(response.headers.get('repr-digest'), reprDigest);
  }
  const unknown = await ask('HEAD', '/new', { headers: { 'want-digest': 'md5' } });
  assert.equal(unknown.headers.get('digest'), null);
});

test('the key of a sealed form goes with its bytes', async (t) => {
  const recipientPublicKey = Uint8Array.of(251, 255, 3);
  const { ask } = await open(t, {
    '/a.c4gh': { bytes, key: { keyId: 'k-1', recipientPublicKey } },
  });
  for (const range of ['bytes=0-', 'bytes=0-9', 'bytes=0-9,90000-90009']) {
    const response = await ask('GET', '/a.c4gh', { headers: { range } });
    assert.equal(response.headers.get('mdm-key-id'), 'k-1');
    assert.equal(response.headers.get('mdm-recipient-public-key'), '-_8D');
    await response.arrayBuffer();
  }
});

test('a body that fails, ends short or stalls never looks whole', async (t) => {
  const failure = recallErrors.create('RECALL_INCOMPLETE');
  const { ask, files } = await open(t, {
    '/fails': { bytes, breaksAt: { offset: 60_000, with: failure } },
    '/short': { bytes, breaksAt: { offset: 60_000, with: 'end' } },
  });
  for (const path of ['/fails', '/short']) {
    for (const headers of [{}, { range: 'bytes=10-' }, { range: 'bytes=0-9,40000-' }]) {
      await assert.rejects(ask('GET', path, { headers }).then(body), path);
    }
  }
  assert.equal(files.openBodies(), 0);
});

test('after a body that ends short no other answer follows on the connection', async (t) => {
  const { port } = await open(t, {
    '/short': { bytes, breaksAt: { offset: 60_000, with: 'end' } },
    [file]: { bytes },
  });
  const ask = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`;
  const answer = await raw(port, ask('/short') + ask(file));
  assert.equal(answer.split('HTTP/1.1 ').length, 2);
});

test('a client that leaves releases the source at once, even one that waits', async (t) => {
  const { ask, files } = await open(t, {
    '/waits': { bytes, breaksAt: { offset: 60_000, with: 'wait' } },
  });
  const leave = new AbortController();
  const response = await ask('GET', '/waits', { signal: leave.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  assert.equal(files.openBodies(), 1);
  leave.abort();
  await reader?.closed.catch(() => undefined);
  for (let turn = 0; files.openBodies() > 0 && turn < 10_000; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.equal(files.openBodies(), 0);
});

test('a client that does not read holds the source up: nothing piles up here', async (t) => {
  const chunk = new Uint8Array(1 << 20);
  let given = 0;
  const files = memoryFiles({ [file]: { bytes } });
  const openSmall = files.open.bind(files);
  files.open = async (...args) => {
    const opened = await openSmall(...args);
    const endless = (async function* (): AsyncGenerator<Uint8Array> {
      for (; given < 4096; given += 1) yield chunk;
    })();
    return { ...opened, length: 4096 * chunk.length, body: endless };
  };
  const { port } = await serveDoor(t, files);
  const socket = connect({ host: '127.0.0.1', port });
  t.after(() => socket.destroy());
  socket.pause();
  socket.write(`GET ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
  let before = -1;
  // Until nothing moves any more: the buffers of the kernel are full.
  for (let quiet = 0; quiet < 2000; quiet = given === before ? quiet + 1 : 0) {
    before = given;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.ok(given > 0 && given < 64, `${given} MiB taken from the source`);
});

test('PROPFIND 0 and 1: the entry first, directories with a slash, properties as asked', async (t) => {
  const { ask } = await open(t, { [file]: { bytes }, '/site/c/deeper/x': { bytes } });
  const zero = await ask('PROPFIND', '/site/c', { headers: { depth: '0' } });
  assert.equal(zero.status, 207);
  assert.equal(zero.headers.get('content-type'), 'application/xml; charset=utf-8');
  assert.deepEqual(hrefs(await zero.text()), ['/site/c/']);
  const one = await (await ask('PROPFIND', '/site/c/', { headers: { depth: '1' } })).text();
  assert.deepEqual(hrefs(one), ['/site/c/', '/site/c/deeper/', '/site/c/i-1.dcm']);
  assert.match(one, /<D:getcontentlength>100000<\/D:getcontentlength>/);
  assert.match(one, /<D:resourcetype><D:collection\/><\/D:resourcetype>/);
  assert.match(one, /<D:creationdate>2024-06-13T10:15:00Z<\/D:creationdate>/);
  assert.match(one, /<D:getetag>&quot;[0-9a-f]{32}&quot;<\/D:getetag>/);
  assert.deepEqual(hrefs(await (await ask('PROPFIND', file, { headers: { depth: '1' } })).text()), [
    file,
  ]);
  const asked =
    '<propfind xmlns="DAV:"><prop><getcontentlength/><quota/><z xmlns="u:&quot;"/></prop></propfind>';
  const some = await (await ask('PROPFIND', file, { headers: { depth: '0' }, body: asked })).text();
  const expected =
    '<D:propstat><D:prop><D:getcontentlength>100000</D:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>' +
    '<D:propstat><D:prop><D:quota/><x:z xmlns:x="u:&quot;"/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>';
  assert.ok(some.includes(expected), some);
  const names = '<propfind xmlns="DAV:"><propname/></propfind>';
  const named = await (
    await ask('PROPFIND', file, { headers: { depth: '0' }, body: names })
  ).text();
  assert.match(named, /<D:getetag\/>/);
});

const hrefs = (xml: string): string[] =>
  [...xml.matchAll(/<D:href>([^<]*)</g)].map(([, href = '']) => href);

test('PROPFIND pages through a large directory', async (t) => {
  const count = webdavLimits.pageEntries * 2 + 17;
  const paths = Array.from(
    { length: count },
    (_, index) => `/big/i-${String(index).padStart(6, '0')}`,
  );
  const { ask, files } = await open(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sample(3) }])),
  );
  const xml = await (await ask('PROPFIND', '/big', { headers: { depth: '1' } })).text();
  assert.deepEqual(hrefs(xml), ['/big/', ...paths]);
  assert.equal(files.calls.filter((call) => call === 'list /big').length, 3);
});

test('PROPFIND that fails between two pages cuts the connection', async (t) => {
  const count = webdavLimits.pageEntries + 1;
  const paths = Array.from({ length: count }, (_, index) => `/big/i-${index}`);
  const { ask, files } = await open(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sample(3) }])),
  );
  const list = files.list.bind(files);
  files.list = (caller, path, page) =>
    page.cursor === undefined
      ? list(caller, path, page)
      : Promise.reject(filesErrors.create('FILES_NOT_FOUND'));
  await assert.rejects(ask('PROPFIND', '/big', { headers: { depth: '1' } }).then(body));
});

test('infinite depth, also by leaving it out, is refused in the words of WebDAV', async (t) => {
  const { ask, files } = await open(t);
  for (const headers of [{}, { depth: 'infinity' }, { depth: '2' }]) {
    const response = await ask('PROPFIND', '/', { headers });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<D:propfind-finite-depth\/>/);
  }
  assert.deepEqual(files.calls, []);
});

test('a PROPFIND body with a document type, or too long, is refused and nothing is looked up', async (t) => {
  const { ask, files } = await open(t);
  const rows = [
    ['<!DOCTYPE x [<!ENTITY a "a">]><propfind xmlns="DAV:"><allprop/></propfind>', 400],
    [`<propfind xmlns="DAV:">${' '.repeat(70_000)}<allprop/></propfind>`, 413],
  ] as const;
  for (const [text, status] of rows) {
    const response = await ask('PROPFIND', '/', { headers: { depth: '0' }, body: text });
    assert.equal(response.status, status);
  }
  assert.deepEqual(files.calls, []);
});

test('every way to write is refused with 403, copies with 501, other methods with 405', async (t) => {
  const { files, port } = await open(t);
  const rows = [
    ...['PUT', 'DELETE', 'MKCOL', 'MOVE', 'PATCH', 'PROPPATCH', 'LOCK', 'UNLOCK', 'ACL'].map(
      (method) => [method, 403, 'FILES_READ_ONLY'] as const,
    ),
    ['COPY', 501, 'WEBDAV_COPY_UNSUPPORTED'] as const,
    ...['POST', 'REPORT', 'SEARCH', 'TRACE'].map(
      (method) => [method, 405, 'WEBDAV_METHOD_UNKNOWN'] as const,
    ),
  ];
  for (const [method, status, code] of rows) {
    const head = `${method} ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
    const answer = await raw(port, `${head}Content-Length: 0\r\nConnection: close\r\n\r\n`);
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), `${method}: ${answer}`);
    assert.ok(answer.includes(code));
  }
  assert.deepEqual(files.calls, []);
});

test('PUT that asks to continue is refused without 100, so its body is never sent', async (t) => {
  const { port } = await open(t);
  const head = `PUT ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
  const answer = await raw(port, `${head}Content-Length: 99999\r\nExpect: 100-continue\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 403 /);
  assert.match(answer, /\r\nConnection: close\r\n/i);
  assert.doesNotMatch(answer, /100 Continue/i);
});

test('no way to leave the tree reaches the port', async (t) => {
  const { files, port } = await open(t);
  const targets = [
    '/../etc/passwd',
    '/%2e%2e/x',
    '/a%2fb',
    '/a%5cb',
    '/a\\b',
    '/%00',
    '//x',
    '/%252e',
    '/\xff',
  ];
  for (const method of ['GET', 'HEAD', 'PROPFIND']) {
    for (const target of targets) {
      const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nDepth: 1\r\n`;
      const answer = await raw(port, `${head}Connection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 (404|400) /, `${method} ${target}`);
    }
  }
  assert.deepEqual(files.calls, []);
});

test('a directory is a page of relative links, escaped, and no script may run', async (t) => {
  const { ask } = await open(t, {
    '/site/c/<i>&"x.dcm': { bytes },
    '/site/c/dir/x': { bytes },
    '/site/c/refused': { bytes, refusal: 'VOLUME_GANTRY_TILT' },
  });
  for (const [path, base] of [
    ['/site/c/', './'],
    ['/site/c', './c/'],
  ] as const) {
    const response = await ask('GET', path);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(
      response.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'sha256-/,
    );
    assert.equal(response.headers.get('content-disposition'), null);
    const html = await response.text();
    assert.ok(html.includes(`<a href="${base}dir/">dir/</a>`));
    assert.ok(html.includes(`<a href="${base}%3Ci%3E%26%22x.dcm">&lt;i&gt;&amp;&quot;x.dcm</a>`));
    assert.ok(html.includes('cannot be read (VOLUME_GANTRY_TILT)'));
    assert.ok(html.includes('<td class="number">100,000</td>'));
    assert.doesNotMatch(html, /<i>|<script/);
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    assert.ok(response.headers.get('content-security-policy')?.includes(`'sha256-${digest}'`));
  }
  const head = await ask('HEAD', '/site/c');
  assert.equal(head.status, 200);
});

test('a large directory has a link to its next page; JSON tells the same', async (t) => {
  const count = webdavLimits.pageEntries + 3;
  const paths = Array.from(
    { length: count },
    (_, index) => `/big/i-${String(index).padStart(6, '0')}`,
  );
  const { ask } = await open(
    t,
    Object.fromEntries(paths.map((path) => [path, { bytes: sample(3) }])),
  );
  const html = await (await ask('GET', '/big/')).text();
  const [, next = ''] = /<a href="\.\/(\?cursor=[^"]+)" rel="next">/.exec(html) ?? [];
  const second = await (await ask('GET', `/big/${next}`)).text();
  assert.equal([...second.matchAll(/<a href="\.\/i-/g)].length, 3);
  assert.doesNotMatch(second, /rel="next"/);
  const json = await ask('GET', '/big', { headers: { accept: 'application/json' } });
  const listed = (await json.json()) as { entries: { name: string; size: number }[]; next: string };
  assert.equal(listed.entries.length, webdavLimits.pageEntries);
  assert.equal(listed.entries[0]?.size, 3);
  assert.equal(`?cursor=${listed.next}`, next);
});

test('every documented failure gets its status, its code and advice, and nothing of its context', async (t) => {
  const tables = { ...filesErrors.rows, ...recallErrors.rows };
  for (const [code, row] of Object.entries(tables)) {
    const context = { canary: 'SYNTHETIC^ADA', reason: 'VOLUME_UNEVEN_SPACING' };
    const failure = new MdmError(code, row.disposition, { message: 'SYNTHETIC^ADA', context });
    if (code === 'FILES_IS_A_DIRECTORY') continue;
    const { ask } = await open(t, { [file]: { bytes, failure } });
    for (const accept of ['*/*', 'text/html']) {
      const response = await ask('GET', file, { headers: { accept } });
      const text = await response.text();
      assert.equal(response.status, httpStatus[code as keyof typeof httpStatus]);
      assert.ok(
        text.includes(code) && text.includes('VOLUME_UNEVEN_SPACING') && text.includes('request-1'),
      );
      assert.doesNotMatch(text, /SYNTHETIC/);
      const wait = response.status === 503 || response.status === 507 || response.status === 429;
      if (wait) assert.equal(response.headers.get('retry-after'), '30');
    }
  }
});

test('Retry-After is the time that the failure names', async (t) => {
  const failure = recallErrors.create('RECALL_IN_PROGRESS', {
    context: { retryAfterSeconds: 9.2 },
  });
  const { ask } = await open(t, { [file]: { bytes, failure } });
  const response = await ask('GET', file);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '10');
});

test('a failure of our own says nothing of itself', async (t) => {
  const { ask } = await open(t, {
    [file]: { bytes, failure: new Error('/var/lib/SYNTHETIC^ADA') },
  });
  const response = await ask('GET', file);
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.match(text, /WEBDAV_FAILED/);
  assert.doesNotMatch(text, /SYNTHETIC|var/);
});

test('a file is no directory and an absent name is absent, in every method', async (t) => {
  const { ask } = await open(t);
  for (const method of ['GET', 'HEAD', 'PROPFIND']) {
    const headers = { depth: '1' };
    assert.equal((await ask(method, '/nothing', { headers })).status, 404);
    const status = httpStatus.FILES_NOT_A_DIRECTORY;
    assert.equal((await ask(method, `${file}/`, { headers })).status, status);
  }
});
