import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds on what a caller may show and on how long an answer is kept. */
export const identityLimits = defineLimits('identity', {
  chainLengthMax: {
    value: 10,
    unit: 'count',
    reason: 'certificates a client may send; grid chains have 1 to 5',
  },
  certificateBytesMax: {
    value: 65_536,
    unit: 'bytes',
    reason: 'one certificate; proxies with VOMS attributes stay below 16 KiB',
  },
  authoritiesDeepMax: {
    value: 6,
    unit: 'count',
    reason: 'authorities above a certificate; grid hierarchies have at most 3',
  },
  signatureChecksMax: {
    value: 24,
    unit: 'count',
    reason: 'signature checks a chain may cost, so that a maze of issuers ends',
  },
  outcomeCacheMax: {
    value: 10_000,
    unit: 'count',
    reason: 'accepted chains remembered; one client opens several connections per command',
  },
  outcomeCacheMs: {
    value: 600_000,
    unit: 'ms',
    reason: 'an accepted chain is looked at again after this, so that a new CRL takes effect',
  },
  trustReloadMs: {
    value: 600_000,
    unit: 'ms',
    reason: 'trust directory is read again; fetch-crl runs every few hours',
  },
  trustFileBytesMax: {
    value: 16_777_216,
    unit: 'bytes',
    reason: 'largest file read from a trust directory; the biggest CRLs have a few MiB',
  },
  tokenCharactersMax: {
    value: 16_384,
    unit: 'count',
    reason: 'a bearer token; tokens with many groups stay below 8 KiB',
  },
  tokenLifetimeSeconds: {
    value: 86_400,
    unit: 's',
    reason:
      'longest life of a token of an issuer for which none is set; a stolen one ends by itself',
  },
  clockSkewSeconds: {
    value: 60,
    unit: 's',
    reason: 'difference of clocks forgiven between issuer and us',
  },
  proofCharactersMax: {
    value: 4_096,
    unit: 'count',
    reason: 'a proof (DPoP): one public key, of RSA at most, and six claims',
  },
  proofAgeSecondsMax: {
    value: 60,
    unit: 's',
    reason: 'from when a proof was made to when it is shown, and difference of clocks either way',
  },
  proofsPerCallerMax: {
    value: 10_000,
    unit: 'count',
    reason: 'proofs of one caller remembered for two minutes; a request for 500 keys takes one',
  },
  proofsMax: {
    value: 200_000,
    unit: 'count',
    reason: 'the same of all callers: some 30 MB',
  },
  groupsMax: {
    value: 256,
    unit: 'count',
    reason: 'groups in a token; each is compared with policy entries',
  },
  groupCharactersMax: { value: 256, unit: 'count', reason: 'one group name' },
  subjectCharactersMax: { value: 512, unit: 'count', reason: 'one subject, in every audit record' },
  keySetReloadMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'a key set file is read again at most this often',
  },
});

export type IdentityLimits = typeof identityLimits;
