import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import type { Exchange, HttpDoor } from './door.ts';
import { listenerLimits } from './limits.ts';
import { createListener, type ListenerOptions } from './listener.ts';

/** `Bearer NAME` is that caller. */
const authenticate: Authenticate = ({ authorization }) => {
  const subject = authorization?.split(' ')[1];
  if (subject === undefined) return Promise.resolve({ kind: 'anonymous' });
  const principal = { subject, groups: [], method: 'token', expiresMs: Infinity } as const;
  return Promise.resolve({ kind: 'accepted', principal });
};

const hello: HttpDoor = {
  name: 'hello',
  accepts: () => true,
  async serve({ request, response }) {
    for await (const _chunk of request) void _chunk;
    response.end('hello');
  },
};

async function open(
  context: TestContext,
  limits: Partial<typeof listenerLimits> = {},
  options: Partial<ListenerOptions> = {},
) {
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    doors: [hello],
    authenticate,
    clock: systemClock,
    log: silentLog,
    limits: { ...listenerLimits, ...limits },
    ...options,
  });
  context.after(() => listener.close());
  const from = (localAddress: string): Client => {
    const client = new Client(connect({ host: '127.0.0.1', port: listener.port, localAddress }));
    context.after(() => client.socket.destroy());
    return client;
  };
  return { listener, from };
}

