import { filesErrors } from './errors.ts';
import type { RangeRequest } from './files.ts';

/** A part of a file: `length` bytes from `offset` on. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/**
 * A requested range within a file of `size` bytes; cut at its end.
 * @throws FILES_RANGE_NOT_SATISFIABLE when no byte of it exists
 * @standard RFC 9110 §14.1.2
 */
export function spanOf(range: RangeRequest, size: number): Span {
  const offset = range.kind === 'suffix' ? Math.max(0, size - range.length) : range.first;
  const end = range.kind === 'suffix' ? size : Math.min(size, (range.last ?? size - 1) + 1);
  if (offset >= end) {
    throw filesErrors.create('FILES_RANGE_NOT_SATISFIABLE', { context: { size } });
  }
  return { offset, length: end - offset };
}
