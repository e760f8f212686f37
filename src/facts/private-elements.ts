import type { DataElement, DataSet } from '../dicom/index.ts';

/** A private element as vendors document it: never by its number alone, whose block may move. */
export interface PrivateName {
  readonly creator: string;
  readonly group: number;
  /** The lower byte of the element number. */
  readonly element: number;
}

/** The elements of that name: one for each block that the creator reserved. @standard PS3.5 §7.8.1 */
export function privateElements(dataSet: DataSet, name: PrivateName): readonly DataElement[] {
  const wanted = name.creator.toUpperCase();
  return elementsIn(dataSet, name, (creator) => creator.toUpperCase() === wanted);
}

/**
 * Elements that may be those of that name: they lie in blocks that nobody reserved, as where an
 * export took the creators and left the rest.
 */
export function strayElements(dataSet: DataSet, name: PrivateName): readonly DataElement[] {
  return elementsIn(dataSet, name, (creator) => creator === '');
}

function elementsIn(
  dataSet: DataSet,
  { group, element }: PrivateName,
  isOf: (creator: string) => boolean,
): readonly DataElement[] {
  const found: DataElement[] = [];
  for (const [tag, held] of dataSet) {
    const block = (tag & 0xffff) >>> 8;
    if (tag >>> 16 !== group || block < 0x10 || (tag & 0xff) !== element) continue;
    const reserved = dataSet.get(group * 0x10000 + block);
    if (isOf(reserved === undefined ? '' : textOf(reserved))) found.push(held);
  }
  return found;
}

/** The characters of a value without padding around; '' for a sequence. */
export function textOf(element: DataElement): string {
  if (element.vr === 'SQ') return '';
  const { buffer, byteOffset, length } = element.value;
  return Buffer.from(buffer, byteOffset, length)
    .toString('latin1')
    .replace(/[ \0]+$/, '')
    .trimStart();
}
