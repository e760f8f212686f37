import type { DataElement, DataSet } from '../dicom/index.ts';
import { textOf } from './element-text.ts';
import { indexOf } from './memory/header-index.ts';
import { HeaderView, listOf } from './memory/header-view.ts';

/** A private element as vendors document it: never by its number alone, whose block may move. */
export interface PrivateName {
  readonly creator: string;
  readonly group: number;
  /** The lower byte of the element number. */
  readonly element: number;
}

/** The elements of that name: one for each block that the creator reserved. @standard PS3.5 §7.8.1 */
export function privateElements(dataSet: DataSet, name: PrivateName): readonly DataElement[] {
  const { creator, group, element } = name;
  const wanted = creator.toUpperCase();
  return elementsIn(dataSet, 'creators', group).flatMap((each) => {
    if (textOf(each).toUpperCase() !== wanted) return [];
    return dataSet.get(group * 0x10000 + (each.tag & 0xff) * 0x100 + element) ?? [];
  });
}

/**
 * Elements that may be those of that name: they lie in blocks that nobody reserved, as where an
 * export took the creators and left the rest.
 */
export function strayElements(
  dataSet: DataSet,
  { group, element }: PrivateName,
): readonly DataElement[] {
  const strays = elementsIn(dataSet, 'strays', group);
  return strays.filter(({ tag }) => (tag & 0xff) === element);
}

/** The elements of a header, or an item, that are sequences. */
export const sequencesIn = (dataSet: DataSet): readonly DataElement[] =>
  elementsIn(dataSet, 'sequences');

function elementsIn(
  dataSet: DataSet,
  name: Parameters<HeaderView['list']>[0],
  group = 0,
): readonly DataElement[] {
  if (dataSet instanceof HeaderView) return dataSet.list(name, group);
  return listOf(indexOf(dataSet), name, group);
}
