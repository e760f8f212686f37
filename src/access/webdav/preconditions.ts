import type { FileStat } from '../../files/files.ts';
import { type Call, headerOf } from './call.ts';

/** Whether a request depends on the state of the file before anything is opened. */
export function isConditional(call: Call): boolean {
  const names = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
  return names.some((name) => headerOf(call, name) !== undefined);
}

/**
 * Evaluate the preconditions. A file whose bytes are not known yet has no validator: it matches
 * nothing and was modified since any time.
 *
 * @standard RFC 9110 §13.2.2
 */
export function evaluate(call: Call, stat: FileStat): 'go' | 'not-modified' | 'failed' {
  const match = headerOf(call, 'if-match');
  const noneMatch = headerOf(call, 'if-none-match');
  if (match !== undefined) {
    if (!matches(match, stat.etag)) return 'failed';
  } else if (isAfter(stat, headerOf(call, 'if-unmodified-since')) === true) return 'failed';
  if (noneMatch !== undefined) return matches(noneMatch, stat.etag) ? 'not-modified' : 'go';
  const isUnchanged = isAfter(stat, headerOf(call, 'if-modified-since')) === false;
  return isUnchanged && stat.etag !== undefined ? 'not-modified' : 'go';
}

function matches(header: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}

/** Whether the file was modified after the date; undefined without a usable date. */
function isAfter(stat: FileStat, date: string | undefined): boolean | undefined {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : Math.floor(stat.modifiedMs / 1000) * 1000 > ms;
}
