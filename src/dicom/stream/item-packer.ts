import { assert } from '../../lib/assert.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { lookup } from '../dictionary/dictionary.ts';
import { swapByteOrder } from '../element/byte-order.ts';
import type { DataElement, Tag, Vr } from '../element/element.ts';
import { dicomErrors } from '../errors.ts';
import { dicomLimits } from '../limits.ts';
import { ElementScratch, PackedItems, unpack } from './packed-items.ts';
import type { Token } from './token.ts';

/** What of a value that comes in pieces is there. */
interface OpenValue {
  readonly tag: Tag;
  readonly vr: Exclude<Vr, 'SQ'>;
  readonly chunks: Uint8Array[] | undefined;
}

/**
 * Packs the items of one sequence: what comes a second time, as most of what frames say does, is
 * held once, and the rest as bytes.
 */
export class ItemPacker {
  readonly items = new PackedItems();
  /** Tags of values that were too long to be held. */
  readonly omitted: Tag[] = [];
  readonly #valueMaxBytes: number;
  readonly #scratch = new ElementScratch();
  readonly #repeats = new Repeats();
  /** Whether values are swapped, of each sequence that is open. */
  readonly #swaps: boolean[];
  #depth = 0;
  #value: OpenValue | undefined;
  #packedBytes = 0;

  constructor(options: { readonly swap: boolean; readonly valueMaxBytes: number }) {
    this.#swaps = [options.swap];
    this.#valueMaxBytes = options.valueMaxBytes;
  }

  /** Whether no item is open: a `sequence-end` is that of the sequence itself. */
  get isBetweenItems(): boolean {
    return this.#depth === 0;
  }

  /** What it takes of memory, about. */
  get heldBytes(): number {
    return this.#packedBytes + this.#repeats.heldBytes;
  }

  /** Take what stands between the start and the end of the sequence. */
  take(token: Token): void {
    switch (token.kind) {
      case 'element':
        this.#put(token.tag, token.vr, token.value);
        break;
      case 'value-start':
        this.#startValue(token.tag, token.vr, token.length);
        break;
      case 'value-chunk':
        this.#value?.chunks?.push(token.bytes.slice());
        break;
      case 'value-end':
        if (this.#value?.chunks !== undefined)
          this.#put(this.#value.tag, this.#value.vr, concatBytes(this.#value.chunks));
        this.#value = undefined;
        break;
      case 'fragments-start':
        this.omitted.push(token.tag);
        this.#value = undefined;
        break;
      case 'fragment-start':
      case 'fragment-end':
      case 'fragments-end':
        break;
      default:
        this.#takeStructure(token);
    }
    if (this.#depth === 1 && this.#scratch.length > 0) this.#commit();
  }

  #takeStructure(
    token: Extract<Token, { kind: 'sequence-start' | 'sequence-end' | 'item-start' | 'item-end' }>,
  ): void {
    if (token.kind === 'sequence-start') {
      this.#scratch.startSequence(token.tag);
      // Inside UN of undefined length everything is little endian (PS3.5 §6.2.2).
      this.#swaps.push(this.#swaps.at(-1) === true && token.vr === 'SQ');
      this.#depth += 1;
    } else if (token.kind === 'item-start') {
      if (this.#depth === 0) this.items.startItem();
      else this.#scratch.startItem();
      this.#depth += 1;
      this.#hold(itemOverheadBytes);
    } else {
      this.#depth -= 1;
      if (token.kind === 'sequence-end') this.#swaps.pop();
      if (this.#depth > 0) this.#scratch.end();
    }
  }

  #startValue(tag: Tag, vr: Vr, length: number): void {
    assert(vr !== 'SQ', 'a sequence is not a value');
    const isHeld = length <= this.#valueMaxBytes;
    if (!isHeld) this.omitted.push(tag);
    this.#value = { tag, vr, chunks: isHeld ? [] : undefined };
  }

  #put(tag: Tag, vr: Vr, value: Uint8Array): void {
    assert(vr !== 'SQ', 'a sequence is not a value');
    if (vr === 'UN') this.items.hasUnknown ||= (lookup(tag)?.vrs.length ?? 0) > 0;
    const swap = this.#swaps.at(-1) === true;
    this.#scratch.value(tag, vr, swap ? swapByteOrder(vr, value) : value);
    // Before it grows by more: one element of the item may have them all.
    this.#check(this.#scratch.length);
  }

  /** An element of the item is whole. */
  #commit(): void {
    const repeated = this.#repeats.find(this.#scratch);
    if (repeated === undefined) {
      this.items.addElement(this.#scratch);
      this.#hold(this.#scratch.length);
    } else this.items.addShared(repeated);
    this.#hold(placeBytes);
    this.#scratch.clear();
  }

  #hold(bytes: number): void {
    this.#packedBytes += bytes;
    this.#check(0);
  }

  #check(more: number): void {
    if (this.heldBytes + more <= dicomLimits.packedItemsMaxBytes) return;
    throw dicomErrors.create('DICOM_DATA_SET_TOO_LARGE', {
      context: { heldBytes: this.heldBytes + more },
    });
  }
}

const itemOverheadBytes = 64;
const placeBytes = 16;

/** Elements by what they are in bytes; of those seen once only the latest are remembered. */
class Repeats {
  /** The element as it is held; undefined where it was there once. */
  readonly #known = new Map<string, DataElement | undefined>();
  #rememberedBytes = 0;
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes + this.#rememberedBytes;
  }

  /** The element, if it was there before. */
  find(scratch: ElementScratch): DataElement | undefined {
    if (scratch.length > dicomLimits.sharedElementMaxBytes) return undefined;
    const text = scratch.text();
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.has(text)) return this.#hold(text, scratch);
    this.#known.set(text, undefined);
    this.#rememberedBytes += text.length;
    if (this.#rememberedBytes > dicomLimits.rememberedItemsMaxBytes) this.#forget();
    return undefined;
  }

  /** Decoded it takes several times as much memory. */
  #hold(text: string, scratch: ElementScratch): DataElement | undefined {
    const bytes = decodedFactor * text.length;
    if (this.#heldBytes + bytes > dicomLimits.sharedItemsMaxBytes) return undefined;
    const element = unpack(scratch);
    this.#known.set(text, element);
    this.#rememberedBytes -= text.length;
    this.#heldBytes += bytes;
    return element;
  }

  #forget(): void {
    for (const [text, element] of this.#known) {
      if (this.#rememberedBytes <= dicomLimits.rememberedItemsMaxBytes / 2) return;
      if (element !== undefined) continue;
      this.#known.delete(text);
      this.#rememberedBytes -= text.length;
    }
  }
}

/** An element of some 17 bytes is an object, a place in a map and an array: about 280. */
const decodedFactor = 16;
