/**
 * What a header says of one thing: a value, nothing, or something that cannot be kept: damaged, out
 * of range, several values for one, another VR than the dictionary's. The last is never taken for
 * absent, because what is absent may have a default and what is damaged has none.
 */
export type Fact<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'not-kept' };

/** A fact that is known. */
export function fact<T>(value: T): Fact<T> {
  return { kind: 'value', value };
}

/** There is no element, or it is empty. */
export const absent: Fact<never> = { kind: 'absent' };

/** There is one, and nothing that may be relied on can be read from it. */
export const notKept: Fact<never> = { kind: 'not-kept' };

/** The value, `otherwise` where there is none, undefined where there is one that was not kept. */
export function valueOr<T>(given: Fact<T>, otherwise: T): T | undefined {
  if (given.kind === 'value') return given.value;
  return given.kind === 'absent' ? otherwise : undefined;
}

/** The value; undefined where it is absent or not kept, for uses to which both are the same. */
export function knownValue<T>(given: Fact<T>): T | undefined {
  return given.kind === 'value' ? given.value : undefined;
}