/** One connection, and all that came over it. */
class Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  text = '';

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', resolve);
    });
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (text: string) => (this.text += text));
  }

  send(caller?: string, rest = ''): void {
    const authorization = caller === undefined ? '' : `Authorization: Bearer ${caller}\r\n`;
    this.socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${authorization}\r\n${rest}`);
  }

  /** Until `count` answers came, or the connection closed. */
  async answers(count = 1): Promise<readonly string[]> {
    const found = (): readonly string[] => this.text.match(/HTTP\/1\.1 \d{3}/g) ?? [];
    while (found().length < count && !this.socket.destroyed)
      await Promise.race([once(this.socket, 'data'), this.closed]);
    return found();
  }
}

test('who is one of too many waits unread, others do not, and his turn comes', async (context) => {
  const { from } = await open(context, { turnsPerAddressMax: 2 });
  const silent = [from('127.0.0.2'), from('127.0.0.2')];
  for (const { socket } of silent) await once(socket, 'connect');
  const waiting = from('127.0.0.2');
  waiting.send('alice');
  const other = from('127.0.0.3');
  other.send('bob');
  assert.deepEqual(await other.answers(), ['HTTP/1.1 200']);
  assert.equal(waiting.text, '');
  silent[0]?.socket.destroy();
  assert.deepEqual(await waiting.answers(), ['HTTP/1.1 200']);
});

test('300 jobs behind one address begin at once and are all answered', async (context) => {
  const { from } = await open(context);
  const jobs = Array.from({ length: 300 }, () => from('127.0.0.2'));
  for (const job of jobs) job.send('cluster');
  for (const job of jobs) assert.deepEqual(await job.answers(), ['HTTP/1.1 200']);
  assert.equal(jobs.filter(({ socket }) => socket.destroyed).length, 0, 'they stay open');
});

test('a known caller does not count against the address', async (context) => {
  const { from } = await open(context, { turnsPerAddressMax: 1, turnMs: 200 });
  const kept = [from('127.0.0.2'), from('127.0.0.2'), from('127.0.0.2')];
  for (const client of kept) client.send('alice');
  for (const client of kept) assert.deepEqual(await client.answers(), ['HTTP/1.1 200']);
  const silent = from('127.0.0.2');
  await silent.closed;
  for (const client of kept) client.send('alice');
  for (const client of kept) assert.equal((await client.answers(2)).length, 2, 'beyond a turn');
});

test('who stays unknown, or is slow, has one turn', async (context) => {
  const { from } = await open(context, { turnsPerAddressMax: 1, turnMs: 50 });
  const anonymous = from('127.0.0.2');
  anonymous.send();
  assert.deepEqual(await anonymous.answers(), ['HTTP/1.1 200']);
  const slow = from('127.0.0.2');
  slow.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
  const next = from('127.0.0.2');
  next.send('alice');
  await anonymous.closed;
  await slow.closed;
  assert.equal(slow.text, '');
  assert.deepEqual(await next.answers(), ['HTTP/1.1 200']);
});

test('a caller with too many connections gets 503 and when to come back', async (context) => {
  const { from } = await open(context, { connectionsPerCallerMax: 1 });
  const first = from('127.0.0.2');
  first.send('alice');
  await first.answers();
  const second = from('127.0.0.3');
  second.send('alice');
  await second.closed;
  assert.match(second.text, /^HTTP\/1\.1 503 [\s\S]*Retry-After: 5\r\n[\s\S]*LISTENER_CALLER_BUSY/);
  const other = from('127.0.0.2');
  other.send('bob');
  assert.deepEqual(await other.answers(), ['HTTP/1.1 200']);
  first.socket.destroy();
  await first.closed;
  // The connection is another caller's from now on, and gives his place back when it is closed.
  other.send('alice');
  assert.equal((await other.answers(2)).length, 2);
});

test('further requests of nobody wait for the pace of their network; who proves who he is does not', async (context) => {
  const clock = manualClock();
  const limits = { strangersBurst: 3, strangersPerSecond: 1 };
  const { from } = await open(context, limits, { clock });
  const nobody = from('127.0.0.2');
  nobody.send();
  assert.deepEqual(await nobody.answers(), ['HTTP/1.1 200']);
  nobody.send();
  assert.equal((await nobody.answers(2)).length, 2);
  const first = from('127.0.0.2');
  first.send('alice');
  assert.equal((await first.answers()).length, 1, 'a turn of one who is known is given back');
  nobody.send();
  assert.equal((await nobody.answers(3)).length, 3);
  // Now the bucket is empty.
  nobody.send();
  const second = from('127.0.0.2');
  second.send('alice');
  first.send('alice');
  assert.equal((await first.answers(2)).length, 2);
  const other = from('127.0.0.3');
  other.send();
  assert.equal((await other.answers()).length, 1);
  assert.equal(nobody.text.match(/HTTP/g)?.length, 3);
  assert.equal(second.text, '');
  clock.advance(1_000);
  assert.equal((await nobody.answers(4)).length, 4);
  clock.advance(1_000);
  assert.equal((await second.answers()).length, 1);
});

test('who finds no room to wait is closed a moment later, or at once when many are', async (context) => {
  const clock = manualClock();
  const limits = { turnsPerAddressMax: 0, waitingPerAddressMax: 0, cutHeldMax: 1, cutAfterMs: 100 };
  const { from } = await open(context, limits, { clock });
  const first = from('127.0.0.2');
  while (clock.pending() === 0) await new Promise(setImmediate);
  await from('127.0.0.2').closed;
  assert.equal(first.socket.destroyed, false);
  clock.advance(100);
  await first.closed;
  assert.equal(clock.pending(), 0);
});

test('who asks first without a credential, and then with it, costs nothing', async (context) => {
  const limits = { strangersBurst: 2, strangersPerSecond: 1 };
  const { from } = await open(context, limits, { clock: manualClock() });
  for (let index = 0; index < 5; index += 1) {
    const client = from('127.0.0.2');
    client.send();
    assert.equal((await client.answers()).length, 1);
    client.send('alice');
    assert.equal((await client.answers(2)).length, 2);
  }
});

test('what waits for the pace is no timer of a closed connection', async (context) => {
  const clock = manualClock();
  const { from } = await open(context, { strangersBurst: 1 }, { clock });
  const client = from('127.0.0.2');
  client.send();
  assert.equal((await client.answers()).length, 1);
  const before = clock.pending();
  client.send();
  while (clock.pending() === before) await new Promise(setImmediate);
  client.socket.destroy();
  while (clock.pending() > 0) await new Promise(setImmediate);
});

test('a front proxy has more than one address', async (context) => {
  const limits = { turnsPerAddressMax: 1 };
  const { from } = await open(context, limits, { proxies: ['127.0.0.8/29'] });
  const silent = from('127.0.0.9');
  await once(silent.socket, 'connect');
  const second = from('127.0.0.9');
  second.send();
  assert.deepEqual(await second.answers(), ['HTTP/1.1 200']);
});

test('of a caller with many connections, so many requests are in service at a time', async (context) => {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const served: (string | undefined)[] = [];
  const door: HttpDoor = {
    name: 'held',
    accepts: () => true,
    async serve({ caller, response }) {
      served.push(caller?.subject);
      begun.resolve();
      if (served.length === 1) await held.promise;
      response.end();
    },
  };
  const limits = { requestTurnsPerCallerMax: 1, requestTurnMs: 60_000 };
  const { from } = await open(context, limits, { doors: [door] });
  const [first, second, other] = [from('127.0.0.2'), from('127.0.0.2'), from('127.0.0.2')];
  first.send('alice');
  await begun.promise;
  second.send('alice');
  other.send('bob');
  assert.equal((await other.answers()).length, 1);
  // Hers came before his, and waits.
  assert.deepEqual(served, ['alice', 'bob']);
  held.resolve();
  assert.equal((await second.answers()).length, 1);
  assert.deepEqual(served, ['alice', 'bob', 'alice']);
});

test('of what is sent at once, one request is in service at a time', async (context) => {
  let now = 0;
  let most = 0;
  const serve = async ({ request, response }: Exchange): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    for await (const _chunk of request) void _chunk;
    now -= 1;
    response.end('hello');
  };
  const { from } = await open(context, {}, { doors: [{ ...hello, serve }] });
  const client = from('127.0.0.2');
  const get = 'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\n\r\n';
  const sized = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n\r\n\r\n\r\n\r\n`;
  const chunked =
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n';
  client.socket.write(`${get}${sized}${chunked}`.repeat(400));
  assert.equal((await client.answers(1_200)).length, 1_200);
  assert.equal(most, 1);

  // Node drops what is beyond 2,000 headers, also where the body ends, unless it is told not to.
  const many = `POST / HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(2_500)}Content-Length: 1\r\n\r\nb`;
  const other = from('127.0.0.3');
  other.socket.write(many.repeat(10));
  assert.equal((await other.answers(10)).length, 10);
  assert.equal(most, 1);
});

