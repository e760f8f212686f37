import { type DataElement, type DataSet, getStrings } from '../../src/dicom/index.ts';

const noWildcard = new Set(['DA', 'DT', 'TM', 'UI', 'SL', 'SS', 'UL', 'US', 'FD', 'FL', 'AT']);
const withRange = new Set(['DA', 'DT', 'TM']);

/**
 * Whether an instance matches a key of a query. An empty key matches everything; sequences are
 * return keys only.
 *
 * @standard PS3.4 §C.2.2.2
 */
export function matchesKey(key: DataElement, query: DataSet, header: DataSet): boolean {
  if (key.vr === 'SQ') return true;
  const wanted = getStrings(query, key.tag);
  if (wanted.every((value) => value === '')) return true;
  const values = getStrings(header, key.tag);
  if (key.vr === 'UI') return wanted.some((uid) => values.includes(uid));
  const pattern = wanted.join('\\');
  const range = /^(\d*(?:\.\d+)?)-(\d*(?:\.\d+)?)$/.exec(pattern);
  if (withRange.has(key.vr) && range !== null) {
    return values.some((value) => isWithin(value, range[1] ?? '', range[2] ?? ''));
  }
  if (noWildcard.has(key.vr)) return values.includes(pattern);
  const fold = key.vr === 'PN' ? (text: string) => text.toLowerCase() : (text: string) => text;
  return values.some((value) => matchesWildcard(fold(value), fold(pattern)));
}

function isWithin(value: string, from: string, to: string): boolean {
  return value !== '' && value >= from && (to === '' || value.slice(0, to.length) <= to);
}

/** `*` is any run, `?` any one character. Linear for one `*`, quadratic at worst. */
export function matchesWildcard(text: string, pattern: string): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p;
      resume = at;
      p += 1;
    } else if (wanted === '?' || wanted === text[at]) {
      at += 1;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(p));
}
