/** A broken invariant: a bug in this program, never an answer to bad input. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Crash the task if `condition` is false. Always on. Bad input gets an MdmError instead. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** The value, asserted present. For what the code itself guarantees, never for input. */
export function present<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(message);
  return value;
}

/** End of an exhaustive `switch`: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable case: ${String(value)}`);
}
