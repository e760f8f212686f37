import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { type Socket, connect as tcpConnect } from 'node:net';
import { before, type TestContext, test } from 'node:test';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { makeAuthority, type TestCertificate } from '../../test/support/certificates.ts';
import type { Credentials } from '../identity/authenticate.ts';
import { refuse } from '../identity/outcome.ts';
import { systemClock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { jsonLog, type Log, silentLog } from '../lib/log.ts';
import type { Exchange, HttpDoor } from './door.ts';
import { listenerLimits } from './limits.ts';
import { createListener, type Listener, type ListenerOptions } from './listener.ts';

let host: TestCertificate;
let user: TestCertificate;
let authority: TestCertificate;

before(async () => {
  authority = await makeAuthority([['CN', 'CA']]);
  host = await authority.issue({ subject: [['CN', 'localhost']], hosts: ['localhost'] });
  user = await authority.issue({ subject: [['CN', 'Alice']] });
});

interface Bench {
  readonly listener: Listener;
  readonly exchanges: Exchange[];
  readonly credentials: Credentials[];
  readonly events: string[];
}

async function open(context: TestContext, options: Partial<ListenerOptions> = {}): Promise<Bench> {
  const exchanges: Exchange[] = [];
  const credentials: Credentials[] = [];
  const events: string[] = [];
  const log: Log = { ...silentLog, error: (event) => void events.push(event), with: () => log };
  const door: HttpDoor = {
    name: 'test',
    accepts: (request) => request.url !== '/nothing',
    serve(exchange) {
      exchanges.push(exchange);
      exchange.response.end('hello');
      return Promise.resolve();
    },
  };
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: { key: host.keyPem, cert: host.pem },
    doors: [door],
    authenticate(shown) {
      credentials.push(shown);
      if (shown.authorization !== undefined) {
        return Promise.resolve(refuse('IDENTITY_EXPIRED', 'the token has expired'));
      }
      return Promise.resolve({ kind: 'anonymous' });
    },
    clock: systemClock,
    log,
    ...options,
  });
  context.after(() => listener.close());
  return { listener, exchanges, credentials, events };
}

function secure(listener: Listener, options: ConnectionOptions = {}): TLSSocket {
  return tlsConnect({
    host: '127.0.0.1',
    port: listener.port,
    servername: 'localhost',
    ca: authority.pem,
    ...options,
  });
}

/** Write, and give all that comes back until the other side closes. */
async function exchangeRaw(socket: Socket, ...chunks: readonly string[]): Promise<string> {
  // A reset is one way of being cut off; `once` of events would reject with it.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  let reply = '';
  socket.setEncoding('latin1').on('data', (text: string) => (reply += text));
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise(setImmediate);
  }
  await closed;
  return reply;
}

const get = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

test('httpg and https are served on one port, and told apart', async (context) => {
  const { listener, exchanges } = await open(context);
  const replies = [
    await exchangeRaw(secure(listener), get),
    await exchangeRaw(secure(listener), '0', get),
    await exchangeRaw(secure(listener), `0${get}`),
    await exchangeRaw(secure(listener), 'D', get.replace('GET', 'ELETE')),
  ];
  for (const reply of replies) assert.match(reply, /^HTTP\/1\.1 200 [\s\S]*hello/);
  assert.deepEqual(
    exchanges.map(({ httpg, request }) => [httpg, request.method]),
    [
      [false, 'GET'],
      [true, 'GET'],
      [true, 'GET'],
      [false, 'DELETE'],
    ],
  );
});

test('a client that asks for delegation, or says nothing, is given up', async (context) => {
  const limits = { ...listenerLimits, delegationByteMs: 20, turnMs: 100 };
  const { listener, exchanges } = await open(context, { limits });
  assert.equal(await exchangeRaw(secure(listener), 'D'), '');
  assert.equal(await exchangeRaw(secure(listener)), '');
  assert.equal(exchanges.length, 0);
});

test('slow and endless requests are cut off', async (context) => {
  const limits = { ...listenerLimits, headersMs: 40, requestMs: 80, checkIntervalMs: 10 };
  const { listener, exchanges } = await open(context, { limits });
  const half = 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ';
  assert.match(await exchangeRaw(secure(listener), half), /^(HTTP\/1\.1 408|$)/);
  assert.match(await exchangeRaw(secure(listener), '0', half), /^(HTTP\/1\.1 408|$)/);
  assert.equal(exchanges.length, 0);
  const long = `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`;
  assert.match(await exchangeRaw(secure(listener), long), /^HTTP\/1\.1 431/);
  assert.match(await exchangeRaw(secure(listener), 'junk\r\n\r\n'), /^HTTP\/1\.1 400/);
});

