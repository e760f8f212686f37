import { sealedLayout } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';

/** Bytes of a plaintext: from `first` to `last` inclusive or to the end, or the last `length`. */
export type PlainRange =
  | { readonly kind: 'from'; readonly first: number; readonly last: number | undefined }
  | { readonly kind: 'suffix'; readonly length: number };

/** All of it. */
export const allOfIt: PlainRange = { kind: 'from', first: 0, last: undefined };

/** `length` bytes from `offset` on. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** `A-B`, `A-` or `-N`, as HTTP has it; undefined for anything else. @standard RFC 9110 §14.1.2 */
export function parsePlainRange(text: string): PlainRange | undefined {
  const [, first = '', last = ''] = /^(\d{0,15})-(\d{0,15})$/.exec(text) ?? [];
  if (first === '') return last === '' ? undefined : { kind: 'suffix', length: Number(last) };
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return { kind: 'from', first: Number(first), last: last === '' ? undefined : Number(last) };
}

/**
 * A range within a file of `size` bytes; cut at its end. All of an empty file is no byte.
 * @throws CLIENT_ARGUMENT when no byte of it exists
 */
export function spanOf(range: PlainRange, size: number): Span {
  const offset = range.kind === 'suffix' ? Math.max(0, size - range.length) : range.first;
  const end = range.kind === 'suffix' ? size : Math.min(size, (range.last ?? size - 1) + 1);
  if (offset < end || (range === allOfIt && size === 0)) return { offset, length: end - offset };
  const message = `the file has ${size} bytes, and none of those`;
  throw clientErrors.create('CLIENT_ARGUMENT', { message });
}

/** The segments that hold a span: from index `first` to before `end`, and their plaintext. */
export function segmentsOf(
  { offset, length }: Span,
  size: number,
): { readonly first: number; readonly end: number; readonly whole: Span } {
  const { segmentSize } = sealedLayout;
  const first = Math.floor(offset / segmentSize);
  const end = length === 0 ? first : Math.ceil((offset + length) / segmentSize);
  const start = first * segmentSize;
  return {
    first,
    end,
    whole: { offset: start, length: Math.min(end * segmentSize, size) - start },
  };
}
