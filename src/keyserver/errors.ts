import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of a key server; the codes stand in its answers. */
export const keyserverErrors = defineErrors('keyserver', {
  KEYSERVER_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'No credential was shown, or it was not accepted.',
    user: 'Renew the token, certificate or ticket: docs/client.md says what a key server takes.',
    operator:
      '`identity.refused` in the log of the key server says why. Compare its `issuers`, `publicUrl` and `trustDirectory` with those of the gateway.',
  },
  KEYSERVER_CREDENTIAL_SHARED: {
    disposition: 'permanent',
    meaning:
      'The credential is one that another party accepts too: a key server takes none of that kind.',
    user: 'Use a certificate, a token whose only audience is the public URL of this key server (`BEARER_TOKEN_FILE_<NAME>`), or a ticket that you got with one of them (`mdm ticket`): docs/client.md.',
    operator:
      'Have the issuer give tokens for this key server alone (docs/operating/key-custody.md). `acceptSharedAudience` gives the protection up.',
  },
  KEYSERVER_LEASE_EXPIRED: {
    disposition: 'transient',
    meaning:
      'The server has not heard of the newest policies for longer than its lease: it answers nobody.',
    user: 'Tell the site operator: it ends when the gateway reaches the key server again, and when their clocks agree.',
    operator:
      '`mdm status` shows clock, lease and policy position of each key server. Start the gateway, mend the network between them, or set the clocks (NTP).',
  },
  KEYSERVER_RATE_LIMITED: {
    disposition: 'transient',
    meaning: 'The caller asked for more keys in a short time than one caller may.',
    user: 'Try again in a few seconds.',
    operator: 'Look at who asks in the audit record; see docs/limits.md.',
  },
  KEYSERVER_REQUEST_INVALID: {
    disposition: 'permanent',
    meaning: 'The request does not have the layout of its version.',
    user: 'Use a client of the same release.',
    operator: 'Compare the releases of gateway, client and key server.',
  },
  KEYSERVER_REQUEST_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'The request is larger than one may be.',
    user: 'Split the request.',
    operator: 'See docs/limits.md.',
  },
  KEYSERVER_SIGNER_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'A deposit or policy entry is not signed by a key that is enrolled here.',
    user: 'Tell the site operator: the key server does not know the gateway.',
    operator:
      'Add the public key that `mdm init` names to `producers` or `gateways` of the key server, after checking it out of band, and start it again.',
  },
  KEYSERVER_NOT_ADDRESSED: {
    disposition: 'permanent',
    meaning: 'A deposit or policy entry is for another server or site.',
    user: 'Tell the site operator: the gateway and the key server call each other by different names.',
    operator:
      '`name` and `site` of the key server must be those that the gateway has under `keyServers.servers` and `site`.',
  },
  KEYSERVER_SHARE_CONFLICT: {
    disposition: 'permanent',
    meaning: 'Another share of this key is stored already; shares are never overwritten.',
    user: 'Tell the site operator: the gateway deposited a key twice.',
    operator:
      'Report it: a producer repeated a deposit with a key id in use. If the gateway was restored from a backup, let the file be made anew.',
  },
  KEYSERVER_KEY_DESTROYED: {
    disposition: 'permanent',
    meaning: 'The key was destroyed and is refused for ever.',
    user: 'Nothing to do: the file was withdrawn for good.',
    operator: 'Nothing to do: a withdrawn file must not come back.',
  },
  KEYSERVER_FEED_GAP: {
    disposition: 'transient',
    meaning:
      'Entries of the policy feed are missing before this one; the answer says from where on.',
    user: 'Nothing to do; the gateway sends them.',
    operator:
      'Nothing to do. If `mdm status` shows a policy position that stays behind, look at `keys.` events in the log of the gateway.',
  },
  KEYSERVER_FEED_FORK: {
    disposition: 'permanent',
    meaning: 'The entry does not continue the history that is stored here.',
    user: 'Nothing to do.',
    operator:
      'Two gateways write one feed, or the database of one was restored from a backup. Stop the wrong one, then `mdm repair feed` beside the other: docs/operating/backup.md.',
  },
  KEYSERVER_HEARTBEAT_STALE: {
    disposition: 'transient',
    meaning: 'A heartbeat is older than the lease or lies in the future; it renews nothing.',
    user: 'Nothing to do.',
    operator:
      '`mdm status` shows how far the clock of each key server is off. Set the clocks of gateway and key server (NTP).',
  },
  KEYSERVER_READ_STALE: {
    disposition: 'transient',
    meaning:
      'A signed request for entries of the policy feed is older than a minute, or of the future.',
    user: 'Nothing to do.',
    operator: 'Set the clocks of gateway and key server (NTP).',
  },
  KEYSERVER_ORDER_STALE: {
    disposition: 'transient',
    meaning: 'An order to look after shares is too old, or of the future.',
    user: 'Nothing to do.',
    operator: 'Set the clocks of gateway and key server (NTP).',
  },
  KEYSERVER_ORDER_OUTDATED: {
    disposition: 'transient',
    meaning: 'An order to look after shares names a key that this server has not, or not so.',
    user: 'Nothing to do.',
    operator: 'Nothing to do; the gateway looks again what each server has.',
  },
  KEYSERVER_PEER_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'A key server that shares are to be made with is not enrolled here.',
    user: 'Nothing to do.',
    operator:
      'Add it to the `peers` of this key server, with its `keyserver.keys.pub`, after checking it out of band, and start this one again.',
  },
  KEYSERVER_WORDS_INVALID: {
    disposition: 'permanent',
    meaning:
      'What another key server signed of new shares is not of this order, or not of the same shares.',
    user: 'Nothing to do.',
    operator:
      'Start the command again. If it stays: a key server, or the gateway, is not what it should be.',
  },
  KEYSERVER_DEAL_WRONG: {
    disposition: 'permanent',
    meaning:
      'New shares would not give the same key: a key server dealt, or said, something wrong.',
    user: 'Nothing to do.',
    operator:
      'Nothing is lost: the old shares count. `keys.server_lied` in the log of the gateway names the key server.',
  },
  KEYSERVER_RUN_UNDECIDED: {
    disposition: 'transient',
    meaning:
      'New shares of these keys were promised to be kept until the policy feed says whether they count.',
    user: 'Nothing to do.',
    operator: 'Start the command again: the gateway decides what it left undecided.',
  },
  KEYSERVER_BOX_INVALID: {
    disposition: 'permanent',
    meaning: 'What another key server sent cannot be opened, or is not of this order.',
    user: 'Nothing to do.',
    operator:
      'Compare the files of `peers` of both key servers with the `keyserver.keys.pub` of the other: one of them was made anew.',
  },
  KEYSERVER_PRODUCER_RETIRED: {
    disposition: 'permanent',
    meaning: 'The key that signed the deposit was retired by the policy feed.',
    user: 'Tell the site operator: files are made with a key that is used no more.',
    operator: 'Start the gateway with its new producer key.',
  },
  KEYSERVER_RECORD_BEHIND: {
    disposition: 'transient',
    meaning:
      "The key server's audit record does not go through an end of it that it signed: it was cut or restored from a backup. It answers nobody until its operator accepts that.",
    user: 'Tell the site operator; other key servers may answer meanwhile.',
    operator:
      'At that key server: find out why, keep a copy, stop it, `mdm audit accept --role keyserver --reason ...`, start it (docs/operating/audit.md).',
  },
  KEYSERVER_GATEWAY_BEHIND: {
    disposition: 'permanent',
    meaning:
      "The gateway's audit record is shorter than it was, or another one, and no accepted gap in the policy feed says so.",
    user: 'Tell the site operator: the key server answers nobody.',
    operator:
      'Two gateways run under one key, or its record was cut or restored: start the gateway anew, it says what to do (docs/operating/audit.md).',
  },
  KEYSERVER_NOT_OWNER: {
    disposition: 'permanent',
    meaning: 'The key that was to be deposited is not one of the caller’s own, or he is shut out.',
    user: 'Show the key servers the same credential as the gateway: a certificate at one and a token at another are two owners.',
    operator: 'Compare the `issuers` of gateway and key server: they must name people alike.',
  },
  KEYSERVER_OWNER_FULL: {
    disposition: 'permanent',
    meaning: 'The caller has as many keys of his own as one owner may.',
    user: 'Destroy keys that nothing is sealed for any more (`mdm key unregister`), or seal several files for one key.',
    operator: 'See docs/limits.md.',
  },
  KEYSERVER_CALLER_BUSY: {
    disposition: 'transient',
    meaning: 'The caller has as many connections to this server as one caller may.',
    user: 'Start fewer jobs at a time; try again in a few seconds.',
    operator: 'See `listen.connectionsPerCaller` of the key server.',
  },
  KEYSERVER_MASTER_KEY_EXISTS: {
    disposition: 'permanent',
    meaning: 'There is a master key already; another would make every stored share unreadable.',
    user: 'Nothing to do.',
    operator: 'Keep the key. Move it away by hand only for a server that holds no shares.',
  },
  KEYSERVER_MASTER_KEY_INVALID: {
    disposition: 'permanent',
    meaning:
      'The master key is absent, readable by others, damaged, or not the one of this database.',
    user: 'Nothing to do.',
    operator:
      'Restore the file that belongs to the database, mode 0600 (docs/operating/backup.md); or make a new server with empty folders.',
  },
  KEYSERVER_STORE_DAMAGED: {
    disposition: 'permanent',
    meaning: 'A stored share or audit record is not as it was written.',
    user: 'Tell the site operator.',
    operator: 'Stop the server, keep its files as evidence, and restore a backup.',
  },
  KEYSERVER_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'The database of the server cannot do this now.',
    user: 'Tell the site operator; other key servers may do meanwhile.',
    operator: 'Look at the log: disk full, or another process holds the database.',
  },
  KEYSERVER_INTERNAL: {
    disposition: 'permanent',
    meaning: 'A fault of the server itself.',
    user: 'Tell the site operator the time.',
    operator: 'Report it with `keyserver.failed` of that time in its log.',
  },
});

export type KeyserverErrorCode = keyof typeof keyserverErrors.rows;
