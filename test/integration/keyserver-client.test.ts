import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createJsonClient, type JsonClient } from '../../src/keys/http/json-client.ts';
import { keysLimits } from '../../src/keys/limits.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { FakeClock } from './keyserver-fixture.ts';

const question = { method: 'GET', path: '/status' } as const;

async function peer(
  t: TestContext,
  listener: RequestListener,
  clock: Clock = systemClock,
): Promise<{ readonly client: JsonClient; readonly server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const client = createJsonClient({ name: 'a', baseUrl: `http://127.0.0.1:${port}` }, clock);
  t.after(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, server };
}

test('kept connections that the server closed meanwhile are not taken for a failure', async (t) => {
  const { client, server } = await peer(t, (_request, response) => response.end('{}'));
  await Promise.all(Array.from({ length: 5 }, () => client.ask(question)));
  server.closeAllConnections();
  assert.equal((await client.ask(question)).status, 200);
});

test('an answer that is no JSON, too large or a redirect is none', async (t) => {
  const bodies = ['', '{', '\u0000', '<html>', Buffer.from([0x22, 0xff, 0x22])];
  for (const body of bodies) {
    const { client } = await peer(t, (_request, response) => response.end(body));
    await assert.rejects(client.ask(question), { code: 'KEYS_ANSWER_INVALID' });
  }
  const large = await peer(t, (_request, response) => {
    response.end(Buffer.alloc(keysLimits.answerSizeMax + 1, ' '));
  });
  await assert.rejects(large.client.ask(question), { code: 'KEYS_ANSWER_INVALID' });
  const other = await peer(t, (_request, response) => response.end('{}'));
  const { port } = other.server.address() as { port: number };
  const redirecting = await peer(t, (_request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end('{}');
  });
  assert.equal((await redirecting.client.ask(question)).status, 307);
});

test('a server that hangs, or stops in the middle, is unreachable; a caller may leave', async (t) => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  const hanging = await peer(t, () => asked.resolve(), clock);
  const late = assert.rejects(hanging.client.ask(question), { code: 'KEYS_SERVER_UNREACHABLE' });
  await asked.promise;
  clock.advance(keysLimits.requestTimeoutMs);
  await late;
  const cut = await peer(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":');
    setImmediate(() => response.destroy());
  });
  await assert.rejects(cut.client.ask(question), { code: 'KEYS_SERVER_UNREACHABLE' });
  const leaving = new AbortController();
  const left = hanging.client.ask({ ...question, signal: leaving.signal });
  leaving.abort(new Error('left'));
  await assert.rejects(left, /left/);
});

test('a server that is not there is unreachable', async (t) => {
  const { client, server } = await peer(t, () => {});
  server.close();
  await assert.rejects(client.ask(question), { code: 'KEYS_SERVER_UNREACHABLE' });
});
