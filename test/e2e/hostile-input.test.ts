/**
 * What is not a request, a token, a body or a configuration: a coded, documented answer, and nobody
 * else is harmed.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { mdmEntry } from '../../demo/command.ts';
import { runChild } from '../support/child.ts';
import { listSeries } from '../support/scripted-pacs.ts';
import { tempFolder } from '../support/temp.ts';
import { createHostileRoad, type HostileRoad } from './hostile-road.ts';

const documented = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

function assertDocumented(code: string): void {
  assert.match(code, /^[A-Z0-9_]+$/);
  assert.ok(documented.includes(code), `${code} is not in docs/errors.md`);
}

const good = `site: here
data: data
listen: { port: 0 }
pacs:
  - { name: one, host: 127.0.0.1, port: 104, aeTitle: ONE }
collections:
  - { name: all, delivery: open }
keyServers:
  servers:
    - { name: a, url: "http://127.0.0.1:1", signingKey: a.pub }
    - { name: b, url: "http://127.0.0.1:2", signingKey: b.pub }
`;

/** What is changed in a good configuration, and the path and line that the message must name. */
const faults: readonly (readonly [from: string, to: string, path: string, line: number])[] = [
  ['site: here', 'site: Not Here', 'site', 1],
  ['data: data', 'data: data\ndata: twice', '', 3],
  ['port: 0', 'port: seventy', 'listen.port', 3],
  ['port: 0', 'port: 70000', 'listen.port', 3],
  ['aeTitle: ONE', 'aeTitle: SEVENTEENLETTERSX', 'pacs.0.aeTitle', 5],
  ['delivery: open', 'delivery: sometimes', 'collections.0.delivery', 7],
  ['delivery: open', 'delivery: open, colour: red', 'collections.0', 7],
  ['keyServers:', 'keyservers:', 'keyServers', 1],
  ['listen: { port: 0 }', 'listen: { port: 0', '', 0],
];

test('a faulty configuration: exit code, path and line, no stack', {
  timeout: 60_000,
}, async (t) => {
  const folder = await tempFolder(t);
  const serve = async (text: string): Promise<{ code: number | null; said: string }> => {
    const path = join(folder, 'mdm.yaml');
    await writeFile(path, text);
    const { code, stderr } = await runChild(
      [process.execPath, mdmEntry, 'serve', '--config', path],
      { timeoutMs: 20_000 },
    );
    return { code, said: stderr };
  };
  await Promise.all(
    faults.map(async ([from, to, path, line], index) => {
      assert.ok(good.includes(from));
      const file = join(folder, `${index}.yaml`);
      await writeFile(file, good.replace(from, to));
      const { code, stderr } = await runChild([
        process.execPath,
        mdmEntry,
        'serve',
        '--config',
        file,
      ]);
      assert.notEqual(code, 0, stderr);
      assert.match(stderr, /CONFIG_INVALID/);
      assert.ok(stderr.includes(file), stderr);
      assert.ok(stderr.includes(path), stderr);
      if (line > 0 && path !== 'keyServers') assert.ok(stderr.includes(`line ${line}`), stderr);
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    }),
  );
  const bare = await serve('\u0000\u0001\u0002');
  assert.notEqual(bare.code, 0);
  assert.match(bare.said, /CONFIG_INVALID/);
  const list = await serve('- 1\n- 2\n');
  assert.match(list.said, /CONFIG_INVALID/);
  const missing = await runChild([process.execPath, mdmEntry, 'serve', '--config', '/nowhere']);
  assert.match(missing.stderr, /CONFIG_UNREADABLE/);
});

/** Bytes on a connection of their own; what came back until it closed, or for a second. */
async function send(road: HostileRoad, bytes: string | Uint8Array): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(road.url).port) });
  const answers: Buffer[] = [];
  socket.on('data', (chunk) => answers.push(chunk));
  socket.on('error', () => {}); // a reset is one way to be thrown out
  await once(socket, 'connect');
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), 1000);
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
  clearTimeout(timer);
  return Buffer.concat(answers).toString('latin1');
}

