import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate as CertificateSchema,
  ExtendedKeyUsage,
  type Extension,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  KeyUsage,
  type KeyUsageType,
  Version,
} from '@peculiar/asn1-x509';
import { toHex } from '../../lib/bytes/bytes.ts';
import { type DistinguishedName, decodeName, sameName } from '../distinguished-name.ts';

/** A decoded certificate: what path validation looks at. @standard RFC 5280 §4.1 */
export interface Certificate {
  readonly sha256: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Hexadecimal, as in a CRL. */
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isVersion3: boolean;
  /** Dotted; inner and outer algorithm are equal. */
  readonly signatureAlgorithm: string;
  /** Dotted types of all extensions and of the critical ones. */
  readonly extensions: ReadonlySet<string>;
  readonly critical: ReadonlySet<string>;
  /** Undefined when the extension is absent; the same for the next two. */
  readonly constraints:
    | { readonly ca: boolean; readonly pathLength: number | undefined }
    | undefined;
  readonly keyUsage: ReadonlySet<KeyUsageType> | undefined;
  readonly extendedKeyUsage: ReadonlySet<string> | undefined;
  readonly publicKey: KeyObject;
  /** For signatures. */
  readonly x509: X509Certificate;
}

/** Decode a DER certificate; undefined when any part that matters cannot be read. */
export function decodeCertificate(der: Uint8Array): Certificate | undefined {
  try {
    return decode(der);
  } catch {
    return undefined;
  }
}

function decode(der: Uint8Array): Certificate | undefined {
  const x509 = new X509Certificate(der);
  const schema = AsnConvert.parse(der, CertificateSchema);
  const { tbsCertificate } = schema;
  const subject = decodeName(tbsCertificate.subject);
  const issuer = decodeName(tbsCertificate.issuer);
  if (subject === undefined || issuer === undefined) return undefined;
  const extensions = tbsCertificate.extensions ?? [];
  const byType = new Map(extensions.map((extension) => [extension.extnID, extension]));
  const signatureAlgorithm = tbsCertificate.signature.algorithm;
  // Two extensions of one type: which one counts would depend on who reads.
  if (byType.size !== extensions.length) return undefined;
  if (signatureAlgorithm !== schema.signatureAlgorithm.algorithm) return undefined;
  // Trailing bytes are not covered by the signature; a re-encoding would be another certificate.
  if (x509.raw.length !== der.length) return undefined;
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    subject,
    issuer,
    serial: toHex(new Uint8Array(tbsCertificate.serialNumber)),
    notBeforeMs: tbsCertificate.validity.notBefore.getTime().getTime(),
    notAfterMs: tbsCertificate.validity.notAfter.getTime().getTime(),
    isVersion3: tbsCertificate.version === Version.v3,
    signatureAlgorithm,
    extensions: new Set(byType.keys()),
    critical: new Set(extensions.filter((each) => each.critical).map((each) => each.extnID)),
    ...decodeUsage(byType),
    publicKey: x509.publicKey, // throws when it cannot be read
    x509,
  };
}

function decodeUsage(
  byType: ReadonlyMap<string, Extension>,
): Pick<Certificate, 'constraints' | 'keyUsage' | 'extendedKeyUsage'> {
  const constraints = byType.get(id_ce_basicConstraints);
  const keyUsage = byType.get(id_ce_keyUsage);
  const extended = byType.get(id_ce_extKeyUsage);
  return {
    constraints: constraints && decodeConstraints(constraints),
    keyUsage: keyUsage && new Set(AsnConvert.parse(keyUsage.extnValue, KeyUsage).toJSON()),
    extendedKeyUsage: extended && new Set(AsnConvert.parse(extended.extnValue, ExtendedKeyUsage)),
  };
}

function decodeConstraints(extension: Extension): NonNullable<Certificate['constraints']> {
  const { cA, pathLenConstraint } = AsnConvert.parse(extension.extnValue, BasicConstraints);
  return { ca: cA, pathLength: pathLenConstraint };
}

/** Whether the certificate is signed with its own key. */
export function isSelfSigned(certificate: Certificate): boolean {
  return sameName(certificate.subject, certificate.issuer) && isSignedBy(certificate, certificate);
}

/** Whether `issuer`'s key made the signature of `certificate`. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.x509.verify(issuer.publicKey);
  } catch {
    return false; // the key cannot be used for this algorithm
  }
}
