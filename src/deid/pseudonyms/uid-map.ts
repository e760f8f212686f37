import { toHex } from '../../lib/bytes/bytes.ts';
import { deidLimits } from '../limits.ts';
import { deriveSubkey } from './subkeys.ts';

/** Replaces UIDs: the same original gives the same new one, wherever it stands. */
export interface UidMap {
  uid(original: string): string;
}

/**
 * Make the map of a collection: `2.25.` and 128 bits of an HMAC with the version and variant bits
 * of a UUIDv8, so that the result is a valid UUID-derived UID that says nothing of the original.
 *
 * @standard PS3.5 §B.2, RFC 9562 §5.8
 */
export function createUidMap(collectionKey: Uint8Array): UidMap {
  const subkey = deriveSubkey(collectionKey, 'uid');
  const known = new Map<string, string>();
  return {
    uid(original) {
      const seen = known.get(original);
      if (seen !== undefined) return seen;
      if (known.size >= deidLimits.uidCacheMax) known.clear();
      const made = uuidUid(subkey.digest('uid', original));
      known.set(original, made);
      return made;
    },
  };
}

/** The UID of the UUIDv8 made of the first 16 bytes of `digest`. */
function uuidUid(digest: Uint8Array): string {
  const uuid = digest.slice(0, 16);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${toHex(uuid)}`)}`;
}
