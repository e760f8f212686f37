import { connect, createServer, type Socket } from 'node:net';
import type { Owner } from './owner.ts';

/** A TCP relay in front of a loopback port, which a test can look through and cut. */
export interface TcpProxy {
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
  /** How often `pattern` went from clients to the server so far, also across chunks. */
  sent(pattern: Uint8Array): number;
  /** Each connection is cut after so many bytes of answer from now on; undefined: none is. */
  cutAfter(bytes: number | undefined): void;
  /** Each connection is held up after so many bytes of answer from now on; undefined: all go on. */
  holdAfter(bytes: number | undefined): void;
  /** Bytes of answers that went to clients so far. */
  answered(): number;
}

/** Start it. What clients sent is kept: for small requests only. */
export async function startTcpProxy(owner: Owner, targetPort: number): Promise<TcpProxy> {
  let cutBytes: number | undefined;
  let holdBytes: number | undefined;
  let passed = 0;
  const held = new Set<Socket>();
  const requests: Buffer[][] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    client.setNoDelay(true);
    const request: Buffer[] = [];
    requests.push(request);
    let answered = 0;
    const end = (): void => {
      client.destroy();
      target.destroy();
      open.delete(client);
      open.delete(target);
      held.delete(target);
    };
    for (const socket of [client, target]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (chunk: Buffer) => {
      request.push(chunk);
      target.write(chunk);
    });
    target.on('data', (chunk: Buffer) => {
      const rest = (cutBytes ?? Number.POSITIVE_INFINITY) - answered;
      answered += chunk.length;
      passed += Math.max(0, Math.min(chunk.length, rest));
      if (answered >= (holdBytes ?? Number.POSITIVE_INFINITY)) held.add(target.pause());
      if (chunk.length <= rest) {
        if (!client.write(chunk)) {
          target.pause();
          client.once('drain', () => held.has(target) || target.resume());
        }
      } else {
        client.write(chunk.subarray(0, Math.max(0, rest)), () => end());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => requests.length,
    sent: (pattern) =>
      requests.reduce((sum, each) => sum + countIn(Buffer.concat(each), pattern), 0),
    cutAfter: (bytes) => {
      cutBytes = bytes;
    },
    holdAfter: (bytes) => {
      holdBytes = bytes;
      if (bytes !== undefined) return;
      for (const socket of held) socket.resume();
      held.clear();
    },
    answered: () => passed,
  };
}

function countIn(bytes: Buffer, pattern: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) count += 1;
  return count;
}
