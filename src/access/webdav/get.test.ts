import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { test } from 'node:test';
import { FilesModel } from '../../../test/support/files-model.ts';
import {
  askRaw,
  goodAuthorization,
  openDoor,
  sampleBytes,
  serveDoor,
} from '../../../test/support/webdav-door.ts';
import type { OpenFile } from '../../files/files.ts';

const bytes = sampleBytes(100_000);
const folder = '/site/c/p-1/t-1/s-1';
const file = `${folder}/i-1.dcm`;
const tree = { [file]: { bytes } };

const body = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer());
const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

test('GET gives the whole file with its headers, opened once', async (t) => {
  const { ask, files } = await openDoor(t, tree);
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
  };
  for (const [name, value] of Object.entries(expected))
    assert.equal(response.headers.get(name), value);
  assert.match(response.headers.get('etag') ?? '', /^"[rv]-[0-9a-f]{32}"$/);
  // The model lends one piece of memory for all chunks: too early a next chunk would show here.
  same(await body(response), bytes);
  assert.deepEqual(files.calls, [`open ${file}`]);
  assert.equal(files.openBodies, 0);
});

test('HEAD says the same and recalls nothing', async (t) => {
  const { ask, files } = await openDoor(t, tree);
  const response = await ask('HEAD', file);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-length'), '100000');
  assert.deepEqual(files.calls, [`stat ${file}`]);
});

test('one range: 206 with exactly those bytes', async (t) => {
  const { ask } = await openDoor(t, tree);
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
  const { ask } = await openDoor(t, tree);
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
  const { ask } = await openDoor(t, tree);
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
  const { files, port } = await openDoor(t, tree);
  const openFirst = files.open.bind(files);
  files.open = async (...args) => {
    const opened = await openFirst(...args);
    files.put(file, { bytes: new Uint8Array(100_000).fill(0xee) });
    return opened;
  };
  const head = `GET ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${goodAuthorization}\r\n`;
  const answer = await askRaw(port, `${head}Range: bytes=0-9,50000-99999\r\n\r\n`);
  assert.ok(answer.includes(Buffer.from(bytes.subarray(0, 10)).toString('latin1')));
  assert.doesNotMatch(answer, /\u00ee{4}|--\r\n$/);
});

