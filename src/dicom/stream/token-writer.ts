import { assert, unreachable } from '../../lib/assert.ts';
import type { Tag, Vr } from '../element/element.ts';
import { vrTraits } from '../element/vr.ts';
import { itemDelimitationTag, itemTag, sequenceDelimitationTag, undefinedLength } from './item.ts';
import type { Token } from './token.ts';
import { encodingOf } from './transfer-syntax.ts';

/** Tokens in, bytes out. */
export interface TokenWriter {
  /**
   * The bytes of `token`: fresh memory, except for value chunks, which pass as they are. Tokens
   * that break the grammar or the declared lengths are a bug and fail an assertion.
   */
  write(token: Token): readonly Uint8Array[];
}

/** How to write. */
export interface TokenWriterOptions {
  /** For a deflated syntax the bytes before deflation. */
  readonly transferSyntaxUid: string;
  /**
   * `preserve` (default) writes lengths as the tokens have them, so that a reader's tokens give the
   * same bytes again. `recode` gives sequences and items undefined length and pads odd values:
   * for whoever changes elements between reader and writer.
   */
  readonly lengths?: 'preserve' | 'recode';
}

/**
 * Make a writer of one data set. Values must have the byte order of the transfer syntax.
 *
 * @standard PS3.5 §7, Annex A
 */
export function createTokenWriter(options: TokenWriterOptions): TokenWriter {
  return new IncrementalWriter(options);
}

interface Frame {
  readonly kind: 'root' | 'sequence' | 'item' | 'fragments' | 'value' | 'fragment';
  readonly implicitVr: boolean;
  readonly littleEndian: boolean;
  /** Where the content must end; undefined: at a delimiter. */
  readonly end: number | undefined;
  /** A byte to add after an odd value. */
  readonly padding?: number | undefined;
}

const nothing: readonly Uint8Array[] = [];

class IncrementalWriter implements TokenWriter {
  readonly #recode: boolean;
  readonly #frames: Frame[];
  #frame: Frame;
  #position = 0;

  constructor(options: TokenWriterOptions) {
    const { implicitVr, bigEndian } = encodingOf(options.transferSyntaxUid);
    this.#recode = options.lengths === 'recode';
    this.#frame = { kind: 'root', implicitVr, littleEndian: !bigEndian, end: undefined };
    this.#frames = [this.#frame];
  }

  write(token: Token): readonly Uint8Array[] {
    switch (token.kind) {
      case 'element':
        return this.#writeElement(token.tag, token.vr, token.value);
      case 'value-start':
        return this.#startValue(token.tag, token.vr, token.length);
      case 'value-chunk':
        return this.#emit(token.bytes);
      case 'value-end':
        return this.#endValue('value');
      case 'sequence-start':
        return this.#startSequence(token.tag, token.vr, this.#recode ? undefined : token.length);
      case 'item-start':
        return this.#startItem(this.#recode ? undefined : token.length);
      case 'item-end':
        return this.#end('item', itemDelimitationTag);
      case 'sequence-end':
        return this.#end('sequence', sequenceDelimitationTag);
      case 'fragments-start':
        return this.#startFragments(token.tag, token.vr);
      case 'fragment-start':
        return this.#startFragment(token.length);
      case 'fragment-end':
        return this.#endValue('fragment');
      case 'fragments-end':
        return this.#end('fragments', sequenceDelimitationTag);
      default:
        return unreachable(token);
    }
  }

