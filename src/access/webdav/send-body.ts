import type { ServerResponse } from 'node:http';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { webdavErrors } from './errors.ts';

/**
 * Write the header and a body, then end the response. The header goes out with the first bytes: what
 * fails before them still gets its own status.
 *
 * Waits until each chunk is on its way before it asks for the next, because the source may reuse
 * the memory: that is backpressure too. When the client leaves or the source fails it throws and
 * never ends the response, so that a reader cannot take a part for the whole.
 *
 * @param options.writeHeader called once, before the first bytes or the end
 * @param options.length announced bytes; another number is WEBDAV_LENGTH_MISMATCH
 */
export async function sendBody(
  response: ServerResponse,
  body: ByteStream,
  options: {
    readonly writeHeader: () => void;
    readonly signal: AbortSignal;
    readonly length: number | undefined;
  },
): Promise<void> {
  const { signal, length } = options;
  const source = body[Symbol.asyncIterator]();
  let sent = 0;
  let isOpen = true;
  try {
    for (;;) {
      const next = await orGone(signal, source.next());
      isOpen = next.done !== true;
      if (next.done === true) break;
      sent += next.value.length;
      if (length !== undefined && sent > length) throw mismatch(length, sent);
      if (next.value.length === 0) continue;
      if (!response.headersSent) options.writeHeader();
      await orGone(signal, write(response, next.value));
    }
    if (length !== undefined && sent !== length) throw mismatch(length, sent);
    if (!response.headersSent) options.writeHeader();
    response.end();
  } finally {
    // Not awaited: a source that waits for a PACS must not keep a request that has ended.
    if (isOpen) void source.return?.().catch(() => undefined);
  }
}

function mismatch(announced: number, sent: number): Error {
  return webdavErrors.create('WEBDAV_LENGTH_MISMATCH', { context: { announced, sent } });
}

function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** What `promise` gives, unless the client leaves first. */
async function orGone<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const gone = Promise.withResolvers<never>();
  const leave = (): void => gone.reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([promise, gone.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
