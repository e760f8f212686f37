import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of a key server. */
export const keyserverLimits = defineLimits('keyserver', {
  bodySizeMax: {
    value: 5 * 1024 * 1024,
    unit: 'bytes',
    reason: 'A deposit of 500 records is below 2 MiB, 64 small policy entries below 5 MiB.',
  },
  sharesBodySizeMax: {
    value: 256 * 1024,
    unit: 'bytes',
    reason: '500 key ids with what they are of; refused before anything is looked up.',
  },
  ticketBodySizeMax: {
    value: 4 * 1024,
    unit: 'bytes',
    reason: 'One public key of an elliptic curve and a number.',
  },
  ticketCharactersMax: {
    value: 24 * 1024,
    unit: 'count',
    reason: 'A ticket names the groups of a token, which has 16,384 characters at most.',
  },
  ticketLifetimeSecondsMax: {
    value: 12 * 3600,
    unit: 's',
    reason: 'A job of a night; a stolen job folder opens nothing afterwards.',
  },
  ticketsBurst: {
    value: 20,
    unit: 'count',
    reason: 'Tickets a caller may have at once: one for each job that he starts.',
  },
  ticketsPerSecond: {
    value: 1,
    unit: 'count',
    reason: 'The same in the long run; each is a record of the audit.',
  },
  jsonMarksMax: {
    value: 6_144,
    unit: 'count',
    reason: 'Quotes, commas and brackets of a body before it is parsed; 500 keys take 5,505.',
  },
  strangerBodySizeMax: {
    value: 64 * 1024,
    unit: 'bytes',
    reason: 'Read at any time of a connection that showed no enrolled signature yet: one deposit.',
  },
  strangerBodiesMax: {
    value: 16,
    unit: 'count',
    reason: 'Larger ones of such connections read at a time: 80 MiB; a gateway sends one.',
  },
  strangerBodiesPerAddressMax: {
    value: 4,
    unit: 'count',
    reason: 'The same of one address, so that four addresses are needed to keep a gateway waiting.',
  },
  retryAfterSeconds: {
    value: 5,
    unit: 's',
    reason: 'When to come back after a rate limit or a lapsed lease; a gateway beats every 20 s.',
  },
  keysBurst: {
    value: 20_000,
    unit: 'count',
    reason: 'Shares a caller may have at once: the keys of one very large series.',
  },
  keysPerSecond: {
    value: 200,
    unit: 'count',
    reason: 'Shares a caller may have in the long run; harvesting a whole archive takes days.',
  },
  requestsBurst: {
    value: 500,
    unit: 'count',
    reason:
      'Requests at once of one signer (deposits, policy entries), or for the state of one address.',
  },
  requestsPerSecond: {
    value: 100,
    unit: 'count',
    reason: 'The same in the long run; each costs a signature check.',
  },
  strangerRequestsBurst: {
    value: 256,
    unit: 'count',
    reason:
      'Requests of one address on connections that showed no enrolled signature yet, one for each ' +
      '64 KiB: the first of each connection of a gateway.',
  },
  strangerRequestsPerSecond: {
    value: 16,
    unit: 'count',
    reason: 'The same in the long run: 1 MiB a second to read, of which nothing may be left.',
  },
  auditEndRecords: {
    value: 1_000,
    unit: 'count',
    reason: 'Newest audit records that are checked before a start; the others beside the service.',
  },
  auditPageRecords: {
    value: 100,
    unit: 'count',
    reason: 'Audit records read at a time while all are checked: a millisecond.',
  },
  callersTracked: {
    value: 10_000,
    unit: 'count',
    reason: 'Callers whose rate is remembered; the one that asked longest ago is forgotten first.',
  },
  sharesErasedAtOnce: {
    value: 500,
    unit: 'count',
    reason: 'Destroyed shares that one statement erases: some 10 ms, overwritten page by page.',
  },
  readAgeMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'How far off the time of a signed request for entries may be: as the lease.',
  },
  orderAgeMs: {
    value: 600_000,
    unit: 'ms',
    reason: 'How old an order of the gateway may be: all its steps, at 13 servers, take seconds.',
  },
  clockSkewMs: {
    value: 5_000,
    unit: 'ms',
    reason: 'How far ahead a gateway clock may be; lengthens the lease by as much at most.',
  },
});
