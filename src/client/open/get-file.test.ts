import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  type ClientBench,
  type Lie,
  openClientBench,
  placeOf,
} from '../../../test/support/client-bench.ts';
import { entryFor, instancePath, plaintextOf } from '../../../test/support/files-bench.ts';
import { pinProducers } from '../../seal/index.ts';
import { getFile } from './get-file.ts';
import { createNodeTransport } from './node-transport.ts';
import { verifyLocal } from './verify-local.ts';

const entries = [entryFor('alice', 'list', 'read')];
const openCt = { name: 'ct', delivery: 'open', entries } as const;
const sealedCt = { name: 'vault', delivery: 'sealed', entries } as const;
const openPath = instancePath(openCt);
const sealedPath = instancePath(sealedCt);
const sizeBytes = 300_000;
const plain = plaintextOf({ name: 'i-1.dcm' }, sizeBytes);

const open = (t: TestContext): Promise<ClientBench> =>
  openClientBench(t, [openCt, sealedCt], { sizeBytes });

/** Break the connection after so many bytes of a file. */
const breakAt =
  (limit: number): Lie =>
  (request, response) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    const write = response.write.bind(response) as (...args: unknown[]) => boolean;
    let sent = 0;
    response.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
      sent += chunk.length;
      if (sent < limit) return write(chunk, ...rest);
      return write(chunk.subarray(0, chunk.length - (sent - limit)), () =>
        request.socket.destroy(),
      );
    }) as ServerResponse['write'];
  };

/** Replace headers of a file's answer. */
const withHeaders =
  (changes: Readonly<Record<string, string | number>>): Lie =>
  (request, response) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
    response.writeHead = ((status: number, headers: object) =>
      writeHead(status, { ...headers, ...changes })) as ServerResponse['writeHead'];
  };

test('a file is fetched, opened and verified, and only then has its name', async (t) => {
  for (const path of [openPath, sealedPath]) {
    const bench = await open(t);
    const report = await bench.get(path);
    assert.ok((await readFile(bench.target)).equals(plain));
    assert.equal(report.bytes, sizeBytes);
    assert.deepEqual(await readdir(bench.folder), ['result']);
    await assert.rejects(bench.get(path), { code: 'CLIENT_TARGET' });
    await bench.get(path, { force: true });
  }
});

test('a sealed file that is kept sealed is the very one of its production record', async (t) => {
  const bench = await open(t);
  const report = await bench.get(sealedPath, { keepSealed: true });
  assert.equal(report.sha256, (await bench.node(sealedPath)).replica?.sealedSha256);
});

test('of what is no file, or is not there, nothing is left', async (t) => {
  const bench = await open(t);
  const folder = openPath.slice(0, openPath.lastIndexOf('/'));
  for (const [path, code] of [
    [folder, 'FILES_IS_A_DIRECTORY'],
    [`${folder}/none.nii`, 'FILES_NOT_FOUND'],
  ] as const) {
    await assert.rejects(bench.get(path), { code });
    assert.deepEqual(await readdir(bench.folder), [], code);
  }
});

test('what was broken off is continued where it stopped', async (t) => {
  for (const [path, keepSealed] of [
    [openPath, false],
    [sealedPath, false],
    [sealedPath, true],
  ] as const) {
    const bench = await open(t);
    // Staged first: only what has a validator can be continued.
    await bench.get(path, { target: join(bench.folder, 'warm'), keepSealed });
    bench.lie = breakAt(200_000);
    await assert.rejects(bench.get(path, { keepSealed }), { code: 'CLIENT_INTERRUPTED' });
    assert.ok(!existsSync(bench.target));
    bench.lie = () => undefined;
    const report = await bench.get(path, { keepSealed });
    assert.ok(report.resumedAt >= 131_072, String(report.resumedAt));
    const result = await readFile(bench.target);
    assert.equal(result.equals(plain), !keepSealed);
    assert.ok(result.equals(await readFile(join(bench.folder, 'warm'))));
    assert.deepEqual((await readdir(bench.folder)).toSorted(), ['result', 'warm']);
  }
});

test('what a server ended with the token that it began with goes on with a fresh one', async (t) => {
  const bench = await open(t);
  await bench.get(openPath, { target: join(bench.folder, 'warm') });
  const tokens = ['first', 'second'];
  const ports = { ...bench.ports, token: () => tokens[0] ?? '' };
  bench.lie = (request, response) => {
    breakAt(200_000)(request, response);
    tokens.shift();
    bench.lie = () => undefined;
  };
  const request = { path: openPath, keepSealed: false, force: false };
  const report = await getFile(ports, { ...request, target: placeOf(bench.target) });
  assert.ok(report.resumedAt >= 131_072, String(report.resumedAt));
  assert.ok((await readFile(bench.target)).equals(plain));
});

