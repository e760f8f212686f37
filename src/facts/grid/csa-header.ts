import { viewOf } from '../../lib/bytes/bytes.ts';
import { absent, type Fact, fact, notKept } from '../fact.ts';
import { factLimits } from '../limits.ts';

/** Bytes of a tag's head and of an item's head. */
const tagBytes = 84;
const itemBytes = 16;
const nameBytes = 64;

/**
 * A whole number of a Siemens CSA header: `name`'s first item that is not empty; absent where the
 * tag or its items are; not kept where the header is not one or breaks off before the tag ends.
 *
 * Layout: CSA2 starts with `SV10` and four bytes, CSA1 has neither; then the count of tags, 77, and
 * the tags: name[64], VM, VR[4], type, count of items, a mark; each item: four int32, its bytes,
 * padding to a multiple of four. CSA2 states an item's length second; CSA1 first, with the count of
 * items of the first tag added. Little endian always. Undocumented by the vendor; read as nibabel does.
 */
export function csaNumber(header: Uint8Array, name: string): Fact<number> {
  const view = viewOf(header);
  const isSecond = latin1(header, 0, 4) === 'SV10';
  let at = isSecond ? 8 : 0;
  if (header.length < at + 8) return notKept;
  const tags = view.getUint32(at, true);
  if (tags < 1 || tags > factLimits.csaTagsMax) return notKept;
  at += 8;
  let firstItems: number | undefined;
  for (let tag = 0; tag < tags; tag += 1) {
    if (at + tagBytes > header.length) return notKept;
    const isWanted = nameAt(header, at) === name;
    const items = view.getInt32(at + 76, true);
    if (items < 0 || items > factLimits.csaItemsMax) return notKept;
    firstItems ??= items;
    at += tagBytes;
    for (let item = 0; item < items; item += 1) {
      if (at + itemBytes > header.length) return notKept;
      const length = isSecond ? view.getInt32(at + 4, true) : view.getInt32(at, true) - firstItems;
      at += itemBytes;
      if (length < 0 || length > header.length - at) return notKept;
      const text = isWanted ? latin1(header, at, length).replace(/\0.*$/s, '').trim() : '';
      if (text !== '') return /^\d{1,9}$/.test(text) ? fact(Number(text)) : notKept;
      at += length + ((4 - (length % 4)) % 4);
    }
    if (isWanted) return absent;
  }
  return absent;
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