test('the handshake has a limit', async (context) => {
  const limits = { ...listenerLimits, turnMs: 20 };
  const { listener } = await open(context, { limits });
  assert.equal(await exchangeRaw(tcpConnect(listener.port, '127.0.0.1')), '');
});

test('the chain a client sends is what authentication sees, on every connection', async (context) => {
  const { listener, credentials } = await open(context);
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 });
  for (let round = 0; round < 2; round += 1) {
    const request = httpsRequest({
      host: '127.0.0.1',
      port: listener.port,
      servername: 'localhost',
      ca: authority.pem,
      cert: user.pem + authority.pem,
      key: user.keyPem,
      agent,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'close');
  }
  const chains = credentials.map(({ chain }) => chain.map((der) => Buffer.from(der)));
  const sent = [Buffer.from(user.der), Buffer.from(authority.der)];
  assert.deepEqual(chains, [sent, sent]);
});

test('a session is not resumed, because its chain would be lost', async (context) => {
  const { listener } = await open(context);
  const first = secure(listener, { cert: user.pem, key: user.keyPem });
  await once(first, 'secureConnect');
  const session = first.getSession();
  first.destroy();
  assert.ok(session);
  const second = secure(listener, { cert: user.pem, key: user.keyPem, session });
  await once(second, 'secureConnect');
  assert.equal(second.isSessionReused(), false);
  assert.equal(second.getProtocol(), 'TLSv1.2');
  second.destroy();
});

test('TLS 1.3 only and TLS 1.1 only clients are turned away', async (context) => {
  const { listener } = await open(context);
  for (const version of ['TLSv1.3', 'TLSv1.1'] as const) {
    const socket = secure(listener, { minVersion: version, maxVersion: version });
    await assert.rejects(once(socket, 'secureConnect'));
  }
});

test('a refused credential reaches the door as such, two of them do not', async (context) => {
  const { listener, exchanges } = await open(context);
  const authorization = 'Authorization: Bearer x\r\n';
  const one = get.replace('\r\n\r\n', `\r\n${authorization}\r\n`);
  const two = get.replace('\r\n\r\n', `\r\n${authorization}${authorization}\r\n`);
  assert.match(await exchangeRaw(secure(listener), one), / 200 /);
  assert.match(await exchangeRaw(secure(listener), two), / 400 /);
  assert.equal(exchanges.length, 1);
  assert.equal(exchanges[0]?.refusal?.code, 'IDENTITY_EXPIRED');
  assert.equal(exchanges[0]?.caller, undefined);
});

test('the log says why a credential was refused, and holds none', async (context) => {
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => void lines.push(line), nowMs: () => 0 });
  const { listener } = await open(context, { log });
  const authorization = 'Authorization: Bearer secret-one\r\n';
  await exchangeRaw(secure(listener), get.replace('\r\n\r\n', `\r\n${authorization}\r\n`));
  const line = lines.find((each) => each.includes('identity.refused')) ?? '';
  assert.match(line, /"requestId":"\w+","code":"IDENTITY_EXPIRED","shown":"token"/);
  assert.match(line, /"explanation":"the token has expired"/);
  assert.ok(!lines.join('').includes('secret-one'));
});

test('what no door accepts is not found', async (context) => {
  const { listener } = await open(context);
  const reply = await exchangeRaw(secure(listener), get.replace('/ ', '/nothing '));
  assert.match(reply, /^HTTP\/1\.1 404 /);
});

test('a door that fails, before or within its answer, has the connection destroyed', async (context) => {
  const fails: HttpDoor[] = [
    { name: 'throws', accepts: () => true, serve: () => Promise.reject(new Error('x')) },
    { name: 'forgets', accepts: () => true, serve: () => Promise.resolve() },
    {
      name: 'breaks off',
      accepts: () => true,
      async serve({ response }) {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('part');
        await new Promise(setImmediate);
        throw new Error('x');
      },
    },
    {
      name: 'accepts badly',
      accepts() {
        throw new Error('x');
      },
      serve: () => Promise.resolve(),
    },
  ];
  for (const door of fails) {
    const { listener, events } = await open(context, { doors: [door] });
    const reply = await exchangeRaw(secure(listener), get);
    assert.ok(!reply.includes('\r\n0\r\n\r\n'), door.name);
    assert.deepEqual(events, ['listener.failed'], door.name);
  }
});