test('If-Range: the range of the same version, all of another', async (t) => {
  const { ask } = await openDoor(t, tree);
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
  const { ask, files } = await openDoor(t, tree);
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

test('the digest when it is wanted and known, in the form each header has', async (t) => {
  const cold = `${folder}/i-2.dcm`;
  const { ask } = await openDoor(t, { [file]: { bytes }, [cold]: { bytes, state: 'cold' } });
  const sha = createHash('sha256').update(bytes).digest('base64');
  const rows = [
    [{ 'want-digest': 'sha-256' }, `sha-256=${sha}`, null],
    [{ 'want-digest': 'MD5;q=0.5, SHA-256;q=1' }, `sha-256=${sha}`, null],
    [{ 'want-digest': 'adler32, md5, crc32c' }, null, null],
    [{ 'want-digest': 'sha-256;q=0' }, null, null],
    [{ 'want-repr-digest': 'sha-256=10, unixsum=1' }, null, `sha-256=:${sha}:`],
    [{ 'want-repr-digest': 'sha-256=0' }, null, null],
    [{}, null, null],
  ] as const;
  for (const [headers, digest, reprDigest] of rows) {
    const response = await ask('HEAD', file, { headers });
    assert.equal(response.headers.get('digest'), digest);
    assert.equal(response.headers.get('repr-digest'), reprDigest);
  }
  const unknown = await ask('HEAD', cold, { headers: { 'want-digest': 'sha-256' } });
  assert.equal(unknown.headers.get('digest'), null);
});

test('the key of a sealed form goes with its bytes', async (t) => {
  const { ask } = await openDoor(t, tree);
  for (const range of ['bytes=0-', 'bytes=0-9', 'bytes=0-9,90000-90009']) {
    const response = await ask('GET', `${file}.c4gh`, { headers: { range } });
    assert.equal(response.status, 206);
    assert.match(response.headers.get('mdm-key-id') ?? '', /^[0-9a-f]{32}$/);
    assert.match(response.headers.get('mdm-recipient-public-key') ?? '', /^[\w-]{43}$/);
    await response.arrayBuffer();
  }
  const plain = await ask('GET', file);
  assert.equal(plain.headers.get('mdm-key-id'), null);
  await plain.arrayBuffer();
});

test('a growing file says what it will be, and its range goes on after it is published', async (t) => {
  const { ask, files } = await openDoor(t, { [file]: { bytes, state: 'cold' } });
  const growth = files.grow(file);
  await growth.write(bytes.subarray(0, 60_000));
  const head = await ask('HEAD', file);
  const etag = head.headers.get('etag') ?? '';
  assert.match(etag, /^"[rv]-[0-9a-f]{32}"$/);
  assert.equal(head.headers.get('content-length'), '100000');
  const headers = { range: 'bytes=50000-', 'if-range': etag };
  const early = await ask('GET', file, { headers });
  assert.deepEqual([early.status, early.headers.get('etag')], [206, etag]);
  await growth.write(bytes.subarray(60_000));
  await growth.commit();
  same(await body(early), bytes.subarray(50_000));
  const late = await ask('GET', file, { headers });
  assert.deepEqual([late.status, late.headers.get('etag')], [206, etag]);
  same(await body(late), bytes.subarray(50_000));
});

test('after a production that failed its range is no range any more', async (t) => {
  const { ask, files } = await openDoor(t, { [file]: { bytes, state: 'cold' } });
  const growth = files.grow(file);
  await growth.write(bytes.subarray(0, 60_000));
  const etag = (await ask('HEAD', file)).headers.get('etag') ?? '';
  await growth.fail('RECALL_PACS_FAILED');
  const again = await ask('GET', file, { headers: { range: 'bytes=50000-', 'if-range': etag } });
  assert.equal(again.status, 200);
  same(await body(again), bytes);
});

test('a body that fails before its first byte still gets its own answer', async (t) => {
  const breaksAt = { offset: 0, with: 'RECALL_INCOMPLETE' } as const;
  const { ask } = await openDoor(t, { [file]: { bytes, breaksAt } });
  const response = await ask('GET', file);
  assert.equal(response.status, 502);
  assert.match(await response.text(), /RECALL_INCOMPLETE/);
});

/** No port gives a short body; the door checks it all the same. */
function cutShort(files: FilesModel): void {
  const open = files.open.bind(files);
  files.open = async (...args) => {
    const opened = await open(...args);
    return { ...opened, body: firstBytes(opened, Math.min(opened.length, 30_000)) };
  };
}

async function* firstBytes(opened: OpenFile, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of opened.body) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

test('a body that fails, or ends short, never looks whole', async (t) => {
  const breaksAt = { offset: 60_000, with: 'RECALL_INCOMPLETE' } as const;
  const failing = await openDoor(t, { [file]: { bytes, breaksAt } });
  const short = await openDoor(t, tree);
  cutShort(short.files);
  for (const { ask, files } of [failing, short]) {
    for (const headers of [{}, { range: 'bytes=10-' }, { range: 'bytes=0-9,40000-' }]) {
      await assert.rejects(ask('GET', file, { headers }).then(body));
    }
    assert.equal(files.openBodies, 0);
  }
});

test('after a body that ends short no other answer follows on the connection', async (t) => {
  const { files, port } = await openDoor(t, tree);
  cutShort(files);
  const ask = `GET ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${goodAuthorization}\r\n\r\n`;
  const answer = await askRaw(port, ask + ask);
  assert.equal(answer.split('HTTP/1.1 ').length, 2);
});

test('a client that leaves releases the source at once, even one that waits', async (t) => {
  const breaksAt = { offset: 60_000, with: 'wait' } as const;
  const { ask, files } = await openDoor(t, { [file]: { bytes, breaksAt } });
  const leave = new AbortController();
  const response = await ask('GET', file, { signal: leave.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  assert.equal(files.openBodies, 1);
  leave.abort();
  await reader?.closed.catch(() => undefined);
  for (let turn = 0; files.openBodies > 0 && turn < 10_000; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.equal(files.openBodies, 0);
});

test('a client that does not read holds the source up: nothing piles up here', async (t) => {
  const chunk = new Uint8Array(1 << 20);
  let given = 0;
  const files = new FilesModel({ tree });
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
  socket.write(`GET ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${goodAuthorization}\r\n\r\n`);
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
