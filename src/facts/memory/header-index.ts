import type { DataElement, DataSet, Tag } from '../../dicom/index.ts';
import { textOf } from '../element-text.ts';

/** What of a header is found only by going through all of it. */
export interface HeaderIndex {
  readonly sequences: readonly DataElement[];
  /** What reserves blocks of private elements. @standard PS3.5 §7.8.1 */
  readonly creators: readonly DataElement[];
  /** Private elements in blocks that nobody reserved, as where an export took the creators. */
  readonly strays: readonly DataElement[];
}

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
    else if ((tag & 0xff) >= firstBlock && textOf(element) !== '') creators.push(element);
  }
  const reserved = new Set(creators.map(({ tag }) => tag));
  const isStray = ({ tag }: DataElement): boolean => !reserved.has(creatorTagOf(tag));
  return { sequences, creators, strays: inBlocks.filter(isStray) };
}

const firstBlock = 0x10;

const groupOf = (tag: Tag): number => tag >>> 16;
const blockOf = (tag: Tag): number => (tag & 0xffff) >>> 8;
const creatorTagOf = (tag: Tag): Tag => groupOf(tag) * 0x10000 + blockOf(tag);