test('a client that merely leaves is no failure', async (context) => {
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const door: HttpDoor = {
    name: 'waits',
    accepts: () => true,
    async serve({ response, signal }) {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('part');
      began.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    },
  };
  const said: string[] = [];
  const log: Log = {
    ...silentLog,
    error: (event) => void said.push(event),
    info(event) {
      if (event === 'listener.left') said.push(event);
      if (event === 'listener.request') ended.resolve();
    },
    with: () => log,
  };
  const { listener } = await open(context, { doors: [door], log });
  const socket = secure(listener);
  socket.on('error', () => {});
  socket.write(get);
  await began.promise;
  socket.destroy();
  await ended.promise;
  assert.deepEqual(said, ['listener.left']);
});

test('a door may refuse an upload before it is sent', async (context) => {
  const door: HttpDoor = {
    name: 'refuses',
    accepts: () => true,
    serve({ response }) {
      response.writeHead(403).end();
      return Promise.resolve();
    },
  };
  const { listener } = await open(context, { doors: [door] });
  const put =
    'PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n';
  const reply = await exchangeRaw(secure(listener), put);
  assert.match(reply, /^HTTP\/1\.1 403 /);
});

test('a door learns that its client has left', async (context) => {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const door: HttpDoor = {
    name: 'waits',
    accepts: () => true,
    async serve(exchange) {
      resolve(exchange);
      await once(exchange.signal, 'abort');
      throw exchange.signal.reason;
    },
  };
  const { listener } = await open(context, { doors: [door] });
  const socket = secure(listener);
  socket.write(get);
  const { signal } = await promise;
  const aborted = once(signal, 'abort');
  socket.destroy();
  await aborted;
});

test('closing lets a request end, and cuts what does not', async (context) => {
  const release = Promise.withResolvers<void>();
  let started = Promise.withResolvers<void>();
  const door: HttpDoor = {
    name: 'slow',
    accepts: () => true,
    async serve({ request, response }) {
      response.write('part ');
      started.resolve();
      if (request.url === '/ends') await release.promise;
      else await once(response, 'close');
      response.end('whole');
    },
  };
  const limits = { ...listenerLimits, drainMs: 100 };
  const { listener } = await open(context, { doors: [door], limits });
  const idle = exchangeRaw(secure(listener));
  const ends = exchangeRaw(secure(listener), get.replace('/ ', '/ends '));
  await started.promise;
  const closed = listener.close();
  assert.equal(await idle, '', 'an idle connection is closed at once');
  release.resolve();
  assert.match(await ends, /whole/);
  await closed;
  await assert.rejects(once(tcpConnect(listener.port, '127.0.0.1'), 'connect'));

  const second = await open(context, { doors: [door], limits });
  started = Promise.withResolvers<void>();
  const never = exchangeRaw(secure(second.listener), get);
  await started.promise;
  await second.listener.close();
  assert.doesNotMatch(await never, /whole/);
});

test('plain HTTP is served to this machine only', async (context) => {
  const { listener, exchanges } = await open(context, { tls: undefined as never });
  const request = httpRequest({ host: '127.0.0.1', port: listener.port }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 200);
  assert.equal(exchanges[0]?.httpg, false);
  for (const address of ['0.0.0.0', '::', '192.0.2.1', 'mdm.example.test']) {
    await assert.rejects(
      open(context, { host: address, tls: undefined as never }),
      (error) => codeOf(error) === 'LISTENER_INSECURE_ADDRESS',
    );
  }
});

test('a key, certificate or address that cannot be used is refused with its code', async (context) => {
  const { listener } = await open(context);
  const cases = [
    [{ tls: { key: 'x', cert: 'y' } }, 'LISTENER_TLS_UNUSABLE'],
    [{ tls: { key: user.keyPem, cert: host.pem } }, 'LISTENER_TLS_UNUSABLE'],
    [{ port: listener.port }, 'LISTENER_ADDRESS_IN_USE'],
  ] as const;
  for (const [options, code] of cases) {
    await assert.rejects(open(context, options), (error) => codeOf(error) === code);
  }
});
