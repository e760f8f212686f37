import type { Deidentified, Identified } from '../../flow/index.ts';
import { deidentified } from '../../flow/mint/deidentified.ts';
import { reveal } from '../../flow/mint/reveal.ts';
import { nameText } from './name-text.ts';
import { deriveSubkey, type Subkey } from './subkeys.ts';
import { createUidMap } from './uid-map.ts';

/** UIDs of a series as the archive has them. */
export interface SeriesUids {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** UIDs of an instance as the archive has them. */
export interface InstanceUids {
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

/**
 * Names of a collection, made of identifiers under its key. Whoever holds the key can find the
 * originals by trying; it never leaves the clinical side.
 */
export interface Pseudonyms {
  /** `p-<H>` of a subject record of the clinical index. */
  patientName(subjectRecordId: Identified<string>): Deidentified<string>;
  /** `t-<H>` of a Study Instance UID. */
  studyName(studyInstanceUid: Identified<string>): Deidentified<string>;
  /** `s-<H>` of a series. */
  seriesName(series: Identified<SeriesUids>): Deidentified<string>;
  /** `i-<H>` of an instance; files are named after it. */
  instanceName(instance: Identified<InstanceUids>): Deidentified<string>;
  /** The UID that replaces `original` in every object of the collection. */
  uid(original: Identified<string>): Deidentified<string>;
}

/**
 * Make the names of one collection.
 *
 * @param collectionKey at least 32 random bytes; not kept
 */
export function createPseudonyms(collectionKey: Uint8Array): Pseudonyms {
  const patients = deriveSubkey(collectionKey, 'patient');
  const uids = deriveSubkey(collectionKey, 'uid');
  const map = createUidMap(collectionKey);
  return {
    patientName: (id) => nameOf(patients, 'p', reveal(id)),
    studyName: (uid) => nameOf(uids, 't', reveal(uid)),
    seriesName: (series) => {
      const { studyInstanceUid, seriesInstanceUid } = reveal(series);
      return nameOf(uids, 's', studyInstanceUid, seriesInstanceUid);
    },
    instanceName: (instance) => {
      const { seriesInstanceUid, sopInstanceUid } = reveal(instance);
      return nameOf(uids, 'i', seriesInstanceUid, sopInstanceUid);
    },
    uid: (original) => deidentified(map.uid(reveal(original))),
  };
}

function nameOf(
  subkey: Subkey,
  kind: 'p' | 't' | 's' | 'i',
  ...identifiers: readonly string[]
): Deidentified<string> {
  return deidentified(nameText(kind, subkey.digest(kind, ...identifiers)));
}