  #writeElement(tag: Tag, vr: Vr, value: Uint8Array): readonly Uint8Array[] {
    const length = this.#recode ? value.length + (value.length & 1) : value.length;
    const bytes = this.#header(tag, vr, { length, valueLength: length });
    const start = bytes.length - length;
    bytes.set(value, start);
    if (length > value.length) bytes[start + value.length] = vrTraits[vr].padding;
    return this.#emit(bytes);
  }

  #startValue(tag: Tag, vr: Vr, length: number): readonly Uint8Array[] {
    const odd = this.#recode && (length & 1) === 1;
    const padding = odd ? vrTraits[vr].padding : undefined;
    const header = this.#emit(this.#header(tag, vr, { length: odd ? length + 1 : length }));
    this.#open('value', { end: this.#position + length, padding });
    return header;
  }

  #startFragment(length: number): readonly Uint8Array[] {
    assert(this.#frame.kind === 'fragments', 'a fragment stands in fragments');
    const header = this.#emit(this.#itemHeader(itemTag, length));
    this.#open('fragment', { end: this.#position + length });
    return header;
  }

  #endValue(kind: 'value' | 'fragment'): readonly Uint8Array[] {
    const { padding } = this.#frame;
    this.#close(kind);
    return padding === undefined ? nothing : this.#emit(Uint8Array.of(padding));
  }

  #startSequence(tag: Tag, vr: 'SQ' | 'UN', length: number | undefined): readonly Uint8Array[] {
    const header = this.#emit(this.#header(tag, vr, { length: length ?? undefinedLength }));
    this.#open('sequence', { end: this.#endOf(length), unknown: vr === 'UN' });
    return header;
  }

  #startItem(length: number | undefined): readonly Uint8Array[] {
    assert(this.#frame.kind === 'sequence', 'an item stands in a sequence');
    const header = this.#emit(this.#itemHeader(itemTag, length ?? undefinedLength));
    this.#open('item', { end: this.#endOf(length) });
    return header;
  }

  #startFragments(tag: Tag, vr: Vr): readonly Uint8Array[] {
    const header = this.#emit(this.#header(tag, vr, { length: undefinedLength }));
    this.#open('fragments', { end: undefined });
    return header;
  }

  #end(kind: Frame['kind'], delimiterTag: Tag): readonly Uint8Array[] {
    const delimiter = this.#frame.end === undefined ? this.#itemHeader(delimiterTag, 0) : undefined;
    this.#close(kind);
    return delimiter === undefined ? nothing : this.#emit(delimiter);
  }

  #endOf(length: number | undefined): number | undefined {
    return length === undefined ? undefined : this.#position + length;
  }

  /** What implicit VR little endian is once is so for everything inside. @standard PS3.5 §6.2.2 */
  #open(
    kind: Frame['kind'],
    extent: {
      readonly end: number | undefined;
      readonly unknown?: boolean;
      readonly padding?: number | undefined;
    },
  ): void {
    const { end, padding, unknown = false } = extent;
    const implicitVr = this.#frame.implicitVr || unknown;
    const littleEndian = this.#frame.littleEndian || unknown;
    this.#frame = { kind, implicitVr, littleEndian, end, padding };
    this.#frames.push(this.#frame);
  }

  #close(kind: Frame['kind']): void {
    const { end } = this.#frame;
    assert(this.#frame.kind === kind, 'tokens end what they started');
    assert(end === undefined || end === this.#position, 'content has the length declared');
    this.#frames.pop();
    const parent = this.#frames.at(-1);
    assert(parent !== undefined, 'the root is never closed');
    this.#frame = parent;
  }

  #emit(bytes: Uint8Array): readonly Uint8Array[] {
    this.#position += bytes.length;
    return [bytes];
  }

  /** Header of an element with `valueLength` bytes of room behind it. */
  #header(
    tag: Tag,
    vr: Vr,
    { length, valueLength = 0 }: { readonly length: number; readonly valueLength?: number },
  ): Uint8Array {
    const { kind, implicitVr, littleEndian } = this.#frame;
    assert(kind === 'root' || kind === 'item', 'an element stands in a data set');
    // A short-form VR cannot state 64 KiB; UN can. PS3.5 §6.2.2 note.
    const tooLong = !implicitVr && !vrTraits[vr].longForm && length > 0xffff;
    const written: Vr = tooLong ? 'UN' : vr;
    const longForm = !implicitVr && vrTraits[written].longForm;
    const bytes = new Uint8Array((longForm ? 12 : 8) + valueLength);
    putTag(bytes, tag, littleEndian);
    if (implicitVr) put32(bytes, 4, length, littleEndian);
    else {
      bytes[4] = written.charCodeAt(0);
      bytes[5] = written.charCodeAt(1);
      if (longForm) put32(bytes, 8, length, littleEndian);
      else put16(bytes, 6, length, littleEndian);
    }
    return bytes;
  }

  #itemHeader(tag: Tag, length: number): Uint8Array {
    const { littleEndian } = this.#frame;
    const bytes = new Uint8Array(8);
    putTag(bytes, tag, littleEndian);
    put32(bytes, 4, length, littleEndian);
    return bytes;
  }
}

function putTag(bytes: Uint8Array, tag: Tag, littleEndian: boolean): void {
  put16(bytes, 0, tag >>> 16, littleEndian);
  put16(bytes, 2, tag & 0xffff, littleEndian);
}

// Plain stores: a DataView for each header would take three times as long.
function put16(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  bytes[littleEndian ? at : at + 1] = value & 0xff;
  bytes[littleEndian ? at + 1 : at] = value >>> 8;
}

function put32(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  put16(bytes, littleEndian ? at : at + 2, value & 0xffff, littleEndian);
  put16(bytes, littleEndian ? at + 2 : at, value >>> 16, littleEndian);
}
