import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askRaw,
  goodAuthorization,
  openDoor,
  sampleBytes,
} from '../../../test/support/webdav-door.ts';
import { filesErrors } from '../../files/errors.ts';
import { identityErrors } from '../../identity/errors.ts';
import { MdmError } from '../../lib/errors/mdm-error.ts';
import { recallErrors } from '../../recall/errors.ts';
import { httpStatus } from './status.ts';

const bytes = sampleBytes(100_000);
const file = '/site/c/p-1/t-1/s-1/i-1.dcm';
const tree = { [file]: { bytes } };

test('OPTIONS says class 1 and the methods, to anybody', async (t) => {
  const { port } = await openDoor(t, tree);
  const response = await fetch(`http://127.0.0.1:${port}/x`, { method: 'OPTIONS' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('dav'), '1');
  assert.equal(response.headers.get('allow'), 'OPTIONS, GET, HEAD, PROPFIND');
});

test('who does not say who they are gets 401 before anything is looked up', async (t) => {
  const { files, port } = await openDoor(t, tree);
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
  const { files, port } = await openDoor(t, tree);
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
  assert.equal(answer['reason'], 'IDENTITY_EXPIRED');
  assert.equal(answer['user'], identityErrors.rows.IDENTITY_EXPIRED.user, 'advice is that of why');
  assert.deepEqual(files.calls, []);
});

test('every way to write is refused with 403, copies with 501, other methods with 405', async (t) => {
  const { files, port } = await openDoor(t, tree);
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
    const head = `${method} ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${goodAuthorization}\r\n`;
    const answer = await askRaw(port, `${head}Content-Length: 0\r\nConnection: close\r\n\r\n`);
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), `${method}: ${answer}`);
    assert.ok(answer.includes(code));
  }
  assert.deepEqual(files.calls, []);
});

test('PUT that asks to continue is refused without 100, so its body is never sent', async (t) => {
  const { port } = await openDoor(t, tree);
  const head = `PUT ${file} HTTP/1.1\r\nHost: x\r\nAuthorization: ${goodAuthorization}\r\n`;
  const answer = await askRaw(port, `${head}Content-Length: 99999\r\nExpect: 100-continue\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 403 /);
  assert.match(answer, /\r\nConnection: close\r\n/i);
  assert.doesNotMatch(answer, /100 Continue/i);
});

test('no way to leave the tree reaches the port', async (t) => {
  const { files, port } = await openDoor(t, tree);
  const targets = [
    '/../etc/passwd',
    '/%2e%2e/x',
    '/a%2fb',
    '/a%5cb',
    '/a\\b',
    '/%00',
    '//..',
    '/%252e',
    '/\xff',
  ];
  for (const method of ['GET', 'HEAD', 'PROPFIND']) {
    for (const target of targets) {
      const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${goodAuthorization}\r\nDepth: 1\r\n`;
      const answer = await askRaw(port, `${head}Connection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 (404|400) /, `${method} ${target}`);
    }
  }
  assert.deepEqual(files.calls, []);
});

test('every documented failure gets its status, its code and advice, and nothing of its context', async (t) => {
  const tables = { ...filesErrors.rows, ...recallErrors.rows };
  for (const [code, row] of Object.entries(tables)) {
    const context = { canary: 'SYNTHETIC^ADA', reason: 'VOLUME_UNEVEN_SPACING' };
    const failure = new MdmError(code, row.disposition, { message: 'SYNTHETIC^ADA', context });
    if (code === 'FILES_IS_A_DIRECTORY') continue;
    const { ask, files } = await openDoor(t, tree);
    files.open = () => Promise.reject(failure);
    for (const accept of ['*/*', 'text/html']) {
      const response = await ask('GET', file, { headers: { accept } });
      const text = await response.text();
      assert.equal(response.status, httpStatus[code as keyof typeof httpStatus]);
      assert.ok(
        text.includes(code) && text.includes('VOLUME_UNEVEN_SPACING') && text.includes('request-1'),
        `${code}: ${text}`,
      );
      assert.doesNotMatch(text, /SYNTHETIC/);
      // What stays until somebody mends it is not to be asked for again.
      const isBusy = response.status === 503 || response.status === 429;
      const after = row.disposition === 'transient' ? '30' : null;
      if (isBusy) assert.equal(response.headers.get('retry-after'), after);
      if (accept === '*/*') {
        const { disposition } = JSON.parse(text) as { readonly disposition: string };
        assert.equal(disposition, row.disposition);
      }
      // RFC 4918 11.5: not to be repeated until somebody asks for it.
      if (response.status === 507) assert.equal(response.headers.get('retry-after'), null);
    }
  }
});

test('Retry-After is the time that the failure names', async (t) => {
  const failure = recallErrors.create('RECALL_IN_PROGRESS', {
    context: { retryAfterSeconds: 9.2 },
  });
  const { ask, files } = await openDoor(t, tree);
  files.open = () => Promise.reject(failure);
  const response = await ask('GET', file);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '10');
});

test('a failure of our own says nothing of itself', async (t) => {
  const { ask, files } = await openDoor(t, tree);
  files.open = () => Promise.reject(new Error('/var/lib/SYNTHETIC^ADA'));
  const response = await ask('GET', file);
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.match(text, /WEBDAV_FAILED/);
  assert.doesNotMatch(text, /SYNTHETIC|var/);
});

test('a file is no directory and an absent name is absent, in every method', async (t) => {
  const { ask } = await openDoor(t, tree);
  for (const method of ['GET', 'HEAD', 'PROPFIND']) {
    const headers = { depth: '1' };
    assert.equal((await ask(method, '/nothing', { headers })).status, 404);
    const status = httpStatus.FILES_NOT_A_DIRECTORY;
    assert.equal((await ask(method, `${file}/`, { headers })).status, status);
  }
});

test('a browser is offered a login, other clients only the bearer scheme', async (context) => {
  const { ask } = await openDoor(context, tree);
  for (const [accept, isOffered] of [
    ['text/html,application/xhtml+xml', true],
    ['*/*', false],
    ['text/plain', false],
  ] as const) {
    const headers = { accept, authorization: '' };
    const response = await ask('GET', '/site/', { headers });
    await response.text();
    assert.equal(response.status, 401);
    const challenges = response.headers.get('www-authenticate') ?? '';
    assert.match(challenges, /^Bearer realm="mdm"/);
    assert.equal(challenges.includes('Basic realm='), isOffered, accept);
  }
});
