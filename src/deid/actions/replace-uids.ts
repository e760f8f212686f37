import { padValue } from '../../dicom/index.ts';
import type { UidMap } from '../pseudonyms/uid-map.ts';
import { splitValues } from './keep-value.ts';

/** The root under which the standard names kinds of things. @standard PS3.6 Annex A */
const standardRoot = /^1\.2\.840\.10008(\.(0|[1-9]\d{0,9})){1,10}$/;

/** Every value replaced by its pseudonym; an empty field stays empty. */
export function replaceUids(value: Uint8Array, uids: UidMap): Uint8Array {
  return mapUids(value, (uid) => uids.uid(uid));
}

/** UIDs of the standard pass, all others are replaced: a private class tells whose device it was. */
export function keepClassUids(value: Uint8Array, uids: UidMap): Uint8Array {
  return mapUids(value, (uid) => (standardRoot.test(uid) ? uid : uids.uid(uid)));
}

function mapUids(value: Uint8Array, replace: (uid: string) => string): Uint8Array {
  const texts = splitValues(value).map((uid) => (uid === '' ? '' : replace(uid)));
  return padValue('UI', Buffer.from(texts.join('\\'), 'latin1'));
}
