import { assert } from '../../lib/assert.ts';
import { noBytes, viewOf } from '../../lib/bytes/bytes.ts';
import type { MdmError } from '../../lib/errors/mdm-error.ts';
import { lookup, vrOf } from '../dictionary/dictionary.ts';
import { tag as t } from '../dictionary/generated/tag.ts';
import type { Tag, Vr } from '../element/element.ts';
import { vrByCode, vrTraits } from '../element/vr.ts';
import { dicomErrors } from '../errors.ts';
import { dicomLimits, type ReaderLimits } from '../limits.ts';
import { itemDelimitationTag, itemTag, sequenceDelimitationTag, undefinedLength } from './item.ts';
import type { Token } from './token.ts';
import { encodingOf } from './transfer-syntax.ts';

/** Bytes of a data set in, tokens out. After an error it is dead: every call throws that error. */
export interface TokenReader {
  /**
   * Read on. Of `chunk` only the bytes of an unfinished element are copied; value chunks are views
   * into it, so the caller may reuse it once those were used.
   *
   * @throws MdmError of `dicomErrors`, with `offset` in its context
   */
  push(chunk: Uint8Array): readonly Token[];
  /** The data set is over. @throws MdmError `DICOM_TRUNCATED` in the middle of anything */
  end(): readonly Token[];
}

/** How to read. */
export interface TokenReaderOptions {
  /** Not a deflated one: those are inflated first (`inflateInstance`). */
  readonly transferSyntaxUid: string;
  /** Values up to this many bytes come as one `element` token; default 64 KiB. */
  readonly inlineValueMax?: number;
  /** A value that is likely to come under a tag: where it does, it is given itself and not a copy. */
  readonly likely?: (tag: Tag) => Uint8Array | undefined;
  readonly limits?: Partial<ReaderLimits>;
  /** Refuse duplicated and unordered tags; default true. */
  readonly strict?: boolean;
}

/**
 * Make a reader of one data set.
 *
 * Native Pixel Data (7FE0,0010) always comes as `value-start`, whatever its length. Implicit VR
 * takes the VR from the dictionary; `US or SS` follows Pixel Representation.
 *
 * @standard PS3.5 §7, Annex A
 */
export function createTokenReader(options: TokenReaderOptions): TokenReader {
  return new IncrementalReader(options);
}

/** A container that is open. Its content ends at `bound` or, if `delimited`, before that. */
interface Frame {
  readonly kind: 'root' | 'sequence' | 'item' | 'fragments';
  readonly bound: number;
  readonly delimited: boolean;
  readonly implicitVr: boolean;
  readonly littleEndian: boolean;
  lastTag: number;
  /** Pixel Representation is 1 here. */
  signed: boolean;
}

/** The header of an element, decoded. */
interface Header {
  tag: Tag;
  vr: Vr;
  length: number;
  headerLength: number;
}

class IncrementalReader implements TokenReader {
  readonly #inlineValueMax: number;
  readonly #nestingMax: number;
  readonly #elementsMax: number;
  readonly #strict: boolean;
  readonly #likely: TokenReaderOptions['likely'];
  readonly #frames: Frame[];
  readonly #header: Header = { tag: 0, vr: 'UN', length: 0, headerLength: 0 };
  #frame: Frame;
  #tokens: Token[] = [];
  /** Source of the step under way: what was pushed, or the carry. */
  #bytes: Uint8Array = noBytes;
  #view: DataView = viewOf(noBytes);
  /** Position in the data set of the first byte of the source. */
  #base = 0;
  /** Bytes that the next step needs in one piece. */
  #need = 8;
  #carry: Uint8Array = new Uint8Array(256);
  #carryLength = 0;
  /** Bytes of the value or fragment under way that are still to come. */
  #remaining = 0;
  #elementCount = 0;
  #failure: MdmError | undefined;

