import { assert } from '../../lib/assert.ts';

/** Builds the big-endian bytes of a PDU. */
export class PduWriter {
  #bytes = Buffer.alloc(512);
  #length = 0;

  u8(value: number): this {
    const at = this.#reserve(1); // first, as it may replace the buffer
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    assert(value >= 0 && value <= 0xffff, 'u16 out of range');
    const at = this.#reserve(2);
    this.#bytes.writeUInt16BE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.#reserve(count);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, 'latin1'));
  }

  /** A field preceded by its length in 2 bytes. */
  sized(value: Uint8Array | string): this {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    return this.u16(bytes.length).bytes(bytes);
  }

  /** A variable item: type, reserved, 2-byte length, what `body` writes. */
  item(type: number, body: (writer: PduWriter) => void): this {
    this.u8(type).u8(0);
    const lengthAt = this.#reserve(2);
    body(this);
    const length = this.#length - lengthAt - 2;
    assert(length <= 0xffff, 'a variable item has at most 65535 bytes');
    this.#bytes.writeUInt16BE(length, lengthAt);
    return this;
  }

  /** A whole PDU: type, reserved, 4-byte length, what `body` writes. */
  pdu(type: number, body: (writer: PduWriter) => void): Uint8Array {
    this.u8(type).u8(0);
    const lengthAt = this.#reserve(4);
    body(this);
    this.#bytes.writeUInt32BE(this.#length - lengthAt - 4, lengthAt);
    return this.finish();
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, start));
      this.#bytes = grown;
    }
    return start;
  }
}
