import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Owner } from './owner.ts';

/** What becomes of bytes that the server sends: passed on, held back for ever, or the line is cut after them. */
export type Downstream = (
  chunk: Buffer,
) => { readonly pass?: Buffer; readonly then?: 'cut' | 'hold' } | undefined;

/** A TCP relay in front of a server: counts its connections, and spoils them on demand. */
export interface TcpGate {
  readonly port: number;
  /** Open now, and the most there ever were at once. */
  readonly open: number;
  readonly openMax: number;
  /** Connections taken since the start. */
  readonly taken: number;
  /** Asked for every chunk towards the client; undefined passes all. */
  downstream: Downstream | undefined;
  /** Destroy every connection without a word. */
  cut(): void;
  /** Refuse connections from now on, as a stopped server does; those that are open are cut. */
  down(): Promise<void>;
  /** Take connections again, on the same port. */
  up(): Promise<void>;
}

/** Start a relay to `port` on loopback. */
export async function startTcpGate(owner: Owner, port: number): Promise<TcpGate> {
  const gate = new Gate(port);
  await gate.listen();
  owner.after(() => gate.down());
  return gate;
}

class Gate implements TcpGate {
  downstream: Downstream | undefined;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #open = 0;
  #openMax = 0;
  #taken = 0;

  constructor(target: number) {
    this.#target = target;
  }

  get port(): number {
    return this.#port;
  }
  get open(): number {
    return this.#open;
  }
  get openMax(): number {
    return this.#openMax;
  }
  get taken(): number {
    return this.#taken;
  }

  async listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (client) => this.#relay(client));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }

  up(): Promise<void> {
    return this.listen();
  }

  #relay(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#target, noDelay: true });
    this.#taken += 1;
    this.#open += 1;
    this.#openMax = Math.max(this.#openMax, this.#open);
    let isHeld = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {}); // a reset is one way to end
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.once('close', () => {
      this.#open -= 1;
    });
    client.pipe(server);
    server.on('end', () => (isHeld ? undefined : client.end()));
    server.on('data', (chunk) => {
      if (isHeld) return;
      const { pass = chunk, then } = this.downstream?.(chunk) ?? {};
      if (then === 'hold') isHeld = true;
      if (client.write(pass)) {
        if (then === 'cut') client.destroySoon();
        return;
      }
      server.pause();
      client.once('drain', () => server.resume());
      if (then === 'cut') client.destroySoon();
    });
  }
}
