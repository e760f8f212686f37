import type { FileStat } from '../../files/files.ts';
import { type Call, headerOf } from './call.ts';
import { parseHttpDate } from './http-date.ts';

/** Whether a request depends on the state of the file before anything is opened. */
export function isConditional(call: Call): boolean {
  const names = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
  return names.some((name) => headerOf(call, name) !== undefined);
}

/**
 * Evaluate the preconditions, in the order of the standard. A file whose bytes are not known yet has
 * no validator: no tag names it, and it was modified since any time.
 *
 * @standard RFC 9110 §13.2.2
 */
export function evaluate(call: Call, stat: FileStat): 'go' | 'not-modified' | 'failed' {
  const match = headerOf(call, 'if-match');
  const noneMatch = headerOf(call, 'if-none-match');
  if (match !== undefined) {
    if (!matches(match, stat.etag, 'strong')) return 'failed';
  } else if (isAfter(stat, headerOf(call, 'if-unmodified-since')) === true) return 'failed';
  if (noneMatch !== undefined) {
    return matches(noneMatch, stat.etag, 'weak') ? 'not-modified' : 'go';
  }
  const isUnchanged = isAfter(stat, headerOf(call, 'if-modified-since')) === false;
  return isUnchanged && stat.etag !== undefined ? 'not-modified' : 'go';
}

const entityTag = /(W\/)?("[!#-~\x80-\xff]*")/g;

/**
 * Whether a list of entity tags names the file; `*` names any that exists. Ours is strong, so a weak
 * one is the same only where weak comparison does.
 *
 * @standard RFC 9110 §8.8.3.2, §13.1.1, §13.1.2
 */
function matches(header: string, etag: string | undefined, how: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  const tags = [...header.matchAll(entityTag)];
  return tags.some(([, weak, opaque]) => opaque === etag && (weak === undefined || how === 'weak'));
}

/** Whether the file was modified after the date; undefined without a usable date. */
function isAfter(stat: FileStat, date: string | undefined): boolean | undefined {
  const ms = date === undefined ? undefined : parseHttpDate(date, stat.modifiedMs);
  return ms === undefined ? undefined : Math.floor(stat.modifiedMs / 1000) * 1000 > ms;
}
