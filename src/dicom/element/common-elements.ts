import { equalBytes } from '../../lib/bytes/bytes.ts';
import type { DataElement, DataSet, ItemList, Tag } from './element.ts';

/**
 * Elements that data sets which follow each other have in common, as the images of a series have most
 * of theirs: each becomes one object in all of them, so that what follows from it is found once. Holds
 * the elements of the latest of them.
 */
export class CommonElements {
  #latest: ReadonlyMap<Tag, DataElement> = new Map();

  /** The value of the latest data set under a tag. */
  readonly valueOf = (tag: Tag): Uint8Array | undefined => {
    const element = this.#latest.get(tag);
    return element === undefined || element.vr === 'SQ' ? undefined : element.value;
  };

  /** The data set with the elements of the one before where those are equal. */
  share(dataSet: DataSet): DataSet {
    const shared = new Map<Tag, DataElement>();
    for (const [tag, element] of dataSet) {
      const before = this.#latest.get(tag);
      shared.set(tag, before !== undefined && isEqual(before, element) ? before : element);
    }
    this.#latest = [...shared.values()].every(isSmall) ? shared : new Map();
    return shared;
  }
}

/**
 * What follows from an element, found anew only where the data set before had another one of that tag.
 *
 * @param find must depend on nothing but the element
 */
export function onceInCommon<T>(find: (element: DataElement) => T): (element: DataElement) => T {
  const latest = new Map<Tag, { readonly element: DataElement; readonly found: T }>();
  return (element) => {
    const known = latest.get(element.tag);
    if (known?.element === element) return known.found;
    const found = find(element);
    latest.set(element.tag, { element, found });
    return found;
  };
}

/** Lists that make their items when they are asked are long, and two are never held. */
const isSmall = (element: DataElement): boolean =>
  element.vr !== 'SQ' || Array.isArray(element.items);

function isEqual(one: DataElement, other: DataElement): boolean {
  if (one.vr === 'SQ') return other.vr === 'SQ' && haveEqualItems(one.items, other.items);
  if (other.vr !== one.vr) return false;
  return other.value === one.value || equalBytes(one.value, other.value);
}

function haveEqualItems(some: ItemList, others: ItemList): boolean {
  if (!Array.isArray(some) || !Array.isArray(others) || some.length !== others.length) return false;
  return some.every((item: DataSet, at) => areEqual(item, others[at]));
}

function areEqual(one: DataSet, other: DataSet): boolean {
  if (one.size !== other.size) return false;
  for (const [tag, element] of one) {
    const same = other.get(tag);
    if (same === undefined || !isEqual(element, same)) return false;
  }
  return true;
}
