import { viewOf } from '../../lib/bytes/bytes.ts';
import { trimPadding } from '../../lib/text/trim-padding.ts';
import { dimseErrors } from '../errors.ts';

const uidPattern = /^[0-9.]{1,64}$/;

/**
 * Reads big-endian fields of a PDU body, refusing to leave it.
 *
 * @throws every method: MdmError `PDU_LENGTH_INVALID` when the bytes end early; `uid` also
 *   `PDU_FIELD_INVALID`
 */
export class PduReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #base: number;
  #offset = 0;

  /** @param base offset of `bytes` in the PDU, for messages */
  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#base = base;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Where in the PDU the next byte is. */
  get offset(): number {
    return this.#base + this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  skip(count: number): void {
    this.#advance(count);
  }

  /** A view, not a copy. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** A reader of the next `count` bytes, which this one skips. */
  sub(count: number): PduReader {
    const base = this.offset;
    return new PduReader(this.bytes(count), base);
  }

  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  text(count: number): string {
    return Buffer.from(this.bytes(count)).toString('latin1');
  }

  /** A UID of `count` bytes; trailing NUL or space, which some peers add, is dropped. */
  uid(count: number): string {
    const at = this.offset;
    const value = trimPadding(this.text(count));
    if (!uidPattern.test(value)) throw fieldInvalid('UID', at);
    return value;
  }

  /** Assert that nothing is left. */
  finish(): void {
    if (this.remaining !== 0) throw lengthInvalid(this.offset);
  }

  #advance(count: number): number {
    if (count > this.remaining) throw lengthInvalid(this.offset);
    const start = this.#offset;
    this.#offset += count;
    return start;
  }
}

/** `PDU_LENGTH_INVALID` at `offset` of the PDU body. */
export function lengthInvalid(offset: number): Error {
  return dimseErrors.create('PDU_LENGTH_INVALID', { context: { offset } });
}

/** `PDU_FIELD_INVALID` of the named field at `offset` of the PDU body. */
export function fieldInvalid(field: string, offset: number): Error {
  return dimseErrors.create('PDU_FIELD_INVALID', { message: field, context: { field, offset } });
}
