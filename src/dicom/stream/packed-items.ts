import { present } from '../../lib/assert.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import type { DataElement, DataSet, ItemList, Tag, Vr } from '../element/element.ts';
import { vrTraits } from '../element/vr.ts';
import { itemTag } from './item.ts';

/**
 * How an element is packed, little endian: tag (4 bytes), VR (1, its place in `vrs`), length (4) and
 * value; or tag, VR and, each before its elements, `itemTag` (4). Items and sequences end with `end` (4).
 */
const vrs = Object.keys(vrTraits) as Vr[]; // the table has a row for each VR
const vrIndex: ReadonlyMap<Vr, number> = new Map(vrs.map((vr, index) => [vr, index]));
const end = 0xffffffff;

/** Elements in pieces of memory; each lies in one. */
const pieceBytes = 2 ** 20;

/** Where an element lies: the number of its piece times `pieceBytes`, and the byte there. */
type Place = number;

interface Piece {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Writes one element after the other; grows as it must. */
export class ElementScratch {
  #bytes = Buffer.alloc(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  startSequence(tag: Tag): void {
    this.#head(tag, 'SQ');
  }

  startItem(): void {
    this.#put32(itemTag);
  }

  /** An item or a sequence is over. */
  end(): void {
    this.#put32(end);
  }

  value(tag: Tag, vr: Exclude<Vr, 'SQ'>, value: Uint8Array): void {
    this.#head(tag, vr);
    this.#put32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** The bytes, one a character. */
  text(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }

  /** The bytes, until more are written. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #head(tag: Tag, vr: Vr): void {
    this.#put32(tag);
    this.#reserve(1);
    this.#bytes[this.#length] = present(vrIndex.get(vr), 'every VR has a place');
    this.#length += 1;
  }

  #put32(value: number): void {
    this.#reserve(4);
    this.#bytes.writeUInt32LE(value, this.#length);
    this.#length += 4;
  }

  #reserve(count: number): void {
    const length = this.#length + count;
    if (length <= this.#bytes.length) return;
    const grown = Buffer.alloc(2 * length);
    grown.set(this.bytes());
    this.#bytes = grown;
  }
}

/** Items held as bytes but for elements that they share: each is made when it is asked for. */
export class PackedItems implements ItemList {
  readonly shared = new Set<DataElement>();
  /** Whether there are elements of VR UN that the dictionary knows (`resolveUnknown`). */
  hasUnknown = false;
  readonly #items: (DataElement | Place)[][] = [];
  readonly #pieces: Piece[] = [];
  #filled = 0;

  get length(): number {
    return this.#items.length;
  }

  startItem(): void {
    this.#items.push([]);
  }

  /** An element of the last item. */
  addElement(scratch: ElementScratch): void {
    const bytes = scratch.bytes();
    const last = this.#pieces.at(-1);
    if (last === undefined || this.#filled + bytes.length > last.bytes.length) {
      const room = new Uint8Array(Math.max(pieceBytes, bytes.length));
      this.#pieces.push({ bytes: room, view: viewOf(room) });
      this.#filled = 0;
    }
    this.#pieces.at(-1)?.bytes.set(bytes, this.#filled);
    this.#items.at(-1)?.push((this.#pieces.length - 1) * pieceBytes + this.#filled);
    this.#filled += bytes.length;
  }

  /** An element that items before have too. */
  addShared(element: DataElement): void {
    this.shared.add(element);
    this.#items.at(-1)?.push(element);
  }

  at(index: number): DataSet | undefined {
    const entries = this.#items.at(index);
    if (entries === undefined) return undefined;
    const item = new Map<Tag, DataElement>();
    for (const entry of entries) {
      const element = typeof entry === 'number' ? this.#elementAt(entry) : entry;
      item.set(element.tag, element);
    }
    return item;
  }

  map<T>(change: (item: DataSet, index: number) => T): T[] {
    return Array.from(this, change);
  }

  *[Symbol.iterator](): Iterator<DataSet> {
    for (const index of this.#items.keys()) yield present(this.at(index), 'an item of the list');
  }

  #elementAt(place: Place): DataElement {
    const piece = present(this.#pieces[Math.floor(place / pieceBytes)], 'a piece of the list');
    return new Unpacker(piece, place % pieceBytes).element();
  }
}

/**
 * The element that was written, to be held: a copy made here, because the engine would put all that
 * the code of `Unpacker` makes where what lives long is, if some of it did (pretenuring).
 */
export function unpack(scratch: ElementScratch): DataElement {
  const bytes = Uint8Array.from(scratch.bytes());
  return heldCopy(new Unpacker({ bytes, view: viewOf(bytes) }, 0).element());
}

function heldCopy(element: DataElement): DataElement {
  if (element.vr !== 'SQ') return { ...element };
  const items = Array.from(
    element.items,
    (item) => new Map([...item].map(([tag, each]) => [tag, heldCopy(each)])),
  );
  return { ...element, items };
}

class Unpacker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor({ bytes, view }: Piece, at: number) {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
  }

  element(): DataElement {
    return this.#element(this.#next32());
  }

  #element(tag: Tag): DataElement {
    const vr = present(vrs[this.#bytes[this.#at] ?? -1], 'a VR');
    this.#at += 1;
    if (vr === 'SQ') return { tag, vr, items: this.#items() };
    const length = this.#next32();
    const value = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return { tag, vr, value };
  }

  #items(): readonly DataSet[] {
    const items: DataSet[] = [];
    while (this.#next32() !== end) {
      const item = new Map<Tag, DataElement>();
      for (let tag = this.#next32(); tag !== end; tag = this.#next32()) {
        item.set(tag, this.#element(tag));
      }
      items.push(item);
    }
    return items;
  }

  #next32(): number {
    const value = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return value;
  }
}
