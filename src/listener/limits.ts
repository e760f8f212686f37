import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of a listener: who is not known yet, who is, and one request of either. */
export const listenerLimits = defineLimits('listener', {
  turnsPerAddressMax: {
    value: 32,
    unit: 'count',
    reason: 'connections of one address served before anybody on them is known; others wait',
  },
  waitingPerAddressMax: {
    value: 512,
    unit: 'count',
    reason: 'unread connections of one address: a cluster starts some hundred jobs in one second',
  },
  turnsMax: {
    value: 1_024,
    unit: 'count',
    reason: 'the same over all addresses; each costs a handshake and up to 100 KiB',
  },
  cutAfterMs: {
    value: 5_000,
    unit: 'ms',
    reason:
      'until a connection without room to wait is closed; who comes back at once does it less',
  },
  cutHeldMax: {
    value: 4_096,
    unit: 'count',
    reason: 'connections held for that time, each a descriptor; what is more is closed at once',
  },
  cutLogEveryMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'how often the log says that connections found no room to wait; a flood logs no flood',
  },
  waitingMax: {
    value: 4_096,
    unit: 'count',
    reason: 'the same over all addresses; each costs a descriptor. Who has most waiting loses one',
  },
  strangersBurst: {
    value: 64,
    unit: 'count',
    reason:
      'turns and further requests of the strangers of one address at once; of who proves who he is none count',
  },
  strangersPerSecond: {
    value: 16,
    unit: 'count',
    reason: 'the same in the long run; what is more waits. Each costs up to 2 ms',
  },
  networksTrackedMax: {
    value: 16_384,
    unit: 'count',
    reason: 'addresses whose pace is remembered; who came longest ago is forgotten first',
  },
  beginsPerRoundMax: {
    value: 1,
    unit: 'count',
    reason:
      'handshakes and further requests that begin in one round of the event loop; each is some ms',
  },
  turnMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'TLS handshake and first request together; a slow line needs 2 s',
  },
  connectionsPerCallerMax: {
    value: 512,
    unit: 'count',
    reason: 'connections of one known caller; a cluster runs some hundred jobs as one user',
  },
  callerConnectionsMax: {
    value: 4_096,
    unit: 'count',
    reason: 'connections of all known callers; each costs a descriptor and up to 100 KiB',
  },
  busyRetryAfterSeconds: {
    value: 5,
    unit: 's',
    reason: 'when a caller with too many connections may try again',
  },
  requestTurnsPerCallerMax: {
    value: 32,
    unit: 'count',
    reason: 'requests of one caller worked on at a time; his others wait, those of others do not',
  },
  requestTurnMs: {
    value: 50,
    unit: 'ms',
    reason: 'a request that takes longer waits for something and keeps no other back',
  },
  backlogMax: {
    value: 1_024,
    unit: 'count',
    reason: 'connections that the kernel keeps until they are accepted',
  },
  delegationByteMs: {
    value: 2_000,
    unit: 'ms',
    reason: 'how long a lone `D` may still become an HTTP method; a GSI client waits after it',
  },
  headersMs: { value: 20_000, unit: 'ms', reason: 'until the header of a request is complete' },
  requestMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'until a request with its body is complete; bodies are at most 5 MiB',
  },
  checkIntervalMs: { value: 5_000, unit: 'ms', reason: 'how often the two before are looked at' },
  keepAliveMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'idle time between requests; one SRM command polls every 5 s on one connection',
  },
  stallMs: {
    value: 300_000,
    unit: 'ms',
    reason: 'no byte in either direction; longer than a cold read waits for its first byte',
  },
  headerBytesMax: {
    value: 32_768,
    unit: 'bytes',
    reason: 'header of a request; the largest part is a token of up to 16 KiB',
  },
  pipelinedBytesMax: {
    value: 262_144,
    unit: 'bytes',
    reason: 'read of a connection beyond the request that is being answered; usually one packet',
  },
  requestsPerConnectionMax: {
    value: 10_000,
    unit: 'count',
    reason: 'then the connection is renewed, so that load spreads and nothing grows for ever',
  },
  drainMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'requests under way at shutdown may end in this time, then they are cut',
  },
});

export type ListenerLimits = typeof listenerLimits;