const garbage: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'a TLS hello on a plain port': Buffer.from('1603010200010001fc0303', 'hex'),
  'an association request': Buffer.from('0100000000cd0001', 'hex'),
  'no method': '\r\n\r\n\r\n',
  'an unknown method': 'BREW / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'no version': 'GET /\r\n\r\n',
  'HTTP/9.9': 'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
  'no host': 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
  'a target of 64 KiB': `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  'a header of 1 MiB': `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(1 << 20)}\r\n\r\n`,
  '100,000 headers': `GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(100_000)}\r\n`,
  'two lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'length and chunks':
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a space before the colon': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd',
  'a chunk extension without end': `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(1 << 20)}`,
  'a body of 4 GiB, promised':
    'POST /.mdm/v1/grant HTTP/1.1\r\nHost: x\r\nContent-Length: 4294967296\r\n\r\n',
  NULs: new Uint8Array(100_000),
};

test('requests that are none', { timeout: 90_000 }, async (t) => {
  const road = await createHostileRoad(t);
  road.getter.instances = listSeries({ slices: 3, rows: 16, columns: 16, seriesNumber: 1 });
  await road.start();
  const path = `${await road.series(1)}/volume.nii`;
  for (const [name, bytes] of Object.entries(garbage)) {
    await t.test(name, async () => {
      const before = road.memory().residentBytes;
      const [answer, other] = await Promise.all([send(road, bytes), road.read(path)]);
      assert.doesNotMatch(answer, /^HTTP\/1.1 [25]0[0-9]/, 'neither served nor a failure of ours');
      assert.equal(other.kind, 'whole', 'somebody else is served meanwhile');
      assert.ok(road.memory().residentBytes - before < 64 * 1024 * 1024);
    });
  }

  await t.test('400 connections that drip', async () => {
    const sockets = Array.from({ length: 400 }, () => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(road.url).port) });
      socket.on('error', () => {});
      socket.write('GET / HT');
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const outcome = await road.read(path);
    assert(outcome.kind === 'whole');
    assert.ok(outcome.ms < 1000, `${outcome.ms} ms`);
    for (const socket of sockets) socket.destroy();
  });

  const bodies = ['', '{', 'null', '[]', '"x"', '{"path":1}', '{"path":"/test/open","who":{}}'];
  bodies.push(
    `{"path":"${'/a'.repeat(600_000)}"}`,
    '['.repeat(100_000),
    '{"__proto__":{"path":"/"}}',
  );
  bodies.push('{"path":"/test/open","who":{},"rights":["read","fly"]}');
  bodies.push('{"path":"/../..","who":"user:x","rights":["read"]}');
  await t.test('bodies of the API', async () => {
    for (const operation of ['grant', 'revoke', 'stat', 'nothing', '..%2f..']) {
      for (const body of bodies) {
        const headers = { 'content-type': 'application/json' };
        const init = { method: 'POST', body, headers };
        const response = await road.fetch(`/.mdm/v1/${operation}`, init);
        const { code } = (await response.json()) as { code: string };
        assert.ok(
          response.status >= 400 && response.status < 500,
          `${code} for ${body.slice(0, 40)}`,
        );
        assertDocumented(code);
      }
    }
  });

  await t.test('names that are none, tokens that are none', async () => {
    const names = ['/%00', '/..%2f..%2fetc/passwd', '/test/open/%ff'];
    for (const name of [...names, `/${'x/'.repeat(500)}`, '/test/open/nobody', '/%c0%ae']) {
      const response = await road.fetch(name);
      assert.equal(response.status, 404, name);
      assertDocumented(((await response.json()) as { code: string }).code);
    }
    const tokens = ['', 'x', 'a.b.c', `${'x'.repeat(20_000)}.y.z`, 'eyJhbGciOiJub25lIn0.e30.'];
    for (const token of tokens) {
      const response = await road.fetch(path, { headers: { authorization: `Bearer ${token}` } });
      assert.ok([400, 401, 431].includes(response.status), `${response.status}`);
      if (response.status === 401) {
        assertDocumented(((await response.json()) as { code: string }).code);
      }
    }
  });

  await t.test('key servers that are gone: a code of their own', async () => {
    for (const server of road.keyServers.values()) await server.stop();
    const outcome = await road.read(path);
    assert(outcome.kind === 'refused', outcome.kind);
    assert.equal(outcome.code, 'RECALL_KEYS_UNAVAILABLE');
    assertDocumented(outcome.code);
  });
});
