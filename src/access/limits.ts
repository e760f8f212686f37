import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of the doors and of the listener in front of them. */
export const accessLimits = defineLimits('access', {
  connectionsMax: {
    value: 2048,
    unit: 'count',
    reason: 'connections of one listener; each costs a descriptor and up to 100 KiB',
  },
  connectionsPerAddressMax: {
    value: 512,
    unit: 'count',
    reason: 'connections of one address; a cluster behind one address runs some hundred jobs',
  },
  handshakeMs: { value: 10_000, unit: 'ms', reason: 'TLS handshake; a slow line needs 2 s' },
  firstByteMs: {
    value: 30_000,
    unit: 'ms',
    reason: 'from the handshake to the first byte; grid clients send it at once',
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
    reason: 'until a request with its body is complete; bodies are at most 1 MiB',
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
  soapBytesMax: {
    value: 1_048_576,
    unit: 'bytes',
    reason: 'body of an SRM call; 1000 site URLs take 200 KiB',
  },
  soapDepthMax: { value: 64, unit: 'count', reason: 'nesting of an SRM call; real ones have 8' },
  soapElementsMax: {
    value: 20_000,
    unit: 'count',
    reason: 'elements of an SRM call; 1000 files to prepare take 4000',
  },
  soapAttributesMax: { value: 64, unit: 'count', reason: 'attributes of one element' },
  surlsMax: { value: 1_000, unit: 'count', reason: 'files in one SRM call' },
  surlCharactersMax: { value: 4_096, unit: 'count', reason: 'one site URL' },
  lsEntriesMax: {
    value: 1_000,
    unit: 'count',
    reason: 'entries in one srmLs reply, then SRM_TOO_MANY_RESULTS; gfal pages by 1000',
  },
  lsCursorsMax: {
    value: 1_000,
    unit: 'count',
    reason: 'remembered positions of paged srmLs listings; without one a page costs a rescan',
  },
  srmRequestsMax: {
    value: 10_000,
    unit: 'count',
    reason: 'stage requests whose site URLs are remembered as the client spelt them',
  },
  pinLifetimeSeconds: {
    value: 3_600,
    unit: 's',
    reason: 'pin of srmPrepareToGet when the client names none',
  },
});

export type AccessLimits = typeof accessLimits;
