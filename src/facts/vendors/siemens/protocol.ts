import { factLimits } from '../../limits.ts';

/** Numbers of a protocol by their keys. */
export type ProtocolNumbers = ReadonlyMap<string, number>;

const begin = '### ASCCONV BEGIN';
const end = '### ASCCONV END';
const numberForm = /^(?:0x[0-9a-f]{1,8}|-?\d{1,15}(?:\.\d{0,15})?(?:e[+-]?\d{1,2})?)$/i;

/**
 * The numbers that a Siemens protocol states for some keys. Its text (ASCCONV) lies between two
 * marks and has a key, `=` and a value a line; all else of it, texts among them, is passed over. A key
 * that stands twice with two values says nothing.
 *
 * @param bytes of an element, or of an item of a CSA header, that holds the protocol somewhere
 */
export function protocolNumbers(bytes: Uint8Array, keys: ReadonlySet<string>): ProtocolNumbers {
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = held.indexOf(begin, 0, 'latin1');
  const to = from < 0 ? -1 : held.indexOf(end, from, 'latin1');
  const found = new Map<string, number>();
  if (to < 0 || to - from > factLimits.protocolMaxBytes) return found;
  const refuted = new Set<string>();
  let at = held.indexOf('\n', from);
  while (at >= 0 && at < to) {
    const next = held.indexOf('\n', at + 1);
    const stop = next < 0 || next > to ? to : next;
    if (stop - at <= factLimits.protocolLineMaxBytes) {
      const [key = '', value = ''] = held.toString('latin1', at + 1, stop).split('=');
      const name = key.trim();
      const text = value.trim();
      if (keys.has(name) && numberForm.test(text)) {
        const number = Number(text);
        if ((found.get(name) ?? number) !== number) refuted.add(name);
        found.set(name, number);
      }
    }
    at = next;
  }
  for (const name of refuted) found.delete(name);
  return found;
}
