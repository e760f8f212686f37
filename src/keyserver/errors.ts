import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of a key server; the codes stand in its answers. */
export const keyserverErrors = defineErrors('keyserver', {
  KEYSERVER_UNAUTHENTICATED: {
    disposition: 'permanent',
    meaning: 'No credential was shown, or it was not accepted.',
    user: 'Renew the token or certificate; its audience must list the key server.',
    operator: 'Compare the issuers and authorities of the key server with those of the gateway.',
  },
  KEYSERVER_LEASE_EXPIRED: {
    disposition: 'transient',
    meaning:
      'The server has not heard of the newest policies for longer than its lease: it answers nobody.',
    user: 'Try again later.',
    operator: 'Start the gateway that keeps the policy feed; check the network and both clocks.',
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
    user: 'Tell the operator.',
    operator: 'Enrol the public key of the producer or gateway, after checking it out of band.',
  },
  KEYSERVER_NOT_ADDRESSED: {
    disposition: 'permanent',
    meaning: 'A deposit or policy entry is for another server or site.',
    user: 'Tell the operator.',
    operator: 'The name of the key server must be the same in its and the gateway configuration.',
  },
  KEYSERVER_SHARE_CONFLICT: {
    disposition: 'permanent',
    meaning: 'Another share of this key is stored already; shares are never overwritten.',
    user: 'Tell the operator.',
    operator: 'A producer repeated a deposit with a key id in use: report it.',
  },
  KEYSERVER_KEY_DESTROYED: {
    disposition: 'permanent',
    meaning: 'The key was destroyed and is refused for ever.',
    user: 'Tell the operator.',
    operator: 'Nothing to do: a withdrawn file must not come back.',
  },
  KEYSERVER_FEED_GAP: {
    disposition: 'transient',
    meaning:
      'Entries of the policy feed are missing before this one; the answer says from where on.',
    user: 'Nothing to do; the gateway sends them.',
    operator: 'Nothing to do, unless it stays.',
  },
  KEYSERVER_FEED_FORK: {
    disposition: 'permanent',
    meaning: 'The entry does not continue the history that is stored here.',
    user: 'Nothing to do.',
    operator: 'Two gateways write one feed, or the database of one was restored from a backup.',
  },
  KEYSERVER_HEARTBEAT_STALE: {
    disposition: 'transient',
    meaning: 'A heartbeat is older than the lease or lies in the future; it renews nothing.',
    user: 'Nothing to do.',
    operator: 'Synchronise the clocks of the gateway and the key server.',
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
    operator: 'Keep the key. Remove it by hand only for a server that holds no shares.',
  },
  KEYSERVER_MASTER_KEY_INVALID: {
    disposition: 'permanent',
    meaning:
      'The master key is absent, readable by others, damaged, or not the one of this database.',
    user: 'Nothing to do.',
    operator:
      'Restore the file that belongs to the database, mode 0600; or initialise a new server.',
  },
  KEYSERVER_STORE_DAMAGED: {
    disposition: 'permanent',
    meaning: 'A stored share or audit record is not as it was written.',
    user: 'Tell the operator.',
    operator: 'Stop the server, keep its files as evidence, and restore a backup.',
  },
  KEYSERVER_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'The database of the server cannot do this now.',
    user: 'Try again later.',
    operator: 'Look at the log: disk full, or another process holds the database.',
  },
  KEYSERVER_INTERNAL: {
    disposition: 'permanent',
    meaning: 'A fault of the server itself.',
    user: 'Tell the operator.',
    operator: 'Report it with the log.',
  },
});

export type KeyserverErrorCode = keyof typeof keyserverErrors.rows;
