import type { RangeRequest } from '../../files/files.ts';
import { webdavLimits } from './limits.ts';

/** A part of a file of known size, both ends inclusive. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

const oneRange = /^(\d+)-(\d*)$|^-(\d+)$/;

/**
 * The ranges of a Range header; undefined when there is none to honour: another unit, malformed, or
 * more than a request may name. RFC 9110 lets a server ignore any Range header.
 *
 * @standard RFC 9110 §14.1.1, §14.2
 */
export function parseRangeHeader(header: string | undefined): readonly RangeRequest[] | undefined {
  const match = /^bytes=([0-9, \t-]{1,1024})$/i.exec(header ?? '');
  if (match === null) return undefined;
  const texts = (match[1] ?? '').split(',').map((text) => text.trim());
  const ranges = texts.filter((text) => text !== '').map(parseRange);
  const known = ranges.filter((range) => range !== undefined);
  if (known.length < ranges.length || known.length === 0) return undefined;
  return known.length > webdavLimits.rangesMax ? undefined : known;
}

function parseRange(text: string): RangeRequest | undefined {
  const match = oneRange.exec(text);
  if (match === null) return undefined;
  const [, first = '', last = '', suffix] = match;
  if (suffix !== undefined) return { kind: 'suffix', length: countOf(suffix) };
  if (last === '') return { kind: 'from', first: countOf(first), last: undefined };
  // The digits decide: beyond the largest count all are one.
  if (BigInt(last) < BigInt(first)) return undefined;
  return { kind: 'from', first: countOf(first), last: countOf(last) };
}

/** A number of any digits; no file reaches the largest that is exact. */
function countOf(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/**
 * The parts to send of a file of `size` bytes for several ranges: those that exist, in order, near
 * or overlapping ones joined. Empty when none exists.
 *
 * @standard RFC 9110 §15.3.7.2 (a server may coalesce)
 */
export function spansOf(ranges: readonly RangeRequest[], size: number): readonly Span[] {
  const existing = ranges
    .map((range) => spanOf(range, size))
    .filter((span) => span.first <= span.last)
    .toSorted((a, b) => a.first - b.first);
  const joined: Span[] = [];
  for (const span of existing) {
    const before = joined.at(-1);
    if (before !== undefined && span.first <= before.last + webdavLimits.rangeGapBytes) {
      joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, span.last) };
    } else joined.push(span);
  }
  return joined;
}

function spanOf(range: RangeRequest, size: number): Span {
  if (range.kind === 'suffix') return { first: Math.max(0, size - range.length), last: size - 1 };
  return { first: range.first, last: Math.min(range.last ?? size - 1, size - 1) };
}
