import { assert, present } from '../../lib/assert.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import { swapByteOrder } from '../element/byte-order.ts';
import type { DataElement, DataSet, Tag, Vr } from '../element/element.ts';
import { dicomErrors } from '../errors.ts';
import { dicomLimits } from '../limits.ts';
import { ItemPacker } from './item-packer.ts';
import type { Token } from './token.ts';
import { encodingOf } from './transfer-syntax.ts';

/** Builds a data set in memory from tokens. */
export interface DataSetCollector {
  /**
   * Take tokens; true once the pixel data (7FE0,0008 and beyond) were met: the token that starts
   * them and all after it are not taken.
   *
   * @throws MdmError `DICOM_DATA_SET_TOO_LARGE`
   */
  add(tokens: readonly Token[]): boolean;
  /** The same; gives which token starts the pixel data, -1 if none does. */
  addUntilPixels(tokens: readonly Token[]): number;
  /** What was collected. */
  readonly dataSet: DataSet;
  /** Tags of values that were longer than a held value may be, and of fragments: not in `dataSet`. */
  readonly omitted: readonly Tag[];
}

/** What to hold. */
export interface CollectorOptions {
  readonly transferSyntaxUid: string;
  /** Hold native pixel data too, and values of any length up to `dataSetMax`. */
  readonly whole?: boolean;
  readonly valueMaxBytes?: number;
  readonly dataSetMaxBytes?: number;
  /** A sequence of the data set itself whose items are thousands: they are held packed. */
  readonly packedTag?: Tag;
}

/** Make a collector. UN of undefined length becomes SQ; values become little endian. */
export function createDataSetCollector(options: CollectorOptions): DataSetCollector {
  return new Collector(options);
}

interface Level {
  readonly elements: Map<Tag, DataElement>;
  readonly swap: boolean;
}

/** A sequence that is open, and the level it is in. */
interface OpenSequence {
  readonly tag: Tag;
  readonly items: DataSet[];
  readonly parent: Level;
  readonly swap: boolean;
}

interface OpenValue {
  readonly tag: Tag;
  readonly vr: Exclude<Vr, 'SQ'>;
  readonly chunks: Uint8Array[] | undefined;
}

const firstPixelTag = 0x7fe00008;

/** What an element and an item cost beside their values: a million empty ones are not free. */
const elementOverheadBytes = 64;
const itemOverheadBytes = 128;

class Collector implements DataSetCollector {
  readonly omitted: Tag[] = [];
  readonly #whole: boolean;
  readonly #valueMaxBytes: number;
  readonly #dataSetMaxBytes: number;
  readonly #packedTag: Tag | undefined;
  readonly #sequences: OpenSequence[] = [];
  readonly #root: Level;
  #level: Level;
  #value: OpenValue | undefined;
  #packer: ItemPacker | undefined;
  #heldBytes = 0;
  #done = false;

  constructor(options: CollectorOptions) {
    this.#whole = options.whole ?? false;
    this.#packedTag = options.packedTag;
    this.#dataSetMaxBytes = options.dataSetMaxBytes ?? dicomLimits.heldDataSetMaxBytes;
    this.#valueMaxBytes =
      options.valueMaxBytes ??
      (this.#whole ? this.#dataSetMaxBytes : dicomLimits.heldValueMaxBytes);
    const swap = encodingOf(options.transferSyntaxUid).bigEndian;
    this.#root = { elements: new Map(), swap };
    this.#level = this.#root;
  }

  get dataSet(): DataSet {
    return this.#root.elements;
  }

  add(tokens: readonly Token[]): boolean {
    if (!this.#done) this.addUntilPixels(tokens);
    return this.#done;
  }

  addUntilPixels(tokens: readonly Token[]): number {
    for (const [index, token] of tokens.entries()) {
      this.#take(token);
      if (this.#done) return index;
    }
    return -1;
  }

  #take(token: Token): void {
    if (this.#packer !== undefined) {
      this.#pack(this.#packer, token);
      return;
    }
    if (!this.#whole && 'tag' in token && this.#level === this.#root) {
      this.#done = token.tag >= firstPixelTag;
      if (this.#done) return;
    }
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
        this.#endValue();
        break;
      case 'fragments-start':
        this.#omitFragments(token.tag);
        break;
      case 'fragment-start':
      case 'fragment-end':
      case 'fragments-end':
        break;
      default:
        this.#takeStructure(token);
    }
  }

  #takeStructure(
    token: Extract<Token, { kind: 'sequence-start' | 'sequence-end' | 'item-start' | 'item-end' }>,
  ): void {
    const open = this.#sequences.at(-1);
    if (token.kind === 'sequence-start') {
      this.#hold(elementOverheadBytes);
      if (token.tag === this.#packedTag && this.#level === this.#root) {
        const swap = this.#level.swap && token.vr === 'SQ';
        this.#packer = new ItemPacker({ swap, valueMaxBytes: this.#valueMaxBytes });
        return;
      }
      const items: DataSet[] = [];
      // Inside UN of undefined length everything is little endian (PS3.5 §6.2.2).
      const swap = this.#level.swap && token.vr === 'SQ';
      this.#sequences.push({ tag: token.tag, items, parent: this.#level, swap });
      this.#level.elements.set(token.tag, { tag: token.tag, vr: 'SQ', items });
      return;
    }
    assert(open !== undefined, 'items stand in sequences');
    if (token.kind === 'item-start') {
      this.#hold(itemOverheadBytes);
      const elements = new Map<Tag, DataElement>();
      open.items.push(elements);
      this.#level = { elements, swap: open.swap };
    } else if (token.kind === 'item-end') this.#level = open.parent;
    else this.#sequences.pop();
  }

  #pack(packer: ItemPacker, token: Token): void {
    if (token.kind !== 'sequence-end' || !packer.isBetweenItems) {
      packer.take(token);
      return;
    }
    const tag = present(this.#packedTag, 'the tag of the packed sequence');
    this.#root.elements.set(tag, { tag, vr: 'SQ', items: packer.items });
    this.omitted.push(...packer.omitted);
    this.#packer = undefined;
  }

  #startValue(tag: Tag, vr: Vr, length: number): void {
    assert(vr !== 'SQ', 'a sequence is not a value');
    const held = length <= this.#valueMaxBytes;
    if (!held) this.omitted.push(tag);
    this.#value = { tag, vr, chunks: held ? [] : undefined };
  }

  #endValue(): void {
    if (this.#value?.chunks !== undefined) {
      this.#put(this.#value.tag, this.#value.vr, concatBytes(this.#value.chunks));
    }
    this.#value = undefined;
  }

  #omitFragments(tag: Tag): void {
    if (this.#whole) throw dicomErrors.create('DICOM_ENCAPSULATED_UNEXPECTED');
    this.omitted.push(tag);
    this.#value = undefined;
  }

  #put(tag: Tag, vr: Vr, value: Uint8Array): void {
    assert(vr !== 'SQ', 'a sequence is not a value');
    this.#hold(elementOverheadBytes + value.length);
    const { elements, swap } = this.#level;
    elements.set(tag, { tag, vr, value: swap ? swapByteOrder(vr, value) : value });
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes > this.#dataSetMaxBytes) {
      throw dicomErrors.create('DICOM_DATA_SET_TOO_LARGE', {
        context: { heldBytes: this.#heldBytes },
      });
    }
  }
}
