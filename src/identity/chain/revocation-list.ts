import { type KeyObject, verify } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { CertificateList } from '@peculiar/asn1-x509';
import { toHex } from '../../lib/bytes/bytes.ts';
import { type DistinguishedName, decodeName } from '../distinguished-name.ts';
import type { Certificate } from './certificate.ts';

/** A complete list of revoked certificates of one authority. @standard RFC 5280 §5.1 */
export interface RevocationList {
  readonly issuer: DistinguishedName;
  readonly thisUpdateMs: number;
  /** Infinity when the list does not say. */
  readonly nextUpdateMs: number;
  /** Serial numbers in hexadecimal. */
  readonly revoked: ReadonlySet<string>;
  /** Whether `authority`'s key signed it. */
  isSignedBy(authority: Certificate): boolean;
}

/** Digests by signature algorithm; null where the algorithm brings its own. */
const digests: ReadonlyMap<string, string | null> = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.3.101.112', null],
  ['1.3.101.113', null],
]);

/**
 * Decode a DER CRL; undefined when it cannot be read or is not a complete list of its issuer (a
 * critical extension: delta, indirect, partitioned by reason).
 */
export function decodeRevocationList(der: Uint8Array): RevocationList | undefined {
  try {
    return decode(der);
  } catch {
    return undefined;
  }
}

function decode(der: Uint8Array): RevocationList | undefined {
  const schema = AsnConvert.parse(der, CertificateList);
  const list = schema.tbsCertList;
  const issuer = decodeName(list.issuer);
  const digest = digests.get(schema.signatureAlgorithm.algorithm);
  const signed = schema.tbsCertListRaw;
  const partial =
    list.crlExtensions?.some((extension) => extension.critical) === true ||
    list.revokedCertificates?.some((entry) =>
      entry.crlEntryExtensions?.some((extension) => extension.critical),
    ) === true;
  if (issuer === undefined || digest === undefined || signed === undefined || partial) {
    return undefined;
  }
  const revoked = new Set<string>();
  for (const { userCertificate } of list.revokedCertificates ?? []) {
    revoked.add(toHex(new Uint8Array(userCertificate)));
  }
  const check = (key: KeyObject): boolean =>
    verify(digest, new Uint8Array(signed), key, new Uint8Array(schema.signature));
  return {
    issuer,
    thisUpdateMs: list.thisUpdate.getTime().getTime(),
    nextUpdateMs: list.nextUpdate?.getTime().getTime() ?? Number.POSITIVE_INFINITY,
    revoked,
    isSignedBy: rememberPerAuthority(check),
  };
}

/** A list is checked once per authority, not once per client. */
function rememberPerAuthority(check: (key: KeyObject) => boolean) {
  const known = new WeakMap<Certificate, boolean>();
  return (authority: Certificate): boolean => {
    let answer = known.get(authority);
    if (answer === undefined) {
      try {
        answer = check(authority.publicKey);
      } catch {
        answer = false;
      }
      known.set(authority, answer);
    }
    return answer;
  };
}
