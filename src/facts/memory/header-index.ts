import type { DataElement, DataSet, Tag } from '../../dicom/index.ts';

/** What of a header is found only by going through all of it. */
export interface HeaderIndex {
  readonly sequences: readonly DataElement[];
  /** What reserves blocks of private elements, by group. @standard PS3.5 §7.8.1 */
  readonly creators: ElementsByGroup;
  /** Private elements in blocks that nobody reserved, as where an export took the creators; by group. */
  readonly strays: ElementsByGroup;
}

type ElementsByGroup = ReadonlyMap<number, readonly DataElement[]>;

/** Go through a header. */
export function indexOf(header: DataSet): HeaderIndex {
  const sequences: DataElement[] = [];
  const creators: DataElement[] = [];
  const inBlocks: DataElement[] = [];
  for (const element of header.values()) {
    const { tag } = element;
    if (element.vr === 'SQ') sequences.push(element);
    if ((tag & 0x10000) === 0) continue;
    if (blockOf(tag) >= firstBlock) inBlocks.push(element);
    else if ((tag & 0xff) >= firstBlock && hasText(element)) creators.push(element);
  }
  const reserved = new Set(creators.map(({ tag }) => tag));
  const strays = inBlocks.filter(({ tag }) => !reserved.has(creatorTagOf(tag)));
  return { sequences, creators: byGroup(creators), strays: byGroup(strays) };
}

const byGroup = (elements: readonly DataElement[]): ElementsByGroup =>
  Map.groupBy(elements, ({ tag }) => groupOf(tag));

const firstBlock = 0x10;

const groupOf = (tag: Tag): number => tag >>> 16;
const blockOf = (tag: Tag): number => (tag & 0xffff) >>> 8;
const creatorTagOf = (tag: Tag): Tag => groupOf(tag) * 0x10000 + blockOf(tag);

/** Anything but padding. */
const hasText = (element: DataElement): boolean =>
  element.vr !== 'SQ' && element.value.some((byte) => byte !== 0x20 && byte !== 0);
