import { filesErrors, withoutEmptySegments } from '../../files/index.ts';
import { originForm } from '../origin-form.ts';
import { webdavErrors } from './errors.ts';
import { webdavLimits } from './limits.ts';

/** What a request is about. */
export interface RequestTarget {
  /** Decoded once, absolute, no trailing slash but for the root. */
  readonly path: string;
  /** The target ended in a slash: only a directory will do. */
  readonly isDirectory: boolean;
  /** Where a listing goes on; undefined at its start. */
  readonly cursor: string | undefined;
}

const pathAndQuery = /^(\/[^?#]*)(?:\?([^#]*))?$/;
const decodedSegment = /^[!-~]+$/;
const forbidden = /[/\\%?#]/;

/**
 * Decode the target of a request: percent-encoding once, ASCII only. A name that still has a
 * percent sign, a slash, a backslash, a question mark or a control character in it is refused, as
 * are `.` and `..` segments, so that nothing behind this door can decode it again. Empty segments
 * are taken out, as for every door.
 *
 * @standard RFC 9112 §3.2; RFC 3986 §2.1
 * @throws FILES_PATH_INVALID, WEBDAV_TARGET_TOO_LONG
 */
export function parseRequestTarget(target: string): RequestTarget {
  if (target.length > webdavLimits.targetCharactersMax) {
    throw webdavErrors.create('WEBDAV_TARGET_TOO_LONG');
  }
  const match = pathAndQuery.exec(originForm(target));
  if (match === null) throw filesErrors.create('FILES_PATH_INVALID');
  const [, raw = '/', query = ''] = match;
  const path = withoutEmptySegments(raw);
  const segments = path === '/' ? [] : path.slice(1).split('/');
  return {
    path: `/${segments.map(decodeSegment).join('/')}`,
    isDirectory: raw.endsWith('/'),
    cursor: cursorOf(query),
  };
}

function decodeSegment(raw: string): string {
  const text = raw.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const strayPercent = /%(?![0-9a-f]{2})/i.test(raw);
  const usable = decodedSegment.test(text) && !forbidden.test(text) && !strayPercent;
  if (!usable || text === '.' || text === '..') throw filesErrors.create('FILES_PATH_INVALID');
  return text;
}

function cursorOf(query: string): string | undefined {
  const cursor = new URLSearchParams(query).get('cursor') ?? undefined;
  if (cursor !== undefined && cursor.length > webdavLimits.cursorCharactersMax) {
    throw filesErrors.create('FILES_PATH_INVALID');
  }
  return cursor;
}

/** A path as a URL path: each name percent-encoded, directories end in a slash. */
export function hrefOf(path: string, kind: 'directory' | 'file'): string {
  const encoded = path.split('/').map(encodeName).join('/');
  return kind === 'directory' && !encoded.endsWith('/') ? `${encoded}/` : encoded;
}

/** One name as a URL segment; `@` is allowed there and kept, as the tree uses it. */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@');
}
