import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of one association and of the listener. */
export const dimseLimits = defineLimits('dimse', {
  pduLengthMax: {
    value: 131_072,
    unit: 'bytes',
    reason: 'Announced to the peer and the longest P-DATA-TF accepted; longer gains nothing.',
  },
  peerPduLengthMin: {
    value: 256,
    unit: 'bytes',
    reason: 'A peer that accepts less would make us send mostly headers.',
  },
  associateLengthMax: {
    value: 1_048_576,
    unit: 'bytes',
    reason: 'All variable items of one A-ASSOCIATE; 128 contexts of 30 syntaxes need a quarter.',
  },
  unknownPduLengthMax: {
    value: 4096,
    unit: 'bytes',
    reason: 'A PDU of unknown type is gathered only to be reported, then the association aborts.',
  },
  commandLengthMax: {
    value: 65_536,
    unit: 'bytes',
    reason: 'A real command set has a few hundred bytes.',
  },
  identifierLengthMax: {
    value: 1_048_576,
    unit: 'bytes',
    reason: 'A query or a query answer is held in memory; a list of 10,000 UIDs fits.',
  },
  receiveBufferSize: {
    value: 262_144,
    unit: 'bytes',
    reason: 'One reused buffer per association; 64 to 512 KiB are equally fast.',
  },
  connectMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'A reachable host answers a TCP and TLS handshake in far less.',
  },
  artimMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'ARTIM: an association request or the close of a connection must come within it.',
  },
  associateMs: {
    value: 30_000,
    unit: 'ms',
    reason: 'How long a requestor waits for the answer to A-ASSOCIATE-RQ and A-RELEASE-RQ.',
  },
  responseMs: {
    value: 60_000,
    unit: 'ms',
    reason:
      'How long a peer may be silent while it owes something; a slow archive needs tens of s.',
  },
  idleMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'An accepted association without traffic is aborted, so that it holds no slot.',
  },
  pduMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'A PDU that has begun must end within it: a peer cannot drip single bytes.',
  },
  sendMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'A peer that does not read what we send must not hold an association for ever.',
  },
  cancelMs: {
    value: 5000,
    unit: 'ms',
    reason: 'After C-CANCEL the peer has this long to end the operation; then A-ABORT.',
  },
  requestsOwedMax: {
    value: 8,
    unit: 'count',
    reason: 'Requests of a peer not yet answered; asynchronous operations are never negotiated.',
  },
  associationsMax: {
    value: 64,
    unit: 'count',
    reason: 'Accepted, per listener; beyond it an association is rejected as transient.',
  },
  associationsPerPeerMax: {
    value: 16,
    unit: 'count',
    reason: 'Per remote address, so that one peer cannot take every slot.',
  },
  halfKnownPerAddressMax: {
    value: 32,
    unit: 'count',
    reason:
      'Connections from one address (IPv6: one /64) read before an association is accepted on them.',
  },
  strangersMax: {
    value: 64,
    unit: 'count',
    reason:
      'Connections from all addresses that no list names, read at a time: they get a rejection.',
  },
  connectionsWaitingMax: {
    value: 512,
    unit: 'count',
    reason:
      'Connections that wait unread for their turn, of strangers and of others; more are closed.',
  },
  strangersBurst: {
    value: 64,
    unit: 'count',
    reason:
      'Connections of the strangers of one address begun at once; who is expected has no pace.',
  },
  strangersPerSecond: {
    value: 16,
    unit: 'count',
    reason: 'The same in the long run; the others wait. Each costs a rejection, up to 1 ms.',
  },
  networksTrackedMax: {
    value: 4_096,
    unit: 'count',
    reason: 'Addresses whose pace is remembered; who came longest ago is forgotten first.',
  },
  cutAfterMs: {
    value: 5_000,
    unit: 'ms',
    reason:
      'Until a connection without room to wait is closed; who comes back at once does it less.',
  },
  cutHeldMax: {
    value: 1_024,
    unit: 'count',
    reason: 'Connections held for that time, each a descriptor; what is more is closed at once.',
  },
  refusalPeriodMs: {
    value: 60_000,
    unit: 'ms',
    reason:
      'Refusals of one address for one reason are one line of the log each, with their number.',
  },
  refusalsHeldMax: {
    value: 256,
    unit: 'count',
    reason: 'Addresses whose refusals are counted apart; those of more are counted together.',
  },
  presentationContextsMax: {
    value: 128,
    unit: 'count',
    reason: 'Presentation context ids are the odd numbers from 1 to 255.',
  },
  transferSyntaxesMax: {
    value: 128,
    unit: 'count',
    reason: 'Of one presentation context; the standard defines some 60, private ones are rare.',
  },
  userItemsMax: {
    value: 1_024,
    unit: 'count',
    reason: 'User information of an association: a role and a negotiation per context, some more.',
  },
});

/** The values of `dimseLimits`; tests narrow them. */
export type DimseLimits = typeof dimseLimits;
