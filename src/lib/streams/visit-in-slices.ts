import { setImmediate } from 'node:timers/promises';

/** Items looked at before others have their turn: some milliseconds. */
const sliceItems = 500;

/** Visit each item; of a long list slice by slice, so that nobody waits for all of it. */
export async function visitInSlices<T>(
  items: Iterable<T> | AsyncIterable<T>,
  visit: (item: T) => void,
): Promise<void> {
  let visited = 0;
  for await (const item of items) {
    visit(item);
    visited += 1;
    if (visited % sliceItems === 0) await setImmediate();
  }
}
