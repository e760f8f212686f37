import { defineErrors } from '../../lib/errors/error-table.ts';

/** Failures of taking over keys of the original system. */
export const originalErrors = defineErrors('keys/original', {
  KEYS_ORIGINAL_INVALID: {
    disposition: 'permanent',
    meaning: 'What is to be imported is no list of shares of the original system.',
    user: 'Give a line for each of its key servers, in its order: the share in hexadecimal, or NULL.',
    operator: 'Nothing to do.',
  },
  KEYS_ORIGINAL_TOO_FEW: {
    disposition: 'permanent',
    meaning: 'Fewer shares of the original system than its key needs.',
    user: 'Add the shares of other key servers; the attribute edskeysneeded of each says how many are needed.',
    operator: 'Nothing to do.',
  },
  KEYS_ORIGINAL_DISAGREE: {
    disposition: 'permanent',
    meaning:
      'The shares are not of one key: one was damaged, is of another key, or stands at the place of another.',
    user: 'Compare the order with that of the key servers (edskeyindex), and leave out one share after the other to find the wrong one.',
    operator: 'Nothing to do.',
  },
  KEYS_ORIGINAL_LOST: {
    disposition: 'permanent',
    meaning:
      'The original system lost a word of the key when it made the shares, or may have: fff1 to ffff come back as 0000 to 000e.',
    user: 'Join the shares with the original and try, for each of the words named, both values on a file that you have: the one that came, and that plus fff1.',
    operator: 'Nothing to do.',
  },
});
