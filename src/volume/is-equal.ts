/** Whether values of numbers, texts, arrays and plain objects are made of the same. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && areEqual(one, other);
  if (!isObject(one) || !isObject(other) || Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  for (const name of names) if (!isEqual(one[name], other[name])) return false;
  return true;
}

/** What was known, where the same is made again: it is held once, and is soon compared. */
export function shared<T>(known: T | undefined, made: T): T {
  return known !== undefined && isEqual(known, made) ? known : made;
}

function areEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (!isEqual(one[at], other[at])) return false;
  return true;
}

const isObject = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null;
