import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** What one read of a socket takes. */
const readBytes = 64 * 1024;

/**
 * An agent whose connections read into one buffer each, where Node takes fresh memory for every
 * TLS record. The HTTP parser copies what it hands on, so the buffer is free again once 'data'
 * was heard.
 */
export class OneBufferAgent extends Agent {
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    // Only what a read wrote is handed on.
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    const onread = {
      buffer,
      callback(length: number): boolean {
        connection?.emit('data', buffer.subarray(0, length));
        return true;
      },
    };
    const withBuffer: RequestOptions & { readonly onread: typeof onread } = { ...options, onread };
    const connection = super.createConnection(withBuffer, callback);
    return connection;
  }
}
