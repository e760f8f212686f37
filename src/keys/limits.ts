import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the key share protocol, the same for clients and servers. */
export const keysLimits = defineLimits('keys', {
  keysPerRequestMax: {
    value: 500,
    unit: 'count',
    reason: 'One request is one transaction of a server: some 10 ms, and below 1 MiB.',
  },
  keysPerOwnerMax: {
    value: 10_000,
    unit: 'count',
    reason: 'Keys of own files that one user may have: one for each project, or for each file.',
  },
  ownKeysPerRequestMax: {
    value: 10,
    unit: 'count',
    reason: 'Of them deposited by one request, which is not signed and is parsed whole.',
  },
  keysPerFetchMax: {
    value: 20_000,
    unit: 'count',
    reason: 'One fetch of a client; a series has at most that many instances.',
  },
  answerSizeMax: {
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    reason: 'An answer of 500 records is below 2 MiB; more is not an answer of ours.',
  },
  depositSizeMax: {
    value: 2 * 1024 * 1024,
    unit: 'bytes',
    reason: 'A signed deposit of 500 records.',
  },
  feedEntrySizeMax: {
    value: 1024 * 1024,
    unit: 'bytes',
    reason: 'One signed entry of the policy feed: changes up to 512 KiB, or the largest policy.',
  },
  feedChangesSizeMax: {
    value: 512 * 1024,
    unit: 'bytes',
    reason: 'Changes beyond this go into another entry; the largest policy has 430 KiB.',
  },
  feedMessageSizeMax: {
    value: 3 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Entries beyond this go into another message; both sides read 4 MiB.',
  },
  feedEntriesPerRequestMax: {
    value: 64,
    unit: 'count',
    reason: 'One request is one transaction of a server.',
  },
  changesPerEntryMax: { value: 500, unit: 'count', reason: 'One entry is applied as one.' },
  entriesPerPolicyMax: {
    value: 200,
    unit: 'count',
    reason: 'A policy is evaluated for each key; groups stand for many people.',
  },
  serversMax: {
    value: 13,
    unit: 'count',
    reason: 'n: every one more is one more share to keep, and one more party to talk to.',
  },
  thresholdMax: {
    value: 7,
    unit: 'count',
    reason: 'k: a read asks so many at once. Of 13, six may be lost, and six know nothing.',
  },
  originalServersMax: {
    value: 64,
    unit: 'count',
    reason: 'Key servers of the original system; its federations had up to five.',
  },
  originalWordsMax: {
    value: 64,
    unit: 'count',
    reason: 'Of 16 bits in a key of the original system: 1024 bits; its ciphers took up to 448.',
  },
  subsetsTriedMax: {
    value: 1_716,
    unit: 'count',
    reason: 'Choices of shares tried for one key when some do not agree: all of 7 of 13.',
  },
  upkeepStatementSizeMax: {
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    reason: 'What one server says to another of the keys of one order.',
  },
  upkeepSharesPerOrderMax: {
    value: 1_500,
    unit: 'count',
    reason: 'Keys of one order by servers that hold them: 500 of three. Both sides read 5 MiB.',
  },
  runsPerCommitMax: {
    value: 10,
    unit: 'count',
    reason: 'Orders of a refresh that one entry of the feed commits: 5,000 keys of three servers.',
  },
  runsUndecidedMax: {
    value: 100,
    unit: 'count',
    reason: 'Runs that a server keeps until the feed decides: a gateway commits ten at a time.',
  },
  upkeepFirstMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'After the start, when the gateway first looks for shares that a key server missed.',
  },
  upkeepIntervalMs: {
    value: 3_600_000,
    unit: 'ms',
    reason: 'How often it looks again: every key of every server is listed.',
  },
  keysListedMax: {
    value: 1_000,
    unit: 'count',
    reason:
      'Keys in one page of what a server holds: each share is unwrapped to see that it is whole.',
  },
  requestTimeoutMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'A server that takes longer counts as down.',
  },
  hedgeDelayMs: {
    value: 150,
    unit: 'ms',
    reason: 'A spare server is asked when the first ones take longer than a healthy one does.',
  },
  depositGraceMs: {
    value: 1_000,
    unit: 'ms',
    reason: 'After enough servers have stored, how long a recall waits for the others.',
  },
  requestsPerServerMax: {
    value: 4,
    unit: 'count',
    reason: 'Requests of one fetch under way at one server.',
  },
  leaseMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'How long a key server answers without a sign that it knows the newest policies.',
  },
  catchUpGraceMs: {
    value: 5_000,
    unit: 'ms',
    reason:
      'How long a start waits for all key servers when enough of them have said what they hold.',
  },
  catchUpPauseMs: {
    value: 500,
    unit: 'ms',
    reason: 'Until a key server that did not answer at the start is asked again.',
  },
  recordEndsMax: {
    value: 1024,
    unit: 'count',
    reason: 'Ends of our audit record that we signed and need not look for: hours of heartbeats.',
  },
  confirmsWantedMax: {
    value: 1024,
    unit: 'count',
    reason:
      'Entries on which the word of one server is waited for; the oldest is waited for no more.',
  },
  heartbeatsKeptMax: {
    value: 4096,
    unit: 'count',
    reason: 'One for each policy change of the last minutes; a lease is a minute.',
  },
});
