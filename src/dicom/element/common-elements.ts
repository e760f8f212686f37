import { equalBytes } from '../../lib/bytes/bytes.ts';
import { dicomLimits } from '../limits.ts';
import type { DataElement, DataSet, ItemList, Tag } from './element.ts';

/**
 * Elements that data sets which follow each other have in common, as the images of a series have most
 * of theirs: each becomes one object in all of them, so that what follows from it is found once. Holds
 * the elements of the latest of them, unless these are large.
 */
export class CommonElements {
  #latest: ReadonlyMap<Tag, DataElement> = new Map();

  /** Whether the latest data set is held. */
  get isHolding(): boolean {
    return this.#latest.size > 0;
  }

  /** The value that is likely under a tag: that of the latest data set. */
  readonly likelyValue = (tag: Tag): Uint8Array | undefined => {
    const element = this.#latest.get(tag);
    return element === undefined || element.vr === 'SQ' ? undefined : element.value;
  };

  /** The data set with the elements of the one before where those are equal; a large one as it is. */
  share(dataSet: DataSet): DataSet {
    if (bytesLeft(dataSet, dicomLimits.commonElementsMaxBytes) === 0) {
      this.#latest = new Map();
      return dataSet;
    }
    const shared = new Map<Tag, DataElement>();
    for (const [tag, element] of dataSet) {
      const before = this.#latest.get(tag);
      shared.set(tag, before !== undefined && isEqual(before, element) ? before : element);
    }
    this.#latest = shared;
    return shared;
  }
}

/**
 * What follows from an element, found once while it is held.
 *
 * @param find must depend on nothing but the element
 */
export function onceInCommon<T>(find: (element: DataElement) => T): (element: DataElement) => T {
  const known = new WeakMap<DataElement, { readonly found: T }>();
  return (element) => {
    const before = known.get(element);
    if (before !== undefined) return before.found;
    const found = find(element);
    known.set(element, { found });
    return found;
  };
}

/** What is left of so many bytes when a data set has taken its own; 0 once they are used up. */
function bytesLeft(dataSet: DataSet, bytes: number): number {
  let left = bytes;
  for (const element of dataSet.values()) {
    left -= elementBytes;
    if (element.vr !== 'SQ') left -= element.value.length;
    // Lists that make their items when they are asked are long.
    else if (!Array.isArray(element.items)) return 0;
    else for (const item of element.items) left = left > 0 ? bytesLeft(item, left - itemBytes) : 0;
    if (left <= 0) return 0;
  }
  return left;
}

/** What an element and an item take beside their values. */
const elementBytes = 64;
const itemBytes = 128;

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
