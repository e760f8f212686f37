import { padValue, splitValues } from '../../dicom/index.ts';
import { isKindUid } from '../meaning/kind-uids.ts';
import type { UidMap } from '../pseudonyms/uid-map.ts';

/** Every value replaced by its pseudonym; an empty field stays empty. */
export function replaceUids(value: Uint8Array, uids: UidMap): Uint8Array {
  return mapUids(value, (uid) => uids.uid(uid));
}

/**
 * UIDs of the registry pass, and vendors' classes that are listed because they hold no image; all
 * others are replaced: any private class could tell whose device it was, and digits under the
 * standard's root can be anybody's.
 *
 * @standard PS3.6 Table A-1
 */
export function keepClassUids(value: Uint8Array, uids: UidMap): Uint8Array {
  return mapUids(value, (uid) => (isKindUid(uid) ? uid : uids.uid(uid)));
}

function mapUids(value: Uint8Array, replace: (uid: string) => string): Uint8Array {
  const texts = splitValues(value).map((uid) => (uid === '' ? '' : replace(uid)));
  return padValue('UI', Buffer.from(texts.join('\\'), 'latin1'));
}
