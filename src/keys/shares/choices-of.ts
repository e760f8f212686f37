/** All choices of `count` items, in order. */
export function* choicesOf<T>(
  items: readonly T[],
  count: number,
  from = 0,
): Generator<readonly T[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let index = from; index <= items.length - count; index++) {
    const item = items[index] as T;
    for (const rest of choicesOf(items, count - 1, index + 1)) yield [item, ...rest];
  }
}
