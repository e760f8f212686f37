import { invalid } from '../errors.ts';

/** For every 16 bits that may come next: the length of the code they begin with, and its symbol. */
export type HuffmanCodes = Uint16Array;

/**
 * The codes of a Huffman table.
 *
 * @param table a table of a DHT segment without its selector: 16 counts, then the symbols
 * @standard ISO 10918-1 §C.2
 */
export function huffmanCodes(table: Uint8Array): HuffmanCodes {
  const codes = new Uint16Array(0x1_0000);
  let at = codeLengthMax;
  let next = 0;
  for (let length = 1; length <= codeLengthMax; length += 1) {
    const span = 2 ** (codeLengthMax - length);
    for (let count = table[length - 1] ?? 0; count > 0; count -= 1) {
      if (next + span > codes.length) throw invalid('more codes than there can be', 0);
      codes.fill((length << 8) | (table[at] ?? 0), next, next + span);
      next += span;
      at += 1;
    }
  }
  return codes;
}

const codeLengthMax = 16;

/**
 * For every 16 bits that may come next: where they hold a code and all bits of its difference, the
 * difference, times 256, and how many bits these are; else 0.
 */
export type CodedDifferences = Int32Array;

/** The differences that codes stand for. @standard ISO 10918-1 §F.2.2.1, §H.1.2.2 */
export function codedDifferences(codes: HuffmanCodes): CodedDifferences {
  const differences = new Int32Array(codes.length);
  for (let next = 0; next < codes.length; next += 1) {
    const code = codes[next] ?? 0;
    const size = code & 0xff;
    const bits = (code >>> 8) + size;
    if (code === 0 || size >= 16 || bits > codeLengthMax) continue;
    const value = (next >>> (codeLengthMax - bits)) & ((1 << size) - 1);
    differences[next] = extended(value, size) * 256 + bits;
  }
  return differences;
}

/** A number of so many bits with its sign. @standard ISO 10918-1 §F.2.2.1, Figure F.12 */
export function extended(value: number, size: number): number {
  return size > 0 && value >>> (size - 1) === 0 ? value - (1 << size) + 1 : value;
}

/**
 * The bits of coded data between two markers, stuffed zeros left out. Knows where what was read
 * ends; reading more than there is fails.
 *
 * @standard ISO 10918-1 §B.1.1.5, §F.2.2.5
 */
export class JpegBits {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** The next bits, as the lowest of this number. */
  #held = 0;
  #count = 0;
  /** How many of them stand for data that is not there. */
  #made = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The symbol of the code that comes next. */
  symbol(codes: HuffmanCodes): number {
    if (this.#count < codeLengthMax) this.#fill();
    const code = codes[(this.#held >>> (this.#count - codeLengthMax)) & 0xffff] ?? 0;
    if (code === 0) throw invalid('no such code', this.#at);
    this.#skip(code >>> 8);
    return code & 0xff;
  }

  /** A number of so many bits, up to 16. */
  number(bits: number): number {
    if (bits === 0) return 0;
    if (this.#count < bits) this.#fill();
    const value = (this.#held >>> (this.#count - bits)) & (0xffff >>> (16 - bits));
    this.#skip(bits);
    return value;
  }

  /**
   * A difference: the code of its size, then its bits, with its sign.
   *
   * @standard ISO 10918-1 §F.2.2.1, §H.1.2.2, Figure F.12
   */
  difference(codes: HuffmanCodes): number {
    const size = this.symbol(codes);
    if (size === 0) return 0;
    if (size >= 16) return 32_768; // of 16 bits, and without any that follow
    return extended(this.number(size), size);
  }

  /** The same by a table, where the table has it. */
  tabled(differences: CodedDifferences, codes: HuffmanCodes): number {
    if (this.#count < codeLengthMax) this.#fill();
    const coded = differences[(this.#held >>> (this.#count - codeLengthMax)) & 0xffff] ?? 0;
    if (coded === 0) return this.difference(codes);
    this.#skip(coded & 0xff);
    return coded >> 8;
  }

  /** Go on behind the restart marker, which must come next. @standard ISO 10918-1 §F.2.1.3.1 */
  restart(): void {
    const at = this.end;
    const isRestart = this.#bytes[at] === 0xff && ((this.#bytes[at + 1] ?? 0) & 0xf8) === 0xd0;
    if (!isRestart) throw invalid('no restart marker', at);
    this.#at = at + 2;
    [this.#held, this.#count, this.#made] = [0, 0, 0];
  }

  /** Where the first byte stands of which no bit was read. */
  get end(): number {
    let at = this.#at;
    for (let unread = this.#count - this.#made; unread >= 8; unread -= 8) {
      const isStuffed = this.#bytes[at - 1] === 0 && this.#bytes[at - 2] === 0xff;
      at -= isStuffed ? 2 : 1;
    }
    return at;
  }

  #skip(bits: number): void {
    this.#count -= bits;
    if (this.#count < this.#made) throw invalid('scan too short', this.#at);
  }

  /** At least 17 bits, of which those behind the data are ones. */
  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#bytes[this.#at] ?? 0xff;
      this.#held = (this.#held << 8) | byte;
      this.#count += 8;
      if (byte !== 0xff) this.#at += 1;
      else if (this.#bytes[this.#at + 1] === 0) this.#at += 2;
      else this.#made += 8; // a marker, or the end
    }
  }
}