  constructor(options: TokenReaderOptions) {
    const encoding = encodingOf(options.transferSyntaxUid);
    if (encoding.deflated) {
      throw dicomErrors.create('DICOM_TRANSFER_SYNTAX_UNSUPPORTED', {
        message: 'inflate the data set first',
      });
    }
    this.#inlineValueMax = options.inlineValueMax ?? dicomLimits.inlineValueMaxBytes;
    this.#nestingMax = options.limits?.nestingMax ?? dicomLimits.nestingMax;
    this.#elementsMax = options.limits?.elementsMax ?? dicomLimits.elementsMax;
    this.#strict = options.strict ?? true;
    this.#likely = options.likely;
    this.#frame = {
      kind: 'root',
      bound: Number.POSITIVE_INFINITY,
      delimited: true,
      implicitVr: encoding.implicitVr,
      littleEndian: !encoding.bigEndian,
      lastTag: -1,
      signed: false,
    };
    this.#frames = [this.#frame];
  }

  push(chunk: Uint8Array): readonly Token[] {
    if (this.#failure !== undefined) throw this.#failure;
    this.#tokens = [];
    // A Buffer's slice() is a view; a plain Uint8Array's is the copy that inline values need.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const start = this.#carryLength > 0 ? this.#finishCarry(bytes) : 0;
    if (this.#carryLength === 0) this.#run(bytes, start);
    return this.#tokens;
  }

  end(): readonly Token[] {
    if (this.#failure !== undefined) throw this.#failure;
    this.#tokens = [];
    if (this.#carryLength > 0 || this.#remaining > 0) {
      this.#fail('DICOM_TRUNCATED', this.#base + this.#carryLength);
    }
    this.#closeFinished(this.#base);
    if (this.#frames.length > 1) this.#fail('DICOM_TRUNCATED', this.#base);
    return this.#tokens;
  }

  /** Complete the unfinished element with the first bytes of `chunk`; gives how many were taken. */
  #finishCarry(chunk: Uint8Array): number {
    let taken = 0;
    for (;;) {
      const wanted = Math.min(this.#need - this.#carryLength, chunk.length - taken);
      this.#appendToCarry(chunk.subarray(taken, taken + wanted));
      taken += wanted;
      if (this.#carryLength < this.#need) return taken;
      this.#setSource(this.#carry.subarray(0, this.#carryLength));
      const consumed = this.#step(0);
      if (consumed > 0) {
        assert(consumed === this.#carryLength, 'a step consumes what it asked for');
        this.#carryLength = 0;
        this.#base += consumed;
        return taken;
      }
    }
  }

  #run(bytes: Uint8Array, start: number): void {
    this.#setSource(bytes);
    this.#base -= start;
    let at = start;
    while (at < bytes.length) {
      const consumed = this.#remaining > 0 ? this.#streamValue(at) : this.#step(at);
      if (consumed === 0) break;
      at += consumed;
    }
    this.#base += at;
    if (at < bytes.length) this.#appendToCarry(bytes.subarray(at));
  }

  #setSource(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /** The carry grows with what has come, never with what was declared. */
  #appendToCarry(bytes: Uint8Array): void {
    const length = this.#carryLength + bytes.length;
    if (length > this.#carry.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#carry.length));
      grown.set(this.#carry.subarray(0, this.#carryLength));
      this.#carry = grown;
    }
    this.#carry.set(bytes, this.#carryLength);
    this.#carryLength = length;
  }

  /** Pass on what the source has of the value under way; gives how many bytes that were. */
  #streamValue(at: number): number {
    const length = Math.min(this.#remaining, this.#bytes.length - at);
    this.#tokens.push({ kind: 'value-chunk', bytes: this.#bytes.subarray(at, at + length) });
    this.#remaining -= length;
    if (this.#remaining === 0) this.#endValue();
    return length;
  }

  #endValue(): void {
    const kind = this.#frame.kind === 'fragments' ? 'fragment-end' : 'value-end';
    this.#tokens.push({ kind });
  }

  /** Read one header, and its value if that is inline; 0 if the source is too short for it. */
  #step(at: number): number {
    const position = this.#base + at;
    this.#closeFinished(position);
    const frame = this.#frame;
    if (position + 8 > frame.bound) this.#fail('DICOM_LENGTH_OVERRUN', position);
    if (!this.#has(at, 8)) return 0;
    const group = this.#view.getUint16(at, frame.littleEndian);
    if (group === 0xfffe) return this.#readDelimiter(at, position);
    if (frame.kind !== 'root' && frame.kind !== 'item') this.#fail('DICOM_ITEM_EXPECTED', position);
    const headerLength = this.#readHeader(at, position, group);
    return headerLength === 0 ? 0 : this.#readElement(at, position);
  }

  /** Whether the source has `count` bytes from `at`; if not, they are what the next step needs. */
  #has(at: number, count: number): boolean {
    if (this.#bytes.length - at >= count) return true;
    this.#need = count;
    return false;
  }

  /** Decode tag, VR and length into `#header`; 0 if the source is too short for it. */
  #readHeader(at: number, position: number, group: number): number {
    const header = this.#header;
    const { littleEndian, implicitVr } = this.#frame;
    header.tag = group * 0x10000 + this.#view.getUint16(at + 2, littleEndian);
    header.headerLength = 8;
    if (implicitVr) {
      header.vr = this.#implicitVr(header.tag);
      header.length = this.#view.getUint32(at + 4, littleEndian);
      return 8;
    }
    const vr = vrByCode.get(this.#view.getUint16(at + 4));
    if (vr === undefined) return this.#fail('DICOM_VR_UNKNOWN', position);
    header.vr = vr;
    if (!vrTraits[vr].longForm) {
      header.length = this.#view.getUint16(at + 6, littleEndian);
      return 8;
    }
    if (!this.#has(at, 12)) return 0;
    header.headerLength = 12;
    header.length = this.#view.getUint32(at + 8, littleEndian);
    return 12;
  }

  #implicitVr(tag: Tag): Vr {
    const vr = vrOf(tag);
    if (vr !== 'US' || !this.#frame.signed) return vr;
    return lookup(tag)?.vrs.includes('SS') === true ? 'SS' : vr;
  }

  #readElement(at: number, position: number): number {
    const { tag, vr, length, headerLength } = this.#header;
    const start = position + headerLength;
    if (this.#strict) this.#checkOrder(tag, position);
    if (length === undefinedLength) {
      this.#count(position);
      this.#openUndefined(position);
    } else if (start + length > this.#frame.bound) {
      this.#fail('DICOM_LENGTH_OVERRUN', position);
    } else if (vr === 'SQ') {
      this.#count(position);
      this.#tokens.push({ kind: 'sequence-start', tag, vr, length });
      this.#open('sequence', { bound: start + length, delimited: false, position });
    } else if (length > this.#inlineValueMax || isPixels(tag)) {
      this.#count(position);
      this.#tokens.push({ kind: 'value-start', tag, vr, length });
      this.#startValue(length);
    } else {
      return this.#readInline(at, position);
    }
    return headerLength;
  }

  #readInline(at: number, position: number): number {
    const { tag, vr, length, headerLength } = this.#header;
    if (!this.#has(at, headerLength + length)) return 0;
    this.#count(position);
    const value = this.#valueAt(at + headerLength, length);
    if (tag === t.PixelRepresentation) this.#frame.signed = value.includes(1);
    this.#tokens.push({ kind: 'element', tag, vr, value });
    return headerLength + length;
  }

  #valueAt(at: number, length: number): Uint8Array {
    const likely = this.#likely?.(this.#header.tag);
    const isLikely = likely?.length === length && isAt(this.#bytes, at, likely);
    return isLikely ? likely : this.#bytes.slice(at, at + length);
  }

  #startValue(length: number): void {
    this.#remaining = length;
    if (length === 0) this.#endValue();
  }

  #checkOrder(tag: Tag, position: number): void {
    const { lastTag } = this.#frame;
    if (tag > lastTag) return;
    this.#fail(tag === lastTag ? 'DICOM_TAG_DUPLICATED' : 'DICOM_TAG_UNORDERED', position);
  }

  /** An element or item is taken: count it and, in a data set, remember its tag. */
  #count(position: number): void {
    this.#elementCount += 1;
    if (this.#elementCount > this.#elementsMax) this.#fail('DICOM_TOO_MANY_ELEMENTS', position);
    if (this.#frame.kind === 'root' || this.#frame.kind === 'item') {
      this.#frame.lastTag = this.#header.tag;
    }
  }

  #openUndefined(position: number): void {
    const { tag, vr } = this.#header;
    const { bound, implicitVr } = this.#frame;
    const isFragments = implicitVr ? tag === t.PixelData : vr === 'OB' || vr === 'OW';
    if (isFragments) {
      this.#tokens.push({ kind: 'fragments-start', tag, vr });
      this.#open('fragments', { bound, delimited: true, position });
    } else if (implicitVr || vr === 'SQ' || vr === 'UN') {
      const sequenceVr = vr === 'SQ' ? vr : 'UN';
      this.#tokens.push({ kind: 'sequence-start', tag, vr: sequenceVr, length: undefined });
      this.#open('sequence', { bound, delimited: true, position });
    } else {
      this.#fail('DICOM_LENGTH_INVALID', position);
    }
  }

  #open(
    kind: 'sequence' | 'item' | 'fragments',
    extent: { readonly bound: number; readonly delimited: boolean; readonly position: number },
  ): void {
    const { bound, delimited, position } = extent;
    const parent = this.#frame;
    if (kind === 'sequence' && this.#frames.length >= 2 * this.#nestingMax) {
      this.#fail('DICOM_NESTING_TOO_DEEP', position);
    }
    const unknown = kind === 'sequence' && this.#header.vr !== 'SQ';
    this.#frame = {
      kind,
      bound,
      delimited,
      implicitVr: parent.implicitVr || unknown,
      littleEndian: parent.littleEndian || unknown,
      lastTag: -1,
      signed: parent.signed,
    };
    this.#frames.push(this.#frame);
  }

  /** An Item, Item Delimitation Item or Sequence Delimitation Item. @standard PS3.5 §7.5 */
  #readDelimiter(at: number, position: number): number {
    const { littleEndian, kind, delimited, bound } = this.#frame;
    const tag = 0xfffe0000 + this.#view.getUint16(at + 2, littleEndian);
    const length = this.#view.getUint32(at + 4, littleEndian);
    if (tag === itemTag) {
      if (length !== undefinedLength && position + 8 + length > bound) {
        this.#fail('DICOM_LENGTH_OVERRUN', position);
      }
      this.#count(position);
      this.#readItem(length, position);
      return 8;
    }
    const closes =
      tag === itemDelimitationTag
        ? kind === 'item'
        : tag === sequenceDelimitationTag && (kind === 'sequence' || kind === 'fragments');
    if (!closes || !delimited) this.#fail('DICOM_DELIMITER_UNEXPECTED', position);
    if (length !== 0) this.#fail('DICOM_LENGTH_INVALID', position);
    this.#close();
    return 8;
  }

  #readItem(length: number, position: number): void {
    if (this.#frame.kind === 'sequence') {
      const delimited = length === undefinedLength;
      const bound = delimited ? this.#frame.bound : position + 8 + length;
      this.#tokens.push({ kind: 'item-start', length: delimited ? undefined : length });
      this.#open('item', { bound, delimited, position });
    } else if (this.#frame.kind === 'fragments') {
      if (length === undefinedLength) this.#fail('DICOM_LENGTH_INVALID', position);
      this.#tokens.push({ kind: 'fragment-start', length });
      this.#startValue(length);
    } else {
      this.#fail('DICOM_DELIMITER_UNEXPECTED', position);
    }
  }

  /** Close every container of defined length that ends at `position`. */
  #closeFinished(position: number): void {
    while (!this.#frame.delimited && position === this.#frame.bound) this.#close();
  }

  #close(): void {
    const { kind, delimited } = this.#frame;
    if (kind === 'fragments') this.#tokens.push({ kind: 'fragments-end' });
    else if (kind === 'item') this.#tokens.push({ kind: 'item-end', delimited });
    else this.#tokens.push({ kind: 'sequence-end', delimited });
    this.#frames.pop();
    const parent = this.#frames.at(-1);
    assert(parent !== undefined, 'the root is never closed');
    this.#frame = parent;
  }

  #fail(code: keyof typeof dicomErrors.rows, offset: number): never {
    this.#failure = dicomErrors.create(code, { context: { offset } });
    throw this.#failure;
  }
}

/** Values that are longer are compared by the platform, which is slow to begin. */
const shortBytes = 48;

/** Whether bytes stand at a place of others. */
function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (wanted.length > shortBytes) {
    return Buffer.compare(bytes.subarray(at, at + wanted.length), wanted) === 0;
  }
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}

/** Whether a value is pixels, which are a stream however few they are. @standard PS3.6 */
function isPixels(tag: Tag): boolean {
  return tag === t.PixelData || tag === t.FloatPixelData || tag === t.DoubleFloatPixelData;
}
