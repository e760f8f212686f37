import type { Tag, Vr } from '../element/element.ts';

/**
 * A data set as a flat stream of tokens. Values keep the bytes and the byte order of the transfer
 * syntax they were read from; lengths are the ones on the wire, `undefined` for undefined length
 * (0xFFFFFFFF). A writer given the tokens of a reader writes the same bytes again.
 *
 * Grammar: `dataSet = (element | value | sequence | fragments)*`
 *   `value     = value-start value-chunk* value-end`
 *   `sequence  = sequence-start (item-start dataSet item-end)* sequence-end`
 *   `fragments = fragments-start (fragment-start value-chunk* fragment-end)* fragments-end`
 *
 * @standard PS3.5 §7
 */
export type Token =
  | ElementToken
  | ValueStartToken
  | ValueChunkToken
  | ValueEndToken
  | SequenceStartToken
  | ItemStartToken
  | ItemEndToken
  | SequenceEndToken
  | FragmentsStartToken
  | FragmentStartToken
  | FragmentEndToken
  | FragmentsEndToken;

/** A whole data element whose value is small enough to be held (`inlineValueMax`). */
export interface ElementToken {
  readonly kind: 'element';
  readonly tag: Tag;
  readonly vr: Vr;
  /** The value field as on the wire, padding included. A copy: the receiver may keep it. */
  readonly value: Uint8Array;
}

/** A value too long to be held, or any native Pixel Data: its bytes follow as chunks. */
export interface ValueStartToken {
  readonly kind: 'value-start';
  readonly tag: Tag;
  readonly vr: Vr;
  readonly length: number;
}

/** Bytes of the current value or fragment; a view into what was pushed, valid until the next push. */
export interface ValueChunkToken {
  readonly kind: 'value-chunk';
  readonly bytes: Uint8Array;
}

export interface ValueEndToken {
  readonly kind: 'value-end';
}

/**
 * SQ, or UN of undefined length, whose items are implicit VR little endian (PS3.5 §6.2.2). In
 * implicit VR also what the dictionary does not know and has undefined length is UN. UN of defined
 * length is a plain value, whatever it may hold.
 */
export interface SequenceStartToken {
  readonly kind: 'sequence-start';
  readonly tag: Tag;
  readonly vr: 'SQ' | 'UN';
  readonly length: number | undefined;
}

export interface ItemStartToken {
  readonly kind: 'item-start';
  readonly length: number | undefined;
}

export interface ItemEndToken {
  readonly kind: 'item-end';
  /** Whether an Item Delimitation Item was on the wire. */
  readonly delimited: boolean;
}

export interface SequenceEndToken {
  readonly kind: 'sequence-end';
  /** Whether a Sequence Delimitation Item was on the wire. */
  readonly delimited: boolean;
}

/** Encapsulated Pixel Data. The first fragment is the Basic Offset Table. @standard PS3.5 §A.4 */
export interface FragmentsStartToken {
  readonly kind: 'fragments-start';
  readonly tag: Tag;
  readonly vr: Vr;
}

export interface FragmentStartToken {
  readonly kind: 'fragment-start';
  readonly length: number;
}

export interface FragmentEndToken {
  readonly kind: 'fragment-end';
}

export interface FragmentsEndToken {
  readonly kind: 'fragments-end';
}
