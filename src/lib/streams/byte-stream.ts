/**
 * Bytes on their way, 64 KiB to 1 MiB a chunk. The receiver owns a chunk until it asks for the
 * next; who needs it longer copies it. Leaving the loop early releases the source.
 */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Where a hot protocol path pushes bytes. A promise from `write` is backpressure: the pusher waits
 * for it, and may reuse the chunk's memory once `write` has returned and its promise settled.
 */
export interface ByteSink {
  write(chunk: Uint8Array): void | Promise<void>;
  /** All bytes were written. Resolves once they are where the sink promises to put them. */
  end(): Promise<void>;
  /** No more bytes will come and those that came are not to be used. Never throws. */
  abort(reason: unknown): void;
}

/** All bytes of a stream in one piece; refuses with `tooLong()` beyond `maxBytes`. */
export async function collectBytes(
  stream: ByteStream | Iterable<Uint8Array>,
  options: { readonly maxBytes: number; readonly tooLong: () => Error },
): Promise<Uint8Array> {
  const copies: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > options.maxBytes) throw options.tooLong();
    // Not `slice`: that of a Buffer is a view.
    copies.push(new Uint8Array(chunk));
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const copy of copies) {
    whole.set(copy, offset);
    offset += copy.length;
  }
  return whole;
}