test('who sends much at once is read as fast as he is answered, and not cut', async (context) => {
  const serve = async ({ response }: Exchange): Promise<void> => {
    await new Promise(setImmediate);
    response.end('hello');
  };
  const { from } = await open(context, {}, { doors: [{ ...hello, serve }] });
  const client = from('127.0.0.2');
  const get = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nA: ${'a'.repeat(1_000)}\r\n\r\n`;
  const count = 2_000;
  assert.ok(count * get.length > 4 * listenerLimits.pipelinedBytesMax);
  client.socket.write(get.repeat(count));
  assert.equal((await client.answers(count)).length, count);
});

test('who sends without end behind a request is cut', async (context) => {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const serve = async (exchange: Exchange): Promise<void> => {
    resolve(exchange);
    await once(exchange.response, 'close');
  };
  const limits = { pipelinedBytesMax: 1_024 };
  const { from } = await open(context, limits, { doors: [{ ...hello, serve }] });
  const client = from('127.0.0.2');
  client.send('alice', 'GET / HTTP/1.1\r\n'.repeat(10_000));
  await promise;
  await client.closed;
});

test('an expectation that nobody knows is answered in turn, and seen', async (context) => {
  const statuses: unknown[] = [];
  const log: Log = { ...silentLog, info: (_, fields) => void statuses.push(fields?.['status']) };
  const { from } = await open(context, {}, { log: { ...log, with: () => log } });
  const client = from('127.0.0.2');
  const odd = 'GET / HTTP/1.1\r\nHost: x\r\nExpect: the-unexpected\r\n\r\n';
  client.socket.write(odd.repeat(3));
  assert.deepEqual(await client.answers(3), Array(3).fill('HTTP/1.1 417'));
  assert.deepEqual(
    statuses.filter((status) => status !== undefined),
    [417, 417, 417],
  );
});
