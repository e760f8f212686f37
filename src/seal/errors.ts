import { defineErrors } from '../lib/errors/error-table.ts';

const receiptAdvice = {
  user: 'Do not use the data. Get the file again, once; if it fails again, tell the operator the path.',
  operator:
    'What was signed and what is stored differ: look at the disk, keep the replica as evidence, and report it.',
} as const;
const damaged = {
  disposition: 'permanent',
  user: 'Do not use what was received. Get the file again: a damaged replica is dropped and made anew. If it fails again, tell the operator.',
  operator:
    '`files.replica_damaged` in the log names the replica that was dropped: look at its disk. Without it, the way to the client altered bytes.',
} as const;

/** Failures of sealing, opening and receipts. */
export const sealErrors = defineErrors('seal', {
  SEAL_KEY_INVALID: {
    disposition: 'permanent',
    meaning:
      'A public or private key is not a 32-byte X25519 key, or leads to a weak shared secret.',
    user: 'Tell the operator of the gateway: no setting of yours makes this key.',
    operator: 'Report it: keys are made by the gateway and never entered by hand.',
  },
  SEAL_KEY_MISMATCH: {
    disposition: 'permanent',
    meaning: 'No packet of the header opens with this key.',
    user: 'Get the file again: it may have got a new version meanwhile. If it fails again, tell the operator.',
    operator: 'Report it: the key shares are those of another version than the replica.',
  },
  SEAL_HEADER_INVALID: { ...damaged, meaning: 'The header does not have the Crypt4GH layout.' },
  SEAL_HEADER_UNSUPPORTED: {
    disposition: 'permanent',
    meaning:
      'The header is Crypt4GH but uses what is never written here: an edit list, several data keys, another version or method.',
    user: 'Open the file with the tool that made it.',
    operator: 'Nothing to do: the file was not made here.',
  },
  SEAL_SEGMENT_FORGED: {
    ...damaged,
    meaning: 'A segment does not authenticate under the data key.',
  },
  SEAL_SEGMENT_MISPLACED: {
    ...damaged,
    meaning:
      'A segment is not at its place: reordered, repeated, left out or taken from elsewhere.',
  },
  SEAL_SEGMENT_MISMATCH: {
    ...damaged,
    meaning: 'A segment opens, but is not the one that the receipt describes.',
  },
  SEAL_TRUNCATED: { ...damaged, meaning: 'The sealed bytes end before the last segment does.' },
  SEAL_TRAILING_BYTES: { ...damaged, meaning: 'There are bytes after the last segment.' },
  SEAL_RANGE_INVALID: {
    disposition: 'permanent',
    meaning: 'The plaintext range is not within the file.',
    user: 'Ask for the size first (`mdm stat`).',
    operator: 'Nothing to do.',
  },
  SEAL_THREAD_ENDED: {
    disposition: 'transient',
    meaning: 'The thread that seals ended, or the file was given up, before it was complete.',
    user: 'Try again.',
    operator: 'Look for what the service logged before; a new thread starts with the next file.',
  },
  SEAL_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'The plaintext is larger than one sealed file may be.',
    user: 'Ask for the instances instead of the volume, where the collection lists them.',
    operator: 'See plaintextSizeMax in docs/limits.md.',
  },
  SEAL_RECEIPT_INVALID: {
    disposition: 'permanent',
    meaning: 'A receipt or record does not have the layout of its format and version.',
    ...receiptAdvice,
  },
  SEAL_RECEIPT_UNTRUSTED: {
    disposition: 'permanent',
    meaning: 'A receipt or record is not signed by a key that is pinned here (`producerKeys`).',
    user: 'Do not use the data. Ask the hospital, not the gateway, whether its producer key changed: then name the new one under `producerKeys`. If it did not, tell the operator.',
    operator:
      'Compare the producer key that `mdm init` names with the one that clients pin. If they are the same, somebody else signed: keep the replica as evidence.',
  },
  SEAL_RECEIPT_OTHER_FILE: {
    disposition: 'permanent',
    meaning: 'What was signed is of another file, or another version, than the one asked for.',
    user: 'Do not use the data. Get the file again, once: a series may just have grown. If it fails again, tell the operator the path: somebody swaps files.',
    operator:
      'The catalog names another file than the producer signed for: keep `catalog.db` as evidence, and look who could write to it.',
  },
  SEAL_RECEIPT_MISMATCH: {
    disposition: 'permanent',
    meaning: 'Two signed statements, or a statement and the bytes it describes, do not agree.',
    ...receiptAdvice,
  },
});