test('all of it received and not yet verified is no dead end', async (t) => {
  for (const path of [openPath, sealedPath]) {
    const bench = await open(t);
    await bench.get(path, { target: join(bench.folder, 'warm') });
    bench.lie = (request, response) => {
      if (request.url?.startsWith('/.mdm/v1/receipts') === true) response.writeHead(500).end('{}');
    };
    await assert.rejects(bench.get(path), { code: 'CLIENT_REFUSED' });
    bench.lie = () => undefined;
    const report = await bench.get(path);
    assert.ok(report.resumedAt > 0);
    assert.ok((await readFile(bench.target)).equals(plain));
  }
});

test('a part that is longer than the file, or was altered, is not believed', async (t) => {
  const bench = await open(t);
  await bench.get(openPath, { target: join(bench.folder, 'warm') });
  bench.lie = breakAt(200_000);
  await assert.rejects(bench.get(openPath), { code: 'CLIENT_INTERRUPTED' });
  bench.lie = () => undefined;
  const part = `${bench.target}.mdm-part`;
  await writeFile(part, Buffer.alloc(sizeBytes * 2));
  const report = await bench.get(openPath);
  assert.equal(report.resumedAt, 0);
  bench.lie = breakAt(200_000);
  await assert.rejects(bench.get(openPath, { force: true }), { code: 'CLIENT_INTERRUPTED' });
  bench.lie = () => undefined;
  await writeFile(part, Buffer.alloc(200_000));
  await assert.rejects(bench.get(openPath, { force: true }), { code: 'CLIENT_UNVERIFIED' });
  assert.ok(!existsSync(part));
});

test('a file that changed since is fetched anew', async (t) => {
  const bench = await open(t);
  await bench.get(openPath, { target: join(bench.folder, 'warm') });
  bench.lie = breakAt(200_000);
  await assert.rejects(bench.get(openPath), { code: 'CLIENT_INTERRUPTED' });
  const state = JSON.parse(await readFile(`${bench.target}.mdm-part.json`, 'utf8')) as object;
  const older = JSON.stringify({ ...state, etag: '"older"' });
  await writeFile(`${bench.target}.mdm-part.json`, older);
  bench.lie = () => undefined;
  assert.equal((await bench.get(openPath)).resumedAt, 0);
  assert.ok((await readFile(bench.target)).equals(plain));
});

test('state of an earlier transfer that makes no sense is ignored', async (t) => {
  const states = ['', '{', 'null', '[]', '{"etag":1}', '{"path":"/other","etag":"x"}'];
  const headers = ['5', '"AAAA"', 'null', '[]'].map(
    (header) => `{"path":"${sealedPath}","etag":"\\"x\\"","header":${header}}`,
  );
  const bench = await open(t);
  for (const state of [...states, ...headers]) {
    await writeFile(`${bench.target}.mdm-part`, Buffer.alloc(100_000));
    await writeFile(`${bench.target}.mdm-part.json`, state);
    await bench.get(sealedPath, { force: true });
    assert.ok((await readFile(bench.target)).equals(plain), state);
  }
});

test('a file that is evicted and produced again while it is read is proven all the same', async (t) => {
  const bench = await open(t);
  for (const path of [openPath, sealedPath]) {
    await bench.get(path, { force: true });
    const { replica } = await bench.node(path);
    assert.ok(replica);
    await bench.catalog.versions.dropReplica(replica.id);
    bench.recall.play = async (file, stage) => {
      const growing = await stage.grow();
      await growing.write(plaintextOf(file, sizeBytes));
      // Published a while after the last byte was sent.
      for (let turns = 0; turns < 200; turns += 1) await setImmediate();
      await growing.commit();
    };
    await bench.get(path, { force: true });
    assert.ok((await readFile(bench.target)).equals(plain));
  }
});

