import { defineErrors } from '../lib/errors/error-table.ts';

const notOurs =
  'Compare the configuration of the key servers with what they report in `mdm status`.';

/** Failures of splitting, depositing, fetching and combining key shares. */
export const keysErrors = defineErrors('keys', {
  KEYS_QUORUM: {
    disposition: 'transient',
    meaning: 'Fewer key servers than the threshold stored their share; the key is not used.',
    user: 'Try again later.',
    operator: 'Start the key servers that do not answer; see `mdm status`.',
  },
  KEYS_FORBIDDEN: {
    disposition: 'permanent',
    meaning: 'Too few key servers released a share to this caller: not allowed, or no such key.',
    user: 'Ask the collection owner for the right to read.',
    operator: 'Look at the policy with `mdm acl`, and whether the key was destroyed.',
  },
  KEYS_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'The key servers did not accept the credential.',
    user: 'Renew the token or certificate; its audience must list the key servers.',
    operator: 'Compare issuers and audience in the configuration of the key servers.',
  },
  KEYS_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'Too few key servers answered, or their lease on the policies had run out.',
    user: 'Try again later.',
    operator: 'Start the key servers that do not answer, and the gateway that keeps their lease.',
  },
  KEYS_INCONSISTENT: {
    disposition: 'permanent',
    meaning: 'No shares that agree give the private key of this file.',
    user: 'Tell the operator.',
    operator: 'A key server lost or changed shares: the log names it. Restore it from a backup.',
  },
  KEYS_SERVER_UNREACHABLE: {
    disposition: 'transient',
    meaning: 'A key server did not answer in time.',
    user: 'Try again later.',
    operator: 'Start it, or look at the network between.',
  },
  KEYS_SERVER_REFUSED: {
    disposition: 'permanent',
    meaning: 'A key server refused a request as a whole; the context has its code.',
    user: 'Tell the operator.',
    operator: notOurs,
  },
  KEYS_ANSWER_INVALID: {
    disposition: 'permanent',
    meaning: 'A key server answered something that is not of its protocol.',
    user: 'Tell the operator.',
    operator: 'Check that the address is that of a key server of this release.',
  },
  KEYS_RECORD_INVALID: {
    disposition: 'permanent',
    meaning: 'A share record, deposit or policy entry does not have the layout of its version.',
    user: 'Tell the operator.',
    operator: notOurs,
  },
  KEYS_CONFIG_INVALID: {
    disposition: 'permanent',
    meaning:
      'The list of key servers cannot work: too few, one of them twice, or without TLS off loopback.',
    user: 'Correct the list of key servers in the configuration.',
    operator: 'Correct the list of key servers in the configuration.',
  },
  KEYS_TOO_MANY: {
    disposition: 'permanent',
    meaning: 'The request names more keys than one request may.',
    user: 'Split the request.',
    operator: 'See docs/limits.md.',
  },
  KEYS_FEED_REFUSED: {
    disposition: 'permanent',
    meaning: 'A key server does not continue our policy feed: its history is another one.',
    user: 'Nothing to do.',
    operator: 'Two gateways write one feed, or the database of one was restored. See the log.',
  },
});

export type KeysErrorCode = keyof typeof keysErrors.rows;
