import type { DataElement, DataSet, Tag } from '../../dicom/index.ts';
import type { HeaderIndex } from './header-index.ts';

/** What a reader saw of a header. */
export interface Sight {
  readonly looked: readonly (readonly [Tag, DataElement | undefined])[];
  readonly lists: readonly (readonly [ListName, number, readonly DataElement[]])[];
}

type ListName = keyof HeaderIndex;

/** A list of an index; of private elements that of their group. */
export function listOf(index: HeaderIndex, name: ListName, group: number): readonly DataElement[] {
  return name === 'sequences' ? index.sequences : (index[name].get(group) ?? none);
}

const none: readonly DataElement[] = [];

/** Whether a reader would see the very same elements in another header. */
export function isSeen({ looked, lists }: Sight, header: DataSet, index: HeaderIndex): boolean {
  for (const [tag, element] of looked) if (header.get(tag) !== element) return false;
  return lists.every(([name, group, list]) => areSame(list, listOf(index, name, group)));
}

/** A header as a reader sees it: what it looks at is noted. */
export class HeaderView implements DataSet {
  readonly #header: DataSet;
  readonly #index: HeaderIndex;
  readonly #looked = new Map<Tag, DataElement | undefined>();
  readonly #listed = new Map<string, Sight['lists'][number]>();
  #isWhole = false;

  constructor(header: DataSet, index: HeaderIndex) {
    this.#header = header;
    this.#index = index;
  }

  get(tag: Tag): DataElement | undefined {
    const element = this.#header.get(tag);
    this.#looked.set(tag, element);
    return element;
  }

  has(tag: Tag): boolean {
    return this.get(tag) !== undefined;
  }

  /** A list of the header's index. */
  list(name: ListName, group = 0): readonly DataElement[] {
    const list = listOf(this.#index, name, group);
    this.#listed.set(`${name} ${group}`, [name, group, list]);
    return list;
  }

  /** What was looked at; undefined where that is all of the header. */
  get sight(): Sight | undefined {
    if (this.#isWhole) return undefined;
    return { looked: [...this.#looked], lists: [...this.#listed.values()] };
  }

  get size(): number {
    return this.#whole().size;
  }

  entries(): MapIterator<[Tag, DataElement]> {
    return this.#whole().entries();
  }

  keys(): MapIterator<Tag> {
    return this.#whole().keys();
  }

  values(): MapIterator<DataElement> {
    return this.#whole().values();
  }

  [Symbol.iterator](): MapIterator<[Tag, DataElement]> {
    return this.entries();
  }

  forEach(visit: (element: DataElement, tag: Tag, header: DataSet) => void): void {
    this.#whole().forEach(visit);
  }

  /** Whoever goes through all of it depends on all of it. */
  #whole(): DataSet {
    this.#isWhole = true;
    return this.#header;
  }
}

/** Whether two lists hold the very same things. */
export const areSame = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((each, at) => each === others[at]);
