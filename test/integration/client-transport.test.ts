import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createNodeTransport } from '../../src/client/open/node-transport.ts';
import { makeGridCertificates } from '../support/certificates.ts';
import { tempFolder } from '../support/temp.ts';

// The client reads TLS connections in its own way; here against real servers.

const size = 5_000_003;
const content = Buffer.from(Uint8Array.from({ length: size }, (_, index) => index * 31));

/** A server, and a function that asks it. */
async function serve(t: TestContext, answer: RequestListener, idleMs?: number) {
  const grid = await makeGridCertificates(await tempFolder(t));
  const cert = readFileSync(grid.hostCertPath);
  const server = createServer({ cert, key: readFileSync(grid.hostKeyPath) }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const transport = createNodeTransport({
    ca: readFileSync(grid.authorityPath, 'utf8'),
    ...(idleMs === undefined ? {} : { idleMs }),
  });
  t.after(() => transport.close());
  const { port } = server.address() as AddressInfo;
  return () => transport.send({ method: 'GET', url: `https://localhost:${port}/` });
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Uint8Array[] = [];
  for await (const bytes of body) copies.push(Uint8Array.from(bytes));
  return Buffer.concat(copies);
}

test('small bodies come whole, one after another over one connection', async (t) => {
  const small = content.subarray(0, 1_000_001);
  const connections = new Set<unknown>();
  const ask = await serve(t, (request, response) => {
    connections.add(request.socket);
    response.writeHead(200, { 'content-length': small.length }).end(small);
  });
  for (let time = 0; time < 3; time += 1) {
    const { status, body } = await ask();
    assert.equal(status, 200);
    assert.ok((await bytesOf(body)).equals(small));
  }
  assert.equal(connections.size, 1);
});

test('a large body comes whole, whatever pieces it is sent in', async (t) => {
  const pieces = [1, 100, 16_384, 65_536, 300_000, 1_000_000];
  let turn = 0;
  const ask = await serve(t, (_, response) => {
    const piece = pieces[turn % pieces.length] ?? 1;
    turn += 1;
    response.writeHead(200, { 'content-length': size });
    const send = (offset: number): void => {
      if (offset === size) return void response.end();
      // The smallest ones only at first: some come with the header, some after.
      const end = Math.min(size, offset + (offset < 1000 ? piece : Math.max(piece, 16_384)));
      response.write(content.subarray(offset, end), () => send(end));
    };
    send(0);
  });
  for (const piece of pieces) {
    const { headers, body } = await ask();
    assert.equal(headers['content-length'], String(size));
    assert.ok((await bytesOf(body)).equals(content), `pieces of ${piece}`);
  }
});

test('what comes after a large body is not of it', async (t) => {
  const ask = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': size });
    response.write(content, () => request.socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  assert.ok((await bytesOf((await ask()).body)).equals(content));
});

test('bodies at the same time do not mix', async (t) => {
  let turn = 0;
  const ask = await serve(t, (_, response) => {
    turn += 1;
    // Some of known length, some in HTTP chunks.
    const known = turn % 2 === 0 ? { 'content-length': size } : {};
    response.writeHead(200, { 'mdm-turn': turn, ...known }).write(Buffer.alloc(size, turn));
    response.end();
  });
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { headers, body } = await ask();
      const expected = Buffer.alloc(size, Number(headers['mdm-turn']));
      assert.ok((await bytesOf(body)).equals(expected));
    }),
  );
});

const total = 48 * 1024 * 1024;
for (const [how, known] of [
  ['in HTTP chunks', {}],
  ['of known length', { 'content-length': total }],
] as const) {
  test(`a receiver that waits makes the server wait, and still gets all: ${how}`, async (t) => {
    let writtenBytes = 0;
    const ask = await serve(t, (_, response) => {
      response.writeHead(200, known);
      const piece = Buffer.alloc(1024 * 1024, 5);
      const more = (): void => {
        if (writtenBytes === total) return void response.end();
        writtenBytes += piece.length;
        response.write(piece, more);
      };
      more();
    });
    const iterator = (await ask()).body[Symbol.asyncIterator]();
    let received = (await iterator.next()).value?.length ?? 0;
    for (let turn = 0; turn < 2000; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    assert.ok(writtenBytes < total, 'the server could write all of it');
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      received += next.value.length;
    assert.equal(received, total);
  });
}

for (const [how, end] of [
  ['closed', 'end'],
  ['destroyed', 'destroy'],
] as const) {
  test(`a connection that is ${how} before the body ends is CLIENT_INTERRUPTED`, async (t) => {
    const ask = await serve(t, (request, response) => {
      response.writeHead(200, { 'content-length': size });
      response.write(content.subarray(0, 1_000_000), () => request.socket[end]());
    });
    const { body } = await ask();
    await assert.rejects(bytesOf(body), { code: 'CLIENT_INTERRUPTED' });
  });
}

test('a body whose connection ends before it is read is CLIENT_INTERRUPTED', async (t) => {
  const ask = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': 20_000 });
    response.write(Buffer.alloc(10_000), () => request.socket.destroy());
  });
  const { body } = await ask();
  await delay(200);
  await assert.rejects(bytesOf(body), { code: 'CLIENT_INTERRUPTED' });
});

test('a receiver may wait longer than a connection may bring nothing', async (t) => {
  const ask = await serve(
    t,
    (_, response) => {
      response.writeHead(200, { 'content-length': total });
      // In pieces: client and server share this process.
      const send = (left: number): void => {
        if (left === 0) return void response.end();
        response.write(Buffer.alloc(1024 * 1024), () => send(left - 1));
      };
      send(total / 1024 / 1024);
    },
    1000,
  );
  const iterator = (await ask()).body[Symbol.asyncIterator]();
  let received = (await iterator.next()).value?.length ?? 0;
  await delay(2500);
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
    received += next.value.length;
  assert.equal(received, total);
});

test('a connection that brings nothing is given up', async (t) => {
  const ask = await serve(
    t,
    (_, response) => {
      response.writeHead(200, { 'content-length': size });
      response.write(content.subarray(0, 1_000_000));
    },
    1000,
  );
  await assert.rejects(bytesOf((await ask()).body), { code: 'CLIENT_INTERRUPTED' });
});
