import { ChannelClosed, createChannel } from './channel.ts';

/**
 * Work on what `source` brings, at most `count` values at a time, and no further one while those
 * weigh `weightMax`; the source is asked for no more than can be worked on. What a work throws is
 * thrown once the works under way have ended: to end them sooner is the caller's matter.
 */
export async function eachInParallel<Value>(
  source: AsyncIterable<Value>,
  options: {
    readonly count: number;
    readonly weightMax?: number;
    readonly weigh?: (value: Value) => number;
    readonly work: (value: Value) => Promise<void>;
  },
): Promise<void> {
  const { count, work, weightMax = Number.POSITIVE_INFINITY, weigh = () => 0 } = options;
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let weight = 0;
  const isFull = (): boolean => running.size >= count || (running.size > 0 && weight >= weightMax);
  const start = (value: Value): void => {
    const own = weigh(value);
    weight += own;
    const done = work(value)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        weight -= own;
        running.delete(done);
      });
    running.add(done);
  };
  try {
    for await (const value of source) {
      if (failures.length === 0) start(value);
      while (failures.length === 0 && isFull()) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
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
