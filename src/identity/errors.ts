import { defineErrors } from '../lib/errors/error-table.ts';

const newCredential = 'Use a current credential of an authority or issuer that this site lists.';
const noFault = 'Nothing to do, unless it comes from a known good client.';

/**
 * Why a credential was not accepted, and why trust could not be loaded. A refusal is an ordinary
 * answer, so it travels as a value (`Refusal`); only the failures to load trust are thrown.
 */
export const identityErrors = defineErrors('identity', {
  IDENTITY_CHAIN_MALFORMED: {
    disposition: 'permanent',
    meaning: 'A certificate of the chain cannot be read, or the chain is too long.',
    user: newCredential,
    operator: noFault,
  },
  IDENTITY_PROXY_UNSUPPORTED: {
    disposition: 'permanent',
    meaning: 'The client showed a proxy certificate; only plain certificates are accepted.',
    user: 'Set X509_USER_CERT and X509_USER_KEY, and unset X509_USER_PROXY.',
    operator: 'Nothing to do: this version takes no proxies.',
  },
  IDENTITY_ISSUER_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'No installed authority signed the certificate.',
    user: newCredential,
    operator: 'Install the authority in the trust directory if it should be trusted.',
  },
  IDENTITY_SIGNATURE_INVALID: {
    disposition: 'permanent',
    meaning: 'A signature in the chain does not verify, or its algorithm or key is too weak.',
    user: newCredential,
    operator: noFault,
  },
  IDENTITY_EXPIRED: {
    disposition: 'permanent',
    meaning: 'A certificate or token is used outside its time of validity.',
    user: 'Renew the credential; check the clock of your machine.',
    operator: 'Check the clock of this machine.',
  },
  IDENTITY_NOT_AN_AUTHORITY: {
    disposition: 'permanent',
    meaning: 'A certificate was issued by one that may not issue certificates, or not so deep.',
    user: newCredential,
    operator: noFault,
  },
  IDENTITY_NOT_END_ENTITY: {
    disposition: 'permanent',
    meaning: 'The certificate is that of an authority, or is not meant for a TLS client.',
    user: 'Use your personal certificate.',
    operator: noFault,
  },
  IDENTITY_EXTENSION_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'A certificate carries a critical extension that is not understood here.',
    user: 'Ask your authority for a certificate without it.',
    operator: 'Report which extension it is.',
  },
  IDENTITY_NAMESPACE_VIOLATION: {
    disposition: 'permanent',
    meaning:
      'The signing policy of the authority does not allow this subject, or is not installed.',
    user: newCredential,
    operator: 'Install <hash>.signing_policy or <hash>.namespaces beside the authority.',
  },
  IDENTITY_REVOKED: {
    disposition: 'permanent',
    meaning: 'The authority revoked a certificate of the chain.',
    user: 'Ask your authority for a new certificate.',
    operator: noFault,
  },
  IDENTITY_CRL_UNUSABLE: {
    disposition: 'transient',
    meaning: 'The installed revocation list of an authority is expired, unreadable or forged.',
    user: 'Try again later; tell the site.',
    operator: 'Run fetch-crl, or remove the list if the authority publishes none.',
  },
  IDENTITY_NAME_UNUSABLE: {
    disposition: 'permanent',
    meaning: 'The subject is empty, or has no unambiguous written form.',
    user: 'Ask your authority for a certificate with a plain subject.',
    operator: noFault,
  },
  IDENTITY_SCHEME_UNSUPPORTED: {
    disposition: 'permanent',
    meaning: 'The Authorization header holds no bearer token.',
    user: 'Send `Authorization: Bearer <token>`, in a browser the token as password, or no such header and a client certificate.',
    operator: noFault,
  },
  IDENTITY_TOKEN_MALFORMED: {
    disposition: 'permanent',
    meaning:
      'The bearer token is not a signed JWT of an accepted type, or its claims are unusable.',
    user: 'Get a new token from your issuer.',
    operator: noFault,
  },
  IDENTITY_TOKEN_ISSUER_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'No issuer of that name is configured.',
    user: newCredential,
    operator: 'Add the issuer to the configuration if it should be trusted.',
  },
  IDENTITY_TOKEN_AUDIENCE: {
    disposition: 'permanent',
    meaning: 'The token was made for somebody else.',
    user: 'Ask your issuer for a token whose audience is this service.',
    operator: 'Compare the configured audience with what clients ask for.',
  },
  IDENTITY_TOKEN_SIGNATURE: {
    disposition: 'permanent',
    meaning: 'The signature of the token does not verify with a key and algorithm of its issuer.',
    user: 'Get a new token from your issuer.',
    operator: 'Refresh the key set of the issuer if it changed its keys.',
  },
  IDENTITY_TRUST_UNREADABLE: {
    disposition: 'permanent',
    meaning: 'A trust directory or key set cannot be read, or holds nothing usable.',
    user: 'Nothing to do.',
    operator: 'Correct the path, its permissions or its content.',
  },
});

/** A code of the identity table. */
export type IdentityCode = keyof typeof identityErrors.rows;
