import { inflateRawSync } from 'node:zlib';
import { viewOf } from '../../../lib/bytes/bytes.ts';
import { factLimits } from '../../limits.ts';

/** Flags of a gzip member. @standard RFC 1952 §2.3.1 */
const flag = { crc: 2, extra: 4, name: 8, comment: 16 } as const;
const headBytes = 10;

/**
 * The text of GE's protocol block: a length of 32 bits, little endian, then one gzip member.
 * Undefined where it is none, breaks off, or inflates to more than its bound, whatever length it
 * claims: its sizes are not believed. The member's name and time, which name the exam, are skipped.
 *
 * @standard RFC 1952 §2.3
 */
export function protocolText(block: Uint8Array): string | undefined {
  if (block.length < 4 + headBytes || block.length > factLimits.geBlockMaxBytes) return undefined;
  const length = viewOf(block).getUint32(0, true);
  if (length > block.length - 4) return undefined;
  const member = block.subarray(4, 4 + length);
  const from = dataOffset(member);
  if (from === undefined) return undefined;
  try {
    const text = inflateRawSync(member.subarray(from), {
      maxOutputLength: factLimits.geProtocolMaxBytes,
    });
    return text.toString('latin1');
  } catch {
    return undefined;
  }
}

/** Where the compressed data of a member begin. */
function dataOffset(member: Uint8Array): number | undefined {
  const [first, second, method, flags = 0] = member;
  if (first !== 0x1f || second !== 0x8b || method !== 8) return undefined;
  let at: number = headBytes;
  if ((flags & flag.extra) !== 0) {
    const [low, high] = member.subarray(at);
    if (low === undefined || high === undefined) return undefined;
    at += 2 + low + 256 * high;
  }
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) === 0) continue;
    const end = member.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if ((flags & flag.crc) !== 0) at += 2;
  return at < member.length ? at : undefined;
}

/** The values of some keys, each on a line of its own as `KEY "value"`. */
export function protocolValues(
  text: string,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.length > factLimits.protocolLineMaxBytes) continue;
    const at = line.indexOf(' ');
    const key = line.slice(0, at);
    const value = line.slice(at + 1).trim();
    const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
    if (keys.has(key) && isQuoted) found.set(key, value.slice(1, -1));
  }
  return found;
}
