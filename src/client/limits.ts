import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the client. */
export const clientLimits = defineLimits('client', {
  connectionsMax: { value: 16, unit: 'count', reason: 'To one server, of one command.' },
  idleMs: {
    value: 120_000,
    unit: 'ms',
    reason: 'Longer than a server waits for a recall before it answers 503.',
  },
  jsonBytesMax: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    reason: 'The largest answer is a page of a listing: 1,000 entries of some KiB.',
  },
  proofWaitMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'A file is published once it is durable, which takes seconds for a large one.',
  },
  proofPauseMs: { value: 100, unit: 'ms', reason: 'Between two looks for a receipt.' },
  mismatchesMax: {
    value: 10,
    unit: 'count',
    reason: 'Receipts may be those of the version before, for a second; then the bytes are wrong.',
  },
  retryMax: {
    value: 60,
    unit: 'count',
    reason: 'A recall that takes longer than ten minutes is for `mdm status` to watch.',
  },
  retryAfterMaxSeconds: { value: 60, unit: 's', reason: 'A server must not put us to sleep.' },
  parallelDefault: {
    value: 4,
    unit: 'count',
    reason:
      'Files fetched at a time: enough to hide round trips; an archive gives one at a time anyway.',
  },
  parallelMax: { value: 16, unit: 'count', reason: 'Each has a connection to the gateway.' },
  stagedTogether: {
    value: 100,
    unit: 'count',
    reason:
      'Files asked for together: what one retrieve brings; the next hundred while these are read.',
  },
  listedAhead: {
    value: 10_000,
    unit: 'count',
    reason: 'Files known before their turn, so that the progress bar knows the end: some MiB.',
  },
  releaseMs: {
    value: 2_000,
    unit: 'ms',
    reason: 'Pins lapse by themselves; an interrupt is heard at once.',
  },
  stdinLineMax: {
    value: 65_536,
    unit: 'count',
    reason: 'Characters of a line of a list: what `mdm find --json` says of a series.',
  },
  keyFileBytesMax: { value: 4096, unit: 'bytes', reason: 'A public key file has 115.' },
  originalSharesBytesMax: {
    value: 32 * 1024,
    unit: 'bytes',
    reason: 'A list of shares of the original system: 64 of 1024 bits have 17 KiB.',
  },
  ticketRestMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'A ticket that ends sooner is not shown: the question would be late.',
  },
  ticketHoursDefault: { value: 12, unit: 'count', reason: 'The longest that a key server gives.' },
  provenSegmentsMax: {
    value: 1024,
    unit: 'count',
    reason: 'Digests that a reader of a part holds, 32 KiB: it asks again every 64 MiB.',
  },
  besideSegmentsMax: {
    value: 64,
    unit: 'count',
    reason: 'Nodes beside a part: two for each level of a tree of at most 2^20 segments.',
  },
  memoryFilesMax: {
    value: 500_000,
    unit: 'count',
    reason:
      'Files whose version is remembered, in some 60 MB; those left alone longest are forgotten.',
  },
  memoryUnwrittenMax: {
    value: 500,
    unit: 'count',
    reason: 'Files met and not written yet: a commit costs as much as some hundred of them.',
  },
  memoryWriteMs: {
    value: 1_000,
    unit: 'ms',
    reason: 'Until what was met is written: what a crash, and commands side by side, may miss.',
  },
  memoryBusyMs: {
    value: 5_000,
    unit: 'ms',
    reason: 'Other commands hold the memory for some ms each; who hangs must not hold all.',
  },
  pageEntries: { value: 1000, unit: 'count', reason: 'One page of a listing.' },
});
