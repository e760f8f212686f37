import type { Certificate } from './certificate.ts';

/** Signature algorithms accepted on anything but a root: SHA-2 with RSA or ECDSA, and EdDSA. */
const signatureAlgorithms: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
  '1.3.101.113',
]);

const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Whether the signature algorithm of `certificate` is still worth something. */
export function hasStrongSignature(certificate: Certificate): boolean {
  return signatureAlgorithms.has(certificate.signatureAlgorithm);
}

/** Whether the key is strong, and not so big that checking with it is an attack. */
export function hasSoundKey(certificate: Certificate): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  switch (asymmetricKeyType) {
    case 'rsa': {
      const bits = asymmetricKeyDetails?.modulusLength ?? 0;
      return bits >= 2048 && bits <= 8192;
    }
    case 'ec':
      return curves.has(asymmetricKeyDetails?.namedCurve ?? '');
    case 'ed25519':
    case 'ed448':
      return true;
    default:
      return false;
  }
}
