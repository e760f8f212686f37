import { ChannelClosed, createChannel } from './channel.ts';

/**
 * Work on what `source` brings, at most `count` values at a time; the source is asked for no more
 * than can be worked on. What a work throws is thrown once the works under way have ended: to end
 * them sooner is the caller's matter.
 */
export async function eachInParallel<Value>(
  source: AsyncIterable<Value>,
  options: { readonly count: number; readonly work: (value: Value) => Promise<void> },
): Promise<void> {
  const { count, work } = options;
  const values = source[Symbol.asyncIterator]();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    try {
      for (let next = await values.next(); next.done !== true; next = await values.next()) {
        await work(next.value);
        if (hasFailed) return;
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const workers = Array.from({ length: count }, worker);
  try {
    await Promise.all(workers);
  } finally {
    await Promise.allSettled(workers);
    await values.return?.();
  }
}

/** What `source` brings, asked for up to `count` values before they are wanted. */
export async function* readAhead<Value>(
  source: AsyncIterable<Value>,
  count: number,
): AsyncGenerator<Value, void, void> {
  const channel = createChannel<Value>(count);
  const pump = async (): Promise<void> => {
    try {
      for await (const value of source) await channel.send(value);
      channel.close();
    } catch (error) {
      if (!(error instanceof ChannelClosed)) channel.fail(error);
    }
  };
  const pumped = pump();
  try {
    yield* channel;
  } finally {
    await pumped;
  }
}