test('two transfers do not write one file', async (t) => {
  const bench = await open(t);
  const both = await Promise.allSettled([bench.get(openPath), bench.get(openPath)]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const lock = `${bench.target}.mdm-part.lock`;
  await symlink('elsewhere 1', lock);
  await assert.rejects(bench.get(openPath, { force: true }), { code: 'CLIENT_TARGET' });
  // Left by a process of this machine that is gone.
  const { hostname } = await import('node:os');
  await rm(lock);
  await symlink(`${hostname()} 999999999`, lock);
  await bench.get(openPath, { force: true });
  assert.ok(!existsSync(lock));
});

test('a target that cannot be written is the user’s to solve', async (t) => {
  const bench = await open(t);
  const target = join(bench.folder, 'none', 'result');
  await assert.rejects(bench.get(openPath, { target }), { code: 'CLIENT_TARGET' });
});

test('who stops it keeps what came', async (t) => {
  const bench = await open(t);
  await bench.get(openPath, { target: join(bench.folder, 'warm') });
  const stop = new AbortController();
  const stopped = bench.get(openPath, {
    signal: stop.signal,
    onProgress: ({ receivedBytes }) => receivedBytes > 0 && stop.abort(new Error('interrupted')),
  });
  await assert.rejects(stopped, { code: 'CLIENT_INTERRUPTED' });
  assert.ok(!existsSync(bench.target));
  assert.ok(!existsSync(`${bench.target}.mdm-part.lock`));
  await bench.get(openPath);
});

/** What a gateway could say that is not true; nothing of it may end in a named file. */
const lies: readonly (readonly [string, string, Lie])[] = [
  ['fewer bytes than there are', openPath, withHeaders({ 'Content-Length': 1000 })],
  ['no length of a sealed file', sealedPath, withHeaders({ 'Content-Length': 'x' })],
  ['an impossible length', sealedPath, withHeaders({ 'Content-Length': 130 })],
  ['another key', sealedPath, withHeaders({ 'Mdm-Key-Id': 'none' })],
  ['a range that was not asked for', openPath, statusOf(206)],
  ['bytes that are not those of the receipt', openPath, flipping(150_000)],
  ['a header that is not that of the record', sealedPath, flipping(50)],
  ['a forged segment', sealedPath, flipping(150_000)],
  ['a redirect', openPath, redirecting],
  [
    'no receipt that anybody signed',
    openPath,
    receiptsOf({ version: 'a.b.c', segmentDigests: '' }),
  ],
  ['receipts that are none', openPath, receiptsOf({ version: 5 })],
  ['an answer that is no JSON', openPath, receiptsOf('<html>')],
];

function statusOf(status: number): Lie {
  return (request, response) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
    response.writeHead = ((_status: number, headers: object) =>
      writeHead(status, headers)) as ServerResponse['writeHead'];
  };
}

function flipping(at: number): Lie {
  return (request, response) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    const write = response.write.bind(response) as (...args: unknown[]) => boolean;
    let sent = 0;
    response.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
      const copy = Buffer.from(chunk);
      const place = at - sent;
      if (place >= 0 && place < copy.length) copy[place] = (copy[place] ?? 0) ^ 1;
      sent += copy.length;
      return write(copy, ...rest);
    }) as ServerResponse['write'];
  };
}

function redirecting(request: IncomingMessage, response: ServerResponse): void {
  assert.equal(request.headers.authorization, 'Bearer secret');
  response.writeHead(307, { Location: 'http://127.0.0.1:1/stolen' }).end();
}

function receiptsOf(answer: unknown): Lie {
  return (request, response) => {
    if (request.url?.startsWith('/.mdm/v1/receipts') !== true) return;
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
}

for (const [what, path, lie] of lies) {
  test(`a gateway that says ${what} leaves no named file`, async (t) => {
    const bench = await open(t);
    await bench.get(path, { target: join(bench.folder, 'warm') });
    bench.lie = lie;
    await assert.rejects(bench.get(path), /^(?:MdmError: )?(?:CLIENT|SEAL|KEYS)_/);
    assert.ok(!existsSync(bench.target));
    bench.lie = () => undefined;
    await bench.get(path);
    assert.ok((await readFile(bench.target)).equals(plain));
  });
}

test('whether another try may help is what the server says, not what its status suggests', async (t) => {
  const bench = await open(t);
  for (const disposition of ['permanent', 'transient'] as const) {
    bench.lie = (_request, response) => {
      response.writeHead(502).end(JSON.stringify({ code: 'RECALL_PACS_REFUSED', disposition }));
    };
    await assert.rejects(bench.get(openPath), { code: 'RECALL_PACS_REFUSED', disposition });
  }
});

test('without a producer key nothing is asked for, and that is what is said', async (t) => {
  const bench = await open(t);
  const ports = { ...bench.ports, pinned: pinProducers([]) };
  const request = { path: openPath, target: placeOf(bench.target), keepSealed: false };
  const missing = { code: 'CLIENT_PRODUCER_KEYS_MISSING' };
  await assert.rejects(getFile(ports, { ...request, force: false }), missing);
  await writeFile(bench.target, plain);
  await assert.rejects(verifyLocal(ports, { ...request, force: false }), missing);
});

test('a receipt signed by a key that is not pinned proves nothing', async (t) => {
  const bench = await open(t);
  const pinned = pinProducers([{ publicKey: generateKeyPairSync('ed25519').publicKey, fromMs: 0 }]);
  const ports = { ...bench.ports, pinned };
  const target = placeOf(bench.target);
  const request = { path: openPath, target, keepSealed: false, force: false };
  await assert.rejects(getFile(ports, request), { code: 'SEAL_RECEIPT_UNTRUSTED' });
  assert.deepEqual(await readdir(bench.folder), []);
});

test('a token is not sent over plain HTTP to another machine', async () => {
  const transport = createNodeTransport({ token: () => 'secret' });
  for (const url of ['http://gateway.example/', 'http://127.0.0.1.example/', 'ftp://x/', 'x']) {
    await assert.rejects(transport.send({ method: 'GET', url }), { code: 'CLIENT_SETTINGS' });
  }
  transport.close();
});
