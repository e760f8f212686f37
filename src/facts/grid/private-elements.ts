import { type DataElement, type DataSet, isPrivateCreatorTag } from '../../dicom/index.ts';

/** A private element as vendors document it: never by its number alone, whose block may move. */
export interface PrivateName {
  readonly creator: string;
  readonly group: number;
  /** The lower byte of the element number. */
  readonly element: number;
}

/** The elements of that name: one for each block that the creator reserved. @standard PS3.5 §7.8.1 */
export function privateElements(
  dataSet: DataSet,
  { creator, group, element }: PrivateName,
): readonly DataElement[] {
  const found: DataElement[] = [];
  for (const [tag, reserved] of dataSet) {
    const isCreator = tag >>> 16 === group && isPrivateCreatorTag(tag);
    if (!isCreator || textOf(reserved) !== creator) continue;
    const held = dataSet.get(group * 0x10000 + (tag & 0xff) * 0x100 + element);
    if (held !== undefined) found.push(held);
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
