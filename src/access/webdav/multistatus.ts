import type { FileStat } from '../../files/files.ts';
import { formatHttpDate } from './http-date.ts';
import type { PropertyName, PropfindRequest } from './propfind-body.ts';
import { hrefOf } from './request-target.ts';
import { escapeXml } from './xml.ts';

/** Before the first response element. */
export const multistatusStart =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n';

/** After the last. */
export const multistatusEnd = '</D:multistatus>\n';

/** What is asked of each entry. */
export type Asked = PropfindRequest & {
  /** Said where the size of a file is not known; undefined: nothing is. */
  readonly unknownLength: string | undefined;
};

/** Content of a property of `stat`; undefined when the entry has no such property now. */
type Property = (stat: FileStat, asked: Asked) => string | undefined;

/** The live properties of the DAV: namespace. @standard RFC 4918 §15 */
const properties: ReadonlyMap<string, Property> = new Map<string, Property>([
  ['resourcetype', (stat) => (stat.kind === 'directory' ? '<D:collection/>' : '')],
  ['displayname', (stat) => escapeXml(stat.name)],
  // Never a guess, and never 0: clients would cut the file.
  ['getcontentlength', (stat, asked) => ifFile(stat, stat.size?.toString() ?? asked.unknownLength)],
  ['getcontenttype', (stat) => ifFile(stat, escapeXml(stat.contentType))],
  ['getetag', (stat) => ifFile(stat, stat.etag === undefined ? undefined : escapeXml(stat.etag))],
  ['getlastmodified', (stat) => formatHttpDate(stat.modifiedMs)],
  ['creationdate', (stat) => `${new Date(stat.createdMs).toISOString().slice(0, 19)}Z`],
]);

function ifFile(stat: FileStat, value: string | undefined): string | undefined {
  return stat.kind === 'file' ? value : undefined;
}

/** The response element of one entry. @standard RFC 4918 §14.24 */
export function responseElement(stat: FileStat, asked: Asked): string {
  const href = `<D:href>${escapeXml(hrefOf(stat.path, stat.kind))}</D:href>`;
  return `<D:response>${href}${propstats(stat, asked)}</D:response>\n`;
}

function propstats(stat: FileStat, asked: Asked): string {
  if (asked.kind === 'prop') return askedProperties(stat, asked, asked.names);
  const known = [...properties].filter(([, valueOf]) => valueOf(stat, asked) !== undefined);
  if (asked.kind === 'propname') {
    return propstat(
      known.map(([name]) => `<D:${name}/>`),
      '200 OK',
    );
  }
  const all = known.map(([name]) => ({ namespace: 'DAV:', name }));
  const isAll = new Set(all.map(({ name }) => name));
  const more = asked.include.filter(
    ({ namespace, name }) => !(namespace === 'DAV:' && isAll.has(name)),
  );
  return askedProperties(stat, asked, [...all, ...more]);
}

function askedProperties(stat: FileStat, asked: Asked, names: readonly PropertyName[]): string {
  const found: string[] = [];
  const missing: string[] = [];
  for (const { namespace, name } of names) {
    const value = namespace === 'DAV:' ? properties.get(name)?.(stat, asked) : undefined;
    if (value !== undefined) found.push(element(name, value));
    else missing.push(unknownElement(namespace, name));
  }
  const isEmpty = found.length === 0 && missing.length > 0;
  return `${isEmpty ? '' : propstat(found, '200 OK')}${missing.length === 0 ? '' : propstat(missing, '404 Not Found')}`;
}

function propstat(elements: readonly string[], status: string): string {
  const prop = `<D:prop>${elements.join('')}</D:prop>`;
  return `<D:propstat>${prop}<D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;
}

function element(name: string, value: string): string {
  return value === '' ? `<D:${name}/>` : `<D:${name}>${value}</D:${name}>`;
}

/** The name comes from a parser, so it is a name; its namespace can hold anything. */
function unknownElement(namespace: string, name: string): string {
  if (namespace === 'DAV:') return `<D:${name}/>`;
  if (namespace === '') return `<${name}/>`;
  return `<x:${name} xmlns:x="${escapeXml(namespace)}"/>`;
}
