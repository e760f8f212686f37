import type { SampleCleaner } from './sample-cleaner.ts';

/** Where the bits of a native sample lie. @standard PS3.5 §8.1.1 */
export interface SampleBits {
  /** 64 are floating point numbers, which use every bit. */
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Pixel Padding Value: a sample that is all of it stays as it is. @standard PS3.3 §C.7.5.1.1.2 */
  readonly padding: number | undefined;
  readonly bigEndian: boolean;
}

/** Masks in the order in which the bytes of a sample lie, so that one loop does for both. */
interface Masks {
  /** Unused bits above the sample, and below it. */
  readonly above: number;
  readonly below: number;
  /** The sign bit; 0 for unsigned samples, whose bits above are zero. */
  readonly sign: number;
  readonly padding: number | undefined;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/**
 * Makes the unused bits of samples what the header says: zero, or above the sign bit the sign. Absent
 * where every bit is used.
 */
export function createBitCleaner(bits: SampleBits): SampleCleaner | undefined {
  const { bitsAllocated, bitsStored } = bits;
  if (bitsStored === bitsAllocated) return undefined;
  const masks = masksOf(bits);
  const isClean = pairCheckOf(bits, masks);
  const width = bytesOf[bitsAllocated];
  return {
    width,
    clean(samples) {
      const aligned = samples.byteOffset % width === 0 ? samples : copyOf(samples);
      const words = wordsOf(aligned, width);
      if (isClean?.(words) === true || findUnclean(words, masks) < 0) return aligned;
      const copy = wordsOf(aligned === samples ? copyOf(samples) : aligned, width);
      cleanAll(copy, masks);
      return new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
    },
  };
}

/**
 * For each byte of a sample, the most significant first: its values with which a sample may be unclean,
 * as 1, by value. A sample of none of them is clean. Signed samples whose sign is not in the highest byte,
 * and padding, may be clean with them too. Empty where every bit is used.
 */
export function uncleanBytes(bits: Omit<SampleBits, 'bigEndian'>): readonly Uint8Array[] {
  const { bitsAllocated, bitsStored } = bits;
  if (bitsStored === bitsAllocated) return [];
  const masks = masksOf({ ...bits, padding: undefined, bigEndian: false });
  return Array.from({ length: bytesOf[bitsAllocated] }, (_, byte) => {
    const unit = 2 ** (bitsAllocated - 8 * (byte + 1));
    const values = new Uint8Array(256);
    for (let value = 0; value < 256; value += 1) {
      if (cleaned(value * unit, masks) !== value * unit) values[value] = 1;
    }
    return values;
  });
}

/** A copy even of a Buffer, whose own slice is none. */
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

const bytesOf = { 1: 1, 8: 1, 16: 2, 32: 4, 64: 8 } as const;

function masksOf(bits: SampleBits): Masks {
  const { bitsAllocated, bitsStored, highBit, signed, padding, bigEndian } = bits;
  const lowBit = highBit + 1 - bitsStored;
  const all = 2 ** bitsAllocated - 1;
  const below = 2 ** lowBit - 1;
  const above = all - (2 ** (highBit + 1) - 1);
  const ordered = (mask: number): number => (bigEndian ? swap(mask, bitsAllocated) : mask) >>> 0;
  return {
    above: ordered(above),
    below: ordered(below),
    sign: signed ? ordered(2 ** highBit) : 0,
    padding: padding === undefined ? undefined : ordered((padding & all) >>> 0),
  };
}

function swap(value: number, bits: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bits === 8 ? value : bytes.readUIntBE(0, bits / 8);
}

function wordsOf(bytes: Uint8Array, width: SampleCleaner['width']): Words {
  const place = [bytes.buffer, bytes.byteOffset, bytes.byteLength / width] as const;
  if (width === 1) return bytes;
  return width === 2 ? new Uint16Array(...place) : new Uint32Array(...place);
}

/** What a sample should be. */
function cleaned(word: number, { above, below, sign, padding }: Masks): number {
  if (word === padding) return word;
  const extended = (word & sign) === 0 ? word & ~above : word | above;
  return (extended & ~below) >>> 0;
}

function findUnclean(words: Words, masks: Masks): number {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? 0;
    if (cleaned(word, masks) !== word) return index;
  }
  return -1;
}

function cleanAll(words: Words, masks: Masks): void {
  for (let index = 0; index < words.length; index += 1) {
    words[index] = cleaned(words[index] ?? 0, masks);
  }
}

/**
 * A check of two little-endian 16-bit samples at a time: nearly all CT and MR is stored so, and
 * nearly always nothing is to do. True: all are clean; false: look at each.
 */
function pairCheckOf(bits: SampleBits, masks: Masks): ((words: Words) => boolean) | undefined {
  const { bitsAllocated, bitsStored, highBit, signed, bigEndian } = bits;
  if (bitsAllocated !== 16 || bigEndian || highBit !== bitsStored - 1) return undefined;
  // Zero: no bit above is set. The sign: none from the sign bit up differs from the next.
  const wrong = (signed ? 0x8000 - 2 ** highBit : 0x1_0000 - 2 ** bitsStored) * 0x1_0001;
  return (words) => {
    const skipped = (words.byteOffset % 4) / 2;
    const count = Math.floor(Math.max(0, words.length - skipped) / 2);
    const pairs = new Int32Array(words.buffer, words.byteOffset + 2 * skipped, count);
    const seen = signed ? changesIn(pairs) : bitsIn(pairs);
    if ((seen & wrong) !== 0) return false;
    const ends = [words.subarray(0, skipped), words.subarray(skipped + 2 * count)];
    return ends.every((end) => findUnclean(end, masks) < 0);
  };
}

/** Every bit that is set in any. */
function bitsIn(pairs: Int32Array): number {
  let seen = 0;
  for (let index = 0; index < pairs.length; index += 1) seen |= pairs[index] ?? 0;
  return seen;
}

/** Every bit that differs from the next higher one in any. */
function changesIn(pairs: Int32Array): number {
  let seen = 0;
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index] ?? 0;
    seen |= pair ^ (pair >>> 1);
  }
  return seen;
}
