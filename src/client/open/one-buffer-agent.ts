import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** What one read of a socket takes. */
const readBytes = 64 * 1024;

/** Takes what a read brought; the bytes are its own during the call only. */
type Taker = (bytes: Uint8Array) => void;

/**
 * An agent whose connections read into one buffer each, where Node takes fresh memory for every
 * TLS record. The HTTP parser copies what it hands on, so the buffer is free again once 'data'
 * was heard.
 */
export class OneBufferAgent extends Agent {
  readonly #readings = new WeakMap<Duplex, { take: Taker }>();

  /**
   * From its next read on, what `connection` brings goes to `taker`, past the HTTP parser, which then
   * no longer knows where it is: the connection can only be destroyed. False when it is not ours.
   */
  divert(connection: Duplex, taker: Taker): boolean {
    const reading = this.#readings.get(connection);
    if (reading !== undefined) reading.take = taker;
    return reading !== undefined;
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // Only what a read wrote is handed on.
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    const reading = { take: (bytes: Uint8Array) => void connection?.emit('data', bytes) };
    const onread = {
      buffer,
      callback(length: number): boolean {
        reading.take(buffer.subarray(0, length));
        return true;
      },
    };
    const withBuffer: RequestOptions & { readonly onread: typeof onread } = { ...options, onread };
    const connection = super.createConnection(withBuffer, callback);
    if (connection) this.#readings.set(connection, reading);
    return connection;
  }
}
