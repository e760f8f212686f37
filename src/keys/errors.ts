import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of splitting, depositing, fetching and combining key shares. */
export const keysErrors = defineErrors('keys', {
  KEYS_QUORUM: {
    disposition: 'transient',
    meaning: 'Fewer key servers than the threshold stored their share; the key is not used.',
    user: 'Tell the site operator, if it stays for minutes.',
    operator:
      '`keys.deposit_missing` in the log and `mdm status` name the key servers that do not answer: start them.',
  },
  KEYS_DEPOSIT_REFUSED: {
    disposition: 'permanent',
    meaning: 'So many key servers refused their share that the threshold cannot be reached.',
    user: 'Tell the site operator the reason: another try changes nothing before it is mended.',
    operator:
      '`keys.deposit_missing` in the log names each server and its reason; docs/errors.md says of the reason what to do.',
  },
  KEYS_FORBIDDEN: {
    disposition: 'permanent',
    meaning: 'Too few key servers released a share to this caller: not allowed, or no such key.',
    user: 'Ask the collection owner for the right to read. If you may read other files of the collection, the key of this one is gone: tell the site operator.',
    operator:
      'Look at the policy with `mdm acl`. If it allows the caller, compare the policy positions in `mdm status`: a key server may not have heard of it yet.',
  },
  KEYS_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'The key servers did not accept the credential.',
    user: 'Renew the token, certificate or ticket. If it is not over: the key servers do not trust its issuer; ask the site operator.',
    operator:
      '`identity.refused` in the logs of the key servers says why. Compare their `issuers`, `publicUrl` and `trustDirectory` with those of the gateway.',
  },
  KEYS_CREDENTIAL_SHARED: {
    disposition: 'permanent',
    meaning:
      'A sealed file needs a credential that only a key server accepts, and there is none: a token that other parties accept too is not shown to a key server.',
    user: 'Set `certificate` and `key`; or get a token for each key server, with its public URL as only audience, and name the files in `BEARER_TOKEN_FILE_<NAME>`; or run `mdm ticket` where you have one of these (docs/client.md).',
    operator:
      'Have the issuer give tokens for each key server alone (docs/operating/key-custody.md); `acceptSharedAudience` at server and client gives the protection up.',
  },
  KEYS_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'Too few key servers answered, or their lease on the policies had run out.',
    user: 'Tell the site operator the reason, if it stays for minutes: key servers are down, or hear nothing from the gateway.',
    operator:
      '`mdm status` shows the clock, lease and policy position of each key server: start those that do not answer, mend the network, or set the clocks (NTP).',
  },
  KEYS_INCONSISTENT: {
    disposition: 'permanent',
    meaning: 'No shares that agree give the private key of this file.',
    user: 'Tell the site operator: another try gives the same.',
    operator:
      'A key server lost or changed shares: `keys.server_lied` in the log names it. Restore it from its backup.',
  },
  KEYS_SERVER_UNREACHABLE: {
    disposition: 'transient',
    meaning: 'A key server did not answer in time.',
    user: 'Check the address under `keyServers` in your settings; else tell the site operator which server it is.',
    operator: 'Start it, or look at the network and at its certificate.',
  },
  KEYS_SERVER_REFUSED: {
    disposition: 'permanent',
    meaning: 'A key server refused a request as a whole; the context has its code.',
    user: 'Tell the site operator the reason.',
    operator: 'The reason is the code of the key server: docs/errors.md says what to do about it.',
  },
  KEYS_ANSWER_INVALID: {
    disposition: 'permanent',
    meaning: 'A key server answered something that is not of its protocol.',
    user: 'Compare the address under `keyServers` in your settings with what the site gave you; else tell the site operator.',
    operator: 'Check that the address is that of a key server, and that it is of this release.',
  },
  KEYS_RECORD_INVALID: {
    disposition: 'permanent',
    meaning: 'A share record, deposit or policy entry does not have the layout of its version.',
    user: 'Tell the site operator.',
    operator:
      'Compare the releases of gateway, client and key servers; if they are the same, report it.',
  },
  KEYS_UPKEEP_INCOMPLETE: {
    disposition: 'transient',
    meaning:
      'Not all shares could be made anew: a key server does not answer, or not all have a share of each key.',
    user: 'Nothing to do.',
    operator:
      '`mdm key status` names what is missing. Start the key server, or replace it, and give the command again: it goes on where it was.',
  },
  KEYS_BOX_INVALID: {
    disposition: 'permanent',
    meaning:
      'What one key server sent another is not sealed to it, not signed by a server that it knows, or belongs to something else.',
    user: 'Nothing to do.',
    operator:
      'The `peers` of each key server must name the public keys of all others (docs/operating/key-custody.md).',
  },
  KEYS_CONFIG_INVALID: {
    disposition: 'permanent',
    meaning:
      'The list of key servers cannot work: too few, one of them twice, or without TLS off loopback.',
    user: 'Correct `keyServers` in your settings: names, addresses and threshold as the site gave them.',
    operator: 'Correct `keyServers` in the configuration.',
  },
  KEYS_TOO_MANY: {
    disposition: 'permanent',
    meaning: 'The request names more keys than one request may.',
    user: 'Ask for fewer files at a time.',
    operator: 'See docs/limits.md.',
  },
  KEYS_CERTIFICATE_INVALID: {
    disposition: 'permanent',
    meaning:
      'A certificate of the policy feed is of no entry, or of none that the feed key signed.',
    user: 'Nothing to do.',
    operator:
      'Look at the number that the answer of the change named, or at whether the feed key is that of this site.',
  },
  KEYS_CERTIFICATE_SHORT: {
    disposition: 'transient',
    meaning:
      'Fewer key servers signed that they hold the entry than it takes for nobody to collect a key without it.',
    user: 'Nothing to do.',
    operator: '`mdm status` shows which key servers do not answer; show it again when they do.',
  },
  KEYS_FEED_DAMAGED: {
    disposition: 'permanent',
    meaning: 'The policy feed at rest is not the chain of signed entries that was written.',
    user: 'Nothing to do.',
    operator:
      'Its database was edited or is damaged, or the feed key is another one: keep it as evidence and restore a backup (docs/operating/backup.md).',
  },
  KEYS_FEED_FORKED: {
    disposition: 'permanent',
    meaning:
      'A key server holds entries of our policy feed that are not of the chain that we know: two histories were signed.',
    user: 'Tell the site operator: the gateway serves nobody until it is mended.',
    operator:
      'Two gateways write one feed, or the database of one was restored. Stop all but one, then `mdm repair feed` (docs/operating/backup.md); the message names key servers that must run for it.',
  },
  KEYS_FEED_REFUSED: {
    disposition: 'permanent',
    meaning: 'A key server does not continue our policy feed: its history is another one.',
    user: 'Nothing to do.',
    operator:
      'Two gateways write one feed, or the database of one was restored: docs/operating/backup.md. `keys.feed_not_delivered` in the log names the key server.',
  },
});

export type KeysErrorCode = keyof typeof keysErrors.rows;
