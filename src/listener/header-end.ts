const end = Buffer.from('\r\n\r\n');
const carriageReturn = 0x0d;

/** Finds the empty line that ends a header, also across pieces. @standard RFC 9112 §2.1 */
export class HeaderEnd {
  /** How much of the end the bytes seen so far close with. */
  #matched = 0;

  /** How many bytes there are up to and with the end; all when it is not among them. */
  find(bytes: Uint8Array): number {
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (byte === end[this.#matched]) this.#matched += 1;
      else this.#matched = byte === carriageReturn ? 1 : 0;
      if (this.#matched === end.length) {
        this.#matched = 0;
        return index + 1;
      }
    }
    return bytes.length;
  }
}
