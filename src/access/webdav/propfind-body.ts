import { SaxesParser, type SaxesTagNS } from 'saxes';
import { webdavErrors } from './errors.ts';
import { webdavLimits } from './limits.ts';

/** Name of a property: its namespace and its local name. */
export interface PropertyName {
  readonly namespace: string;
  readonly name: string;
}

/** What a PROPFIND asks for; `include` is what is wanted beside all that is known. */
export type PropfindRequest =
  | { readonly kind: 'allprop'; readonly include: readonly PropertyName[] }
  | { readonly kind: 'propname' }
  | { readonly kind: 'prop'; readonly names: readonly PropertyName[] };

const dav = 'DAV:';

/**
 * Parse the body of a PROPFIND; an empty one asks for everything. No document type, so no entities
 * but XML's own five; bounded depth, elements and names.
 *
 * @standard RFC 4918 §9.1, §14.20
 * @throws WEBDAV_BODY_INVALID, WEBDAV_BODY_TOO_LARGE
 */
export function parsePropfindBody(body: Uint8Array): PropfindRequest {
  if (body.length === 0) return { kind: 'allprop', include: [] };
  const path: string[] = [];
  const names: PropertyName[] = [];
  let kind: PropfindRequest['kind'] | undefined;
  let elements = 0;
  const parser = new SaxesParser({ xmlns: true });
  const invalid = (): never => {
    throw webdavErrors.create('WEBDAV_BODY_INVALID');
  };
  parser.on('doctype', invalid);
  parser.on('error', invalid);
  parser.on('closetag', () => path.pop());
  parser.on('opentag', (tag: SaxesTagNS) => {
    elements += 1;
    const parent = path.at(-1);
    checkSize(tag, { elements, depth: path.length });
    if (path.length === 0 && keyOf(tag) !== `${dav}propfind`) invalid();
    if (path.length === 1) kind = kindOf(tag, kind);
    if (path.length === 2 && (parent === `${dav}prop` || parent === `${dav}include`)) {
      names.push({ namespace: tag.uri, name: tag.local });
    }
    path.push(keyOf(tag));
  });
  parser.write(decodeUtf8(body)).close();
  if (kind === undefined) return invalid();
  if (kind === 'prop') return { kind, names };
  return kind === 'allprop' ? { kind, include: names } : { kind };
}

function keyOf(tag: SaxesTagNS): string {
  return `${tag.uri}${tag.local}`;
}

/** The one child of propfind that counts; two of them are a contradiction. */
function kindOf(
  tag: SaxesTagNS,
  before: PropfindRequest['kind'] | undefined,
): PropfindRequest['kind'] | undefined {
  const isKind = tag.local === 'prop' || tag.local === 'allprop' || tag.local === 'propname';
  if (tag.uri !== dav || !isKind) return before;
  if (before !== undefined) throw webdavErrors.create('WEBDAV_BODY_INVALID');
  return tag.local as PropfindRequest['kind'];
}

function checkSize(
  tag: SaxesTagNS,
  { elements, depth }: { readonly elements: number; readonly depth: number },
): void {
  const characters = tag.uri.length + tag.local.length;
  const isTooLarge =
    elements > webdavLimits.xmlElementsMax ||
    depth >= webdavLimits.xmlDepthMax ||
    characters > webdavLimits.xmlNameCharactersMax;
  if (isTooLarge) throw webdavErrors.create('WEBDAV_BODY_TOO_LARGE');
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw webdavErrors.create('WEBDAV_BODY_INVALID', { cause });
  }
}
