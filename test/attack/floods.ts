import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Who is attacked, and from where. */
export interface Target {
  readonly port: number;
  readonly addresses: readonly string[];
  /** At a time from each address. */
  readonly lanes: number;
  /** Sent with each request, if the attacker is somebody. */
  readonly authorization?: string;
}

interface Shot {
  readonly target: Target;
  readonly address: string;
}

/** Does it once; ends when the connection is closed. */
type Flood = (shot: Shot) => Promise<void>;

/** What strangers, and callers without manners, do. */
export const floods = {
  'connections that say nothing': (shot) => closed(open(shot)),
  'half a TLS handshake, a byte a second': (shot) => {
    const socket = open(shot);
    socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
    return dribble(socket);
  },
  'whole TLS handshakes': async (shot) => {
    const socket = await openTls(shot);
    socket?.destroy();
  },
  'half a header, a byte a second': async (shot) => {
    const socket = await openTls(shot);
    if (socket === undefined) return;
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    await dribble(socket);
  },
  'requests of nobody on one connection': async (shot) => {
    const socket = await openTls(shot);
    if (socket === undefined) return;
    const ask = (): boolean => socket.write(request('GET', '/', shot));
    socket.on('data', ask);
    ask();
    await closed(socket);
  },
  'pipelined requests, no answer read': async (shot) => {
    const socket = await openTls(shot);
    if (socket === undefined) return;
    socket.pause();
    socket.write(request('PROPFIND', '/', shot, { Depth: 'infinity' }).repeat(2_000));
    await closed(socket);
  },
  'unknown expectations, pipelined, no answer read': async (shot) => {
    const socket = await openTls(shot);
    if (socket === undefined) return;
    socket.pause();
    socket.write(request('GET', '/', shot, { Expect: 'more' }).repeat(4_000));
    await closed(socket);
  },
  'associations of nobody': async (shot) => {
    const socket = open(shot);
    socket.once('data', () => socket.destroy());
    socket.write(associateRq);
    await closed(socket);
  },
  'SOAP of nobody': (shot) => post(shot, '/srm/managerv2', soap),
  'SOAP of nobody, a megabyte': (shot) => post(shot, '/srm/managerv2', soap.repeat(64)),
  'deposits of four megabytes': (shot) => post(shot, '/v1/deposits', bigJson),
  'policy entries of four megabytes': (shot) => post(shot, '/v1/feed', bigJson),
  'tokens of 15 KiB': (shot) => {
    const claims = {
      iss: 'https://login.test.example',
      aud: 'mdm-test',
      groups: Array(900).fill('/a/b/c'),
    };
    const header = { alg: 'ES256', kid: 'test', typ: 'JWT' };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode(header)}.${encode(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
    return post(shot, '/', '', { Authorization: `Bearer ${token}` });
  },
} as const satisfies Readonly<Record<string, Flood>>;

/** From an AE title that nobody knows, for C-ECHO. @standard PS3.8 §9.3.2 */
const associateRq = (() => {
  const item = (type: number, ...parts: readonly (string | Buffer)[]): Buffer => {
    const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
    const head = Buffer.from([type, 0, value.length >> 8, value.length & 0xff]);
    return Buffer.concat([head, value]);
  };
  const body = Buffer.concat([
    Buffer.from([0, 1, 0, 0]),
    Buffer.from('MDM'.padEnd(16) + 'NOBODY'.padEnd(16) + '\0'.repeat(32)),
    item(0x10, '1.2.840.10008.3.1.1.1'),
    item(
      0x20,
      Buffer.from([1, 0, 0, 0]),
      item(0x30, '1.2.840.10008.1.1'),
      item(0x40, '1.2.840.10008.1.2'),
    ),
    item(0x50, item(0x51, Buffer.from([0, 0, 0x40, 0])), item(0x52, '1.2.3')),
  ]);
  return Buffer.concat([Buffer.from([1, 0, 0, 0, 0, body.length]), body]);
})();
/** Sixteen thousand bytes, as deep as they go. */
const soap = `<Envelope>${'<a>'.repeat(2_300)}${'</a>'.repeat(2_300)}</Envelope>`.padEnd(16_000);
const bigJson = JSON.stringify({ deposit: Array(200_000).fill('x'.repeat(16)) });

function open({ target, address }: Shot): Socket {
  const socket = connect({ host: '127.0.0.1', port: target.port, localAddress: address });
  socket.on('error', () => {}); // told by the close
  return socket;
}

/** Undefined if the handshake came to nothing. */
async function openTls(shot: Shot): Promise<Socket | undefined> {
  const socket = connectTls({
    socket: open(shot),
    servername: 'localhost',
    rejectUnauthorized: false, // an attacker does not mind
  });
  socket.on('error', () => {});
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('secureConnect', () => resolve(true));
  socket.once('close', () => resolve(false));
  return (await promise) ? socket : undefined;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    if (socket.closed) resolve();
  });
}

async function dribble(socket: Socket): Promise<void> {
  const timer = setInterval(() => socket.write(Buffer.from([0x61])), 1_000);
  await closed(socket);
  clearInterval(timer);
}

/** Posted over and over on one connection, as long as it lasts. */
async function post(
  shot: Shot,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const socket = await openTls(shot);
  if (socket === undefined) return;
  const type = path.startsWith('/srm') ? 'text/xml' : 'application/json';
  const length = String(Buffer.byteLength(body));
  const whole =
    request('POST', path, shot, { 'Content-Type': type, 'Content-Length': length, ...headers }) +
    body;
  socket.on('data', () => socket.write(whole));
  socket.write(whole);
  await closed(socket);
}

function request(
  method: string,
  path: string,
  { target }: Shot,
  headers: Readonly<Record<string, string>> = {},
): string {
  const all = {
    Host: 'localhost',
    ...(target.authorization === undefined ? {} : { Authorization: target.authorization }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
