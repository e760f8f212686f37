import { defineErrors } from '../lib/errors/error-table.ts';

const otherAuthority =
  'Use a certificate of an authority that the site trusts; its operator can say which those are.';
const newToken =
  'Get a new token from your issuer; if that is refused too, show its operator this.';
const logged =
  'Nothing to do, unless it comes from a known good client: `identity.refused` in the log says why.';

/**
 * Why a credential was not accepted, and why trust could not be loaded. A refusal is an ordinary
 * answer, so it travels as a value (`Refusal`); only the failures to load trust are thrown.
 */
export const identityErrors = defineErrors('identity', {
  IDENTITY_CHAIN_MALFORMED: {
    disposition: 'permanent',
    meaning: 'A certificate of the chain cannot be read, or the chain is too long.',
    user: 'Check that the certificate file is PEM, your own certificate first; get it anew from your authority if it is.',
    operator: logged,
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
    user: otherAuthority,
    operator:
      'Install the authority and its signing policy in `trustDirectory`, if it should be trusted; it is read again by itself.',
  },
  IDENTITY_SIGNATURE_INVALID: {
    disposition: 'permanent',
    meaning: 'A signature in the chain does not verify, or its algorithm or key is too weak.',
    user: 'Get a new certificate from your authority: with an RSA key of 2048 bits or more, or an elliptic curve, signed with SHA-256 or better.',
    operator: logged,
  },
  IDENTITY_EXPIRED: {
    disposition: 'permanent',
    meaning: 'A certificate or token is used outside its time of validity.',
    user: 'Renew the credential. If it is not over: the clocks of who issued it and of the site differ; tell the site operator.',
    operator: 'Compare the clock of this machine with a time server.',
  },
  IDENTITY_NOT_AN_AUTHORITY: {
    disposition: 'permanent',
    meaning: 'A certificate was issued by one that may not issue certificates, or not so deep.',
    user: otherAuthority,
    operator: logged,
  },
  IDENTITY_NOT_END_ENTITY: {
    disposition: 'permanent',
    meaning: 'The certificate is that of an authority, or is not meant for a TLS client.',
    user: 'Use a personal certificate that is meant for TLS clients (digitalSignature, clientAuth).',
    operator: logged,
  },
  IDENTITY_EXTENSION_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'A certificate carries a critical extension that is not understood here.',
    user: 'Ask your authority for a certificate without it.',
    operator:
      '`identity.refused` in the log names the extension; this version cannot be taught it.',
  },
  IDENTITY_NAMESPACE_VIOLATION: {
    disposition: 'permanent',
    meaning:
      'The signing policy of the authority does not allow this subject, or is not installed.',
    user: 'Ask the site operator: the site has no rule of your authority that allows your name.',
    operator:
      'Install <hash>.signing_policy or <hash>.namespaces beside the authority in `trustDirectory`, as its distribution has it.',
  },
  IDENTITY_REVOKED: {
    disposition: 'permanent',
    meaning: 'The authority revoked a certificate of the chain.',
    user: 'Ask your authority for a new certificate.',
    operator: logged,
  },
  IDENTITY_CRL_UNUSABLE: {
    disposition: 'transient',
    meaning: 'The installed revocation list of an authority is expired, unreadable or forged.',
    user: 'Tell the site operator: until the list is renewed nobody of this authority gets in.',
    operator:
      'Run fetch-crl on `trustDirectory`, or remove the list if the authority publishes none; it is read again by itself.',
  },
  IDENTITY_NAME_UNUSABLE: {
    disposition: 'permanent',
    meaning: 'The subject is empty, or has no unambiguous written form.',
    user: 'Ask your authority for a certificate with a plain subject.',
    operator: logged,
  },
  IDENTITY_SCHEME_UNSUPPORTED: {
    disposition: 'permanent',
    meaning: 'The Authorization header holds no bearer token.',
    user: 'Send `Authorization: Bearer <token>`, in a browser the token as password, or no such header and a client certificate.',
    operator: logged,
  },
  IDENTITY_TOKEN_MALFORMED: {
    disposition: 'permanent',
    meaning:
      'The bearer token is not a signed JWT of an accepted type, or its claims are unusable.',
    user: newToken,
    operator: logged,
  },
  IDENTITY_TOKEN_ISSUER_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'The issuer that the token names is not configured here.',
    user: 'Get a token from an issuer that the site trusts; its operator can say which those are.',
    operator:
      'Add the issuer under `issuers` and start the service again, if it should be trusted.',
  },
  IDENTITY_TOKEN_AUDIENCE: {
    disposition: 'permanent',
    meaning: 'The token was made for somebody else.',
    user: 'Ask your issuer for a token with the audience that the explanation names.',
    operator: 'Compare `issuers[].audience` with what clients ask for.',
  },
  IDENTITY_TOKEN_SIGNATURE: {
    disposition: 'permanent',
    meaning: 'The signature of the token does not verify with a key and algorithm of its issuer.',
    user: newToken,
    operator:
      'Fetch the key set of the issuer anew into the file of `issuers[].jwks`, if it changed its keys (read again within a minute), and compare `issuers[].algorithms`.',
  },
  IDENTITY_TOKEN_SHARED: {
    disposition: 'permanent',
    meaning: 'The token is one that other parties accept too, and is not taken here.',
    user: 'Use a certificate, a ticket of this key server (`mdm ticket`), or a token whose only audience is this key server (docs/client.md).',
    operator: 'Nothing to do: docs/operating/key-custody.md says how users get such tokens.',
  },
  IDENTITY_TOKEN_LONG_LIVED: {
    disposition: 'permanent',
    meaning: 'The token lives longer than the site takes from its issuer.',
    user: 'Ask your issuer for a token of a shorter life; the explanation names the longest.',
    operator: 'Compare `issuers[].longestLifetimeHours` with what the issuer gives out.',
  },
  IDENTITY_TOKEN_BOUND: {
    disposition: 'permanent',
    meaning: 'The token is bound to a key or certificate (`cnf`), which was not proven.',
    user: 'Show it as it was made to be shown: with its certificate, or with a proof (`Authorization: DPoP`). Else get a token that is not bound.',
    operator:
      'Nothing to do, unless the explanation says that `publicUrl` is not configured: proofs are compared with it.',
  },
  IDENTITY_PROOF_INVALID: {
    disposition: 'permanent',
    meaning:
      'The proof beside a token (header `DPoP`) is absent, or not of this request, token and key.',
    user: 'Compare the address in your settings with what the site gave you; if it is the same, show its operator this.',
    operator:
      'Compare `publicUrl` with the address that clients use. Else nothing to do: somebody may show what is not his.',
  },
  IDENTITY_PROOF_STALE: {
    disposition: 'transient',
    meaning: 'The proof beside a token was not made just now, or before the service started.',
    user: 'Try again; if it stays, set the clock of your machine.',
    operator: 'Compare the clock of this machine with a time server.',
  },
  IDENTITY_PROOF_REPLAYED: {
    disposition: 'permanent',
    meaning: 'The proof beside a token was shown before.',
    user: 'Nothing to do, if it was not you: somebody showed it again. Else make a proof for each request.',
    operator: logged,
  },
  IDENTITY_PROOFS_TOO_MANY: {
    disposition: 'transient',
    meaning: 'A caller showed more proofs in two minutes than are remembered of one.',
    user: 'Ask for more keys at a time, and try again in two minutes.',
    operator: 'See docs/limits.md.',
  },
  IDENTITY_TRUST_UNREADABLE: {
    disposition: 'permanent',
    meaning: 'A trust directory or key set cannot be read, or holds nothing usable.',
    user: 'Nothing to do.',
    operator:
      'Correct the path in the configuration, its permissions or its content: hashed PEM files as of a grid distribution, or a JSON key set.',
  },
});

/** A code of the identity table. */
export type IdentityCode = keyof typeof identityErrors.rows;
