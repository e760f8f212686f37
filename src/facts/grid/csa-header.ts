import { viewOf } from '../../lib/bytes/bytes.ts';
import { type Fact, fact, notKept } from '../fact.ts';
import { factLimits } from '../limits.ts';

/** Bytes of a tag's head and of an item's head. */
const tagBytes = 84;
const itemBytes = 16;
const nameBytes = 64;

/** Items of the tags that were wanted, those that are not empty. */
export type CsaItems = ReadonlyMap<string, readonly string[]>;

/**
 * Texts of a Siemens CSA header by the names of its tags; no entry where a tag is not there. Not kept
 * where the header is not one, or breaks off before it ends.
 *
 * Layout: CSA2 starts with `SV10` and four bytes, CSA1 has neither; then the count of tags, 77, and
 * the tags: name[64], VM, VR[4], type, count of items, a mark; each item: four int32, its bytes,
 * padding to a multiple of four. CSA2 states an item's length second; CSA1 first, with the count of
 * items of the first tag added. Little endian always. Undocumented by the vendor; read as nibabel does.
 */
export function csaItems(header: Uint8Array, names: ReadonlySet<string>): Fact<CsaItems> {
  const found = new Map<string, readonly string[]>();
  let tag = '';
  let texts: string[] = [];
  const isWhole = walkItems(header, {
    tag(name) {
      tag = name;
      texts = [];
      // A name that stands twice proves nothing.
      if (names.has(name)) found.set(name, found.has(name) ? [] : texts);
    },
    item(at, length) {
      if (!names.has(tag) || length > factLimits.csaTextMaxBytes) return;
      const text = latin1(header, at, length).replace(/\0.*$/s, '').trim();
      if (text !== '') texts.push(text);
    },
  });
  return isWhole ? fact(found) : notKept;
}

/**
 * The bytes of the first item of a tag that has any, as they lie there; undefined where there is none,
 * or the header breaks off before it ends.
 */
export function csaItemBytes(header: Uint8Array, name: string): Uint8Array | undefined {
  let isWanted = false;
  let found: Uint8Array | undefined;
  const isWhole = walkItems(header, {
    tag(other) {
      isWanted = other === name;
    },
    item(at, length) {
      if (isWanted && length > 0) found ??= header.subarray(at, at + length);
    },
  });
  return isWhole ? found : undefined;
}

/** Walk all items. False where the header is not one, or breaks off before it ends. */
function walkItems(
  header: Uint8Array,
  visit: {
    readonly tag: (name: string) => void;
    readonly item: (at: number, length: number) => void;
  },
): boolean {
  const view = viewOf(header);
  const isSecond = latin1(header, 0, 4) === 'SV10';
  let at = isSecond ? 8 : 0;
  if (header.length < at + 8) return false;
  const tags = view.getUint32(at, true);
  if (tags < 1 || tags > factLimits.csaTagsMax) return false;
  at += 8;
  let firstItems: number | undefined;
  for (let tag = 0; tag < tags; tag += 1) {
    if (at + tagBytes > header.length) return false;
    const name = nameAt(header, at);
    const items = view.getInt32(at + 76, true);
    if (items < 0 || items > factLimits.csaItemsMax) return false;
    firstItems ??= items;
    at += tagBytes;
    visit.tag(name);
    for (let item = 0; item < items; item += 1) {
      if (at + itemBytes > header.length) return false;
      const length = isSecond ? view.getInt32(at + 4, true) : view.getInt32(at, true) - firstItems;
      at += itemBytes;
      if (length < 0 || length > header.length - at) return false;
      visit.item(at, length);
      at += length + ((4 - (length % 4)) % 4);
    }
  }
  return true;
}

const nameAt = (header: Uint8Array, at: number): string =>
  latin1(header, at, nameBytes).replace(/\0.*$/s, '');

function latin1(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(
    bytes.buffer,
    bytes.byteOffset + at,
    Math.min(length, bytes.length - at),
  ).toString('latin1');
}
