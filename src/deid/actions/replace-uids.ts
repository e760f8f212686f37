import { padValue } from '../../dicom/index.ts';
import { isRegisteredUid } from '../meaning/registered-uids.ts';
import type { UidMap } from '../pseudonyms/uid-map.ts';
import { splitValues } from './keep-value.ts';

/** Every value replaced by its pseudonym; an empty field stays empty. */
export function replaceUids(value: Uint8Array, uids: UidMap): Uint8Array {
  return mapUids(value, (uid) => uids.uid(uid));
}

/**
 * UIDs of the registry pass, all others are replaced: a private class tells whose device it was, and
 * digits under the standard's root can be anybody's.
 *
 * @standard PS3.6 Table A-1
 */
export function keepClassUids(value: Uint8Array, uids: UidMap): Uint8Array {
  return mapUids(value, (uid) => (isRegisteredUid(uid) ? uid : uids.uid(uid)));
}

function mapUids(value: Uint8Array, replace: (uid: string) => string): Uint8Array {
  const texts = splitValues(value).map((uid) => (uid === '' ? '' : replace(uid)));
  return padValue('UI', Buffer.from(texts.join('\\'), 'latin1'));
}
