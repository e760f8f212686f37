import type { ByteStream } from '../lib/streams/byte-stream.ts';

/**
 * A body whose first chunk was read before the answer began, so that its failure is still an
 * answer. `ended` is called once, however it ends: also when its reader leaves before the first
 * chunk, where a generator alone would never run its `finally`.
 *
 * @throws what reading the first chunk throws
 */
export async function holdBody(
  source: ByteStream,
  ended: (how: 'complete' | 'failed' | 'left') => void,
): Promise<AsyncIterableIterator<Uint8Array, void, void>> {
  const iterator = source[Symbol.asyncIterator]();
  let isOpen = true;
  const end = (how: 'complete' | 'failed' | 'left'): void => {
    if (!isOpen) return;
    isOpen = false;
    ended(how);
  };
  const read = async (): Promise<IteratorResult<Uint8Array, void>> => {
    try {
      const next = await iterator.next();
      if (next.done === true) end('complete');
      return next;
    } catch (error) {
      end('failed');
      throw error;
    }
  };
  let first: IteratorResult<Uint8Array, void> | undefined = await read();
  const held: AsyncIterableIterator<Uint8Array, void, void> = {
    async next() {
      const next = first;
      first = undefined;
      return next ?? read();
    },
    async return() {
      first = undefined;
      end('left');
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => held,
  };
  return held;
}
