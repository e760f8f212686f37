/**
 * Give the memory of bytes that nobody needs any more back at once. Node hands out fresh memory for
 * every record of TLS and every output of a cipher; left to the collector, each piece would be a new
 * page and the collection a fifth of a transfer's work. Memory shared with other bytes stays.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
