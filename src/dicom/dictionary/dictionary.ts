import type { Tag, Vr } from '../element/element.ts';
import { attributeRows } from './generated/attributes.ts';
import type { tag } from './generated/tag.ts';

/** Keyword of an attribute of the standard. @standard PS3.6 §6 */
export type Keyword = keyof typeof tag;

/** What the data dictionary says of an attribute. @standard PS3.6 Tables 6-1, 7-1, 8-1 */
export interface Attribute {
  readonly keyword: Keyword;
  /** More than one where the standard lets the data set decide: `US or SS`. */
  readonly vrs: readonly Vr[];
  /** As the table writes it: `1`, `1-n`, `2-2n`. */
  readonly vm: string;
  readonly retired: boolean;
}

interface Pattern {
  readonly mask: Tag;
  readonly value: Tag;
  readonly attribute: Attribute;
}

const byTag = new Map<Tag, Attribute>();
const patterns: Pattern[] = [];
for (const row of attributeRows.split('\n')) addRow(row.split(' '));

function addRow([tagText = '', vrs = '', vm = '', keyword = '', retired = '']: string[]): void {
  const attribute: Attribute = {
    keyword: keyword as Keyword,
    vrs: vrs.split('/') as Vr[],
    vm,
    retired: retired === 'R',
  };
  const value = Number.parseInt(tagText.replaceAll('x', '0'), 16);
  if (!tagText.includes('x')) byTag.set(value, attribute);
  else {
    const mask = Number.parseInt(tagText.replaceAll(/[^x]/g, 'f').replaceAll('x', '0'), 16);
    patterns.push({ mask, value, attribute });
  }
}

/** Whether `tag` is in a private group. @standard PS3.5 §7.8 */
export function isPrivateTag(tag: Tag): boolean {
  return (tag & 0x00010000) !== 0;
}

/** Whether `tag` reserves a block of private elements: (gggg,0010-00FF), gggg odd. */
export function isPrivateCreatorTag(tag: Tag): boolean {
  const element = tag & 0xffff;
  return isPrivateTag(tag) && element >= 0x10 && element <= 0xff;
}

/** Whether `tag` is a group length, (gggg,0000). @standard PS3.5 §7.2 */
export function isGroupLengthTag(tag: Tag): boolean {
  return (tag & 0xffff) === 0;
}

/** The dictionary's row for `tag`, repeating groups included; absent for private and unknown tags. */
export function lookup(tag: Tag): Attribute | undefined {
  return byTag.get(tag) ?? (isPrivateTag(tag) ? undefined : lookupPattern(tag));
}

function lookupPattern(tag: Tag): Attribute | undefined {
  for (const { mask, value, attribute } of patterns) {
    if ((tag & mask) >>> 0 === value) return attribute;
  }
  return undefined;
}

/** Keyword of `tag`, if the standard gives one. */
export function keywordOf(tag: Tag): Keyword | undefined {
  return lookup(tag)?.keyword;
}

/**
 * The VR that implicit VR encoding gives `tag`: the dictionary's, OW where it allows OW, the first
 * one where it allows several, LO for private creators, UL for group lengths, else UN.
 *
 * @standard PS3.5 §A.1, §7.8.1
 */
export function vrOf(tag: Tag): Vr {
  const vrs = lookup(tag)?.vrs;
  if (vrs !== undefined) return vrs.includes('OW') ? 'OW' : (vrs[0] ?? 'UN');
  if (isGroupLengthTag(tag)) return 'UL';
  return isPrivateCreatorTag(tag) ? 'LO' : 'UN';
}

/** `(0010,0010)`: a tag as people write it. */
export function formatTag(tag: Tag): string {
  const hex = (tag >>> 0).toString(16).toUpperCase().padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
