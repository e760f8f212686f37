import type { Socket } from 'node:net';
import { assert } from '../../lib/assert.ts';
import type { Transport, TransportReceiver } from './transport.ts';

/** Probes of a silent connection, so that a half-open one is found although nothing is sent. */
const keepAliveMs = 30_000;

/**
 * Where a socket made with `onread` delivers. The callback has to be given when the socket is
 * made, before there is a transport.
 */
export class ReadBuffer {
  readonly buffer: Uint8Array;
  #deliver: ((chunk: Uint8Array) => boolean) | undefined;

  constructor(size: number) {
    this.buffer = new Uint8Array(size);
  }

  readonly callback = (count: number): boolean => {
    assert(this.#deliver !== undefined, 'a transport is started before data arrive');
    return this.#deliver(this.buffer.subarray(0, count));
  };

  deliverTo(deliver: (chunk: Uint8Array) => boolean): void {
    this.#deliver = deliver;
  }
}

/** A transport over a connected socket; with `readBuffer` for one that was made with `onread`. */
export class SocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly #socket: Socket;
  readonly #readBuffer: ReadBuffer | undefined;
  #receiver: TransportReceiver | undefined;

  constructor(socket: Socket, readBuffer?: ReadBuffer) {
    this.#socket = socket;
    this.#readBuffer = readBuffer;
    this.remoteAddress = socket.remoteAddress ?? '';
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
  }

  start(receiver: TransportReceiver): void {
    assert(this.#receiver === undefined, 'a transport is started once');
    this.#receiver = receiver;
    const socket = this.#socket;
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => receiver.onClose(failure));
    const deliver = (chunk: Uint8Array): boolean => this.#deliver(chunk);
    if (this.#readBuffer === undefined) {
      socket.on('data', (chunk: Uint8Array) => {
        if (!deliver(chunk)) socket.pause();
      });
    } else {
      this.#readBuffer.deliverTo(deliver);
    }
    socket.resume();
  }

  write(chunks: readonly Uint8Array[]): void | Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.cork();
    chunks.forEach((chunk, index) => {
      if (index === chunks.length - 1) socket.write(chunk, () => resolve());
      else socket.write(chunk);
    });
    socket.uncork();
    return socket.writableLength === 0 ? undefined : promise;
  }

  finish(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #deliver(chunk: Uint8Array): boolean {
    const wait = this.#receiver?.onData(chunk);
    if (wait === undefined) return true;
    void wait.finally(() => this.#socket.resume());
    return false;
  }
}
