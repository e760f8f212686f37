import type { DataElement, DataSet, ItemList } from './element.ts';

/** Items each of which is made of one of another list when it is asked for. */
export class ChangedItems implements ItemList {
  readonly #source: ItemList;
  readonly #change: (item: DataSet) => DataSet;

  constructor(source: ItemList, change: (item: DataSet) => DataSet) {
    this.#source = source;
    this.#change = change;
  }

  get length(): number {
    return this.#source.length;
  }

  at(index: number): DataSet | undefined {
    const item = this.#source.at(index);
    return item && this.#change(item);
  }

  map<T>(change: (item: DataSet, index: number) => T): T[] {
    return Array.from(this, change);
  }

  *[Symbol.iterator](): Iterator<DataSet> {
    for (const item of this.#source) yield this.#change(item);
  }
}

/**
 * What follows from an element of items, computed once for those that several items share.
 *
 * @param compute must depend on nothing but the element
 */
export function onceShared<T>(
  { shared }: Pick<ItemList, 'shared'>,
  compute: (element: DataElement) => T,
): (element: DataElement) => T {
  if (shared === undefined) return compute;
  const known = new Map<DataElement, { readonly value: T }>();
  return (element) => {
    const before = known.get(element);
    if (before !== undefined) return before.value;
    const value = compute(element);
    if (shared.has(element)) known.set(element, { value });
    return value;
  };
}
