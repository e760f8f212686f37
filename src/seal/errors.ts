import { defineErrors } from '../lib/errors/error-table.ts';

const receiptAdvice = {
  user: 'Get the file again; if it happens again, tell the operator.',
  operator: 'Compare the stored replica and receipt with the producer key that clients pin.',
} as const;
const damaged = {
  disposition: 'permanent',
  user: 'Delete what was received and get the file again; if it happens again, tell the operator.',
  operator: 'The stored replica is damaged or was tampered with: delete it and let it be recalled.',
} as const;

/** Failures of sealing, opening and receipts. */
export const sealErrors = defineErrors('seal', {
  SEAL_KEY_INVALID: {
    disposition: 'permanent',
    meaning:
      'A public or private key is not a 32-byte X25519 key, or leads to a weak shared secret.',
    user: 'Tell the operator.',
    operator: 'Look at where the key came from; keys are never entered by hand.',
  },
  SEAL_KEY_MISMATCH: {
    disposition: 'permanent',
    meaning: 'No packet of the header opens with this key.',
    user: 'Make sure that the key belongs to this version of the file.',
    operator: 'Compare the key id of the version with that of the key shares.',
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
    user: 'Ask for the size first.',
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
    user: 'Ask for a smaller form, instances instead of a volume for example.',
    operator: 'See docs/limits.md.',
  },
  SEAL_RECEIPT_INVALID: {
    disposition: 'permanent',
    meaning: 'A receipt or record does not have the layout of its format and version.',
    ...receiptAdvice,
  },
  SEAL_RECEIPT_UNTRUSTED: {
    disposition: 'permanent',
    meaning: 'A receipt or record is not signed by a key that is pinned here.',
    ...receiptAdvice,
  },
  SEAL_RECEIPT_MISMATCH: {
    disposition: 'permanent',
    meaning: 'Two signed statements, or a statement and the bytes it describes, do not agree.',
    ...receiptAdvice,
  },
});
