/** Outcome of a parser on the hot path: malformed input is common and needs its position. */
export type Result<T, Code extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: Code; readonly offset: number };

/** A success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A failure at `offset`, counted in bytes from the start of what was parsed. */
export function malformed<Code extends string>(
  code: Code,
  offset: number,
): { readonly ok: false; readonly code: Code; readonly offset: number } {
  return { ok: false, code, offset };
}
