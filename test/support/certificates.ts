// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that @peculiar/x509 needs
import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Name as AsnName } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';
import * as asn1js from 'asn1js';

const hourMs = 3_600_000;
const ec = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

/** For tests that build odd certificates: taken from here, so that the polyfill is loaded first. */
export {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
};

export type KeyKind = 'ec' | 'rsa';
type KeyPair = webcrypto.CryptoKeyPair;

/** A name, RDN by RDN, most significant first: `[['DC', 'test'], ['CN', 'Alice Example']]`. */
export type TestName = readonly (readonly [type: string, value: string])[];

/** What an issued certificate deviates in from a good one; each default is right. */
export interface IssueOptions {
  readonly subject: TestName;
  readonly kind?: KeyKind;
  readonly keys?: KeyPair;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly ca?: { readonly pathLength?: number };
  readonly keyUsages?: KeyUsageFlags;
  readonly serialNumber?: string;
  /** dNSName and iPAddress entries; makes it a host certificate. */
  readonly hosts?: readonly string[];
  /** Added to the standard ones. */
  readonly extensions?: readonly Extension[];
  /** In place of the standard ones. */
  readonly onlyExtensions?: readonly Extension[];
  /** Issuer name to write instead of the authority's own. */
  readonly issuer?: TestName;
  /** Write the issuer's name in UTF8Strings, as openssl re-encodes it. */
  readonly utf8Issuer?: boolean;
  readonly hash?: 'SHA-1' | 'SHA-256';
}

export interface TestCertificate {
  readonly subject: TestName;
  readonly certificate: X509Certificate;
  readonly keys: KeyPair;
  readonly der: Uint8Array;
  readonly pem: string;
  readonly keyPem: string;
  /** Make a certificate signed by this one's key, whether or not that is allowed. */
  issue(options: IssueOptions): Promise<TestCertificate>;
}

/** `/DC=test/CN=Alice Example` */
export function slashName(name: TestName): string {
  return name.map(([type, value]) => `/${type}=${value}`).join('');
}

export function makeKeys(kind: KeyKind = 'ec'): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(kind === 'ec' ? ec : rsa, true, ['sign', 'verify']);
}

/** A self-signed authority. */
export async function makeAuthority(
  subject: TestName,
  options: Omit<IssueOptions, 'subject'> = {},
): Promise<TestCertificate> {
  const keys = options.keys ?? (await makeKeys(options.kind));
  return build({ subject, ca: {}, ...options, keys }, { name: subject, keys });
}

async function build(
  options: IssueOptions,
  issuer: { readonly name: TestName; readonly keys: KeyPair },
): Promise<TestCertificate> {
  const keys = options.keys ?? (await makeKeys(options.kind));
  const algorithm = issuer.keys.privateKey.algorithm.name === 'ECDSA' ? ec : rsa;
  const certificate = await X509CertificateGenerator.create({
    subject: nameOf(options.subject),
    issuer: nameOf(options.issuer ?? issuer.name, options.utf8Issuer),
    notBefore: new Date(options.notBeforeMs ?? Date.now() - hourMs),
    notAfter: new Date(options.notAfterMs ?? Date.now() + 240 * hourMs),
    signingKey: issuer.keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: { ...algorithm, hash: options.hash ?? 'SHA-256' },
    extensions: [...extensionsOf(options)],
    ...(options.serialNumber === undefined ? {} : { serialNumber: options.serialNumber }),
  });
  return {
    subject: options.subject,
    certificate,
    keys,
    der: new Uint8Array(certificate.rawData),
    pem: `${certificate.toString('pem')}\n`,
    keyPem: await pemOfKey(keys),
    issue: (next) => build(next, { name: options.subject, keys }),
  };
}

function nameOf(name: TestName, utf8 = false): Name {
  const json = name.map(([type, value]) => ({
    [type]: utf8 ? [{ utf8String: value }] : [value],
  }));
  return new Name(json);
}

function* extensionsOf(options: IssueOptions): Generator<Extension> {
  if (options.onlyExtensions !== undefined) {
    yield* options.onlyExtensions;
    return;
  }
  const ca = options.ca !== undefined;
  yield new BasicConstraintsExtension(ca, options.ca?.pathLength, true);
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags are made to be joined
  const usual: KeyUsageFlags = ca
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
  yield new KeyUsagesExtension(options.keyUsages ?? usual, true);
  if (!ca) yield new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  if (options.hosts !== undefined) {
    yield new SubjectAlternativeNameExtension(
      options.hosts.map((host) => ({
        type: /^[0-9.]+$|:/.test(host) ? ('ip' as const) : ('dns' as const),
        value: host,
      })),
    );
  }
  yield* options.extensions ?? [];
}

async function pemOfKey(keys: KeyPair): Promise<string> {
  return pemOf('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
}

function pemOf(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** A CRL of `authority` in PEM. */
export async function makeCrl(
  authority: TestCertificate,
  options: {
    readonly revoked?: readonly string[];
    readonly thisUpdateMs?: number;
    readonly nextUpdateMs?: number;
    readonly issuer?: TestName;
  } = {},
): Promise<string> {
  const crl = await X509CrlGenerator.create({
    issuer: nameOf(options.issuer ?? authority.subject),
    thisUpdate: new Date(options.thisUpdateMs ?? Date.now() - hourMs),
    nextUpdate: new Date(options.nextUpdateMs ?? Date.now() + 240 * hourMs),
    entries: (options.revoked ?? []).map((serialNumber) => ({
      serialNumber,
      revocationDate: new Date(Date.now() - hourMs),
    })),
    signingKey: authority.keys.privateKey,
    signingAlgorithm: authority.keys.privateKey.algorithm.name === 'ECDSA' ? ec : rsa,
  });
  return pemOf('X509 CRL', crl.rawData);
}

/**
 * The name grid clients look an authority up by: the first four bytes, little endian, of the SHA-1
 * of its subject in canonical form (`openssl x509 -hash`).
 */
export function subjectHash(certificate: X509Certificate): string {
  const name = AsnConvert.parse(certificate.subjectName.toArrayBuffer(), AsnName);
  const parts = name.map((rdn) => {
    const pairs = rdn.map((pair) => {
      const value = pair.value.toString().trim().replaceAll(/\s+/g, ' ').toLowerCase();
      return new asn1js.Sequence({
        value: [
          new asn1js.ObjectIdentifier({ value: pair.type }),
          new asn1js.Utf8String({ value }),
        ],
      });
    });
    return Buffer.from(new asn1js.Set({ value: pairs }).toBER());
  });
  const digest = createHash('sha1').update(Buffer.concat(parts)).digest();
  return digest.readUInt32LE(0).toString(16).padStart(8, '0');
}

/** The signing policy of an authority: it may name subjects that match `patterns`. */
export function signingPolicy(authority: TestName, patterns: readonly string[]): string {
  const quoted = patterns.map((pattern) => `"${pattern}"`).join(' ');
  return [
    `access_id_CA   X509    '${slashName(authority)}'`,
    'pos_rights     globus  CA:sign',
    `cond_subjects  globus  '${quoted}'`,
    '',
  ].join('\n');
}

/** Put an authority into a trust directory, as grid clients and our server read it. */
export function installAuthority(
  directory: string,
  authority: TestCertificate,
  options: { readonly patterns?: readonly string[]; readonly crlPem?: string } = {},
): void {
  mkdirSync(directory, { recursive: true });
  const base = join(directory, subjectHash(authority.certificate));
  const patterns = options.patterns ?? [`${slashName(authority.subject.slice(0, -1))}/*`];
  writeFileSync(`${base}.0`, authority.pem);
  writeFileSync(`${base}.signing_policy`, signingPolicy(authority.subject, patterns));
  if (options.crlPem !== undefined) writeFileSync(`${base}.r0`, options.crlPem);
}

/** Everything a server and its grid clients need, as files below `directory`. */
export interface GridCertificates {
  readonly authority: TestCertificate;
  readonly host: TestCertificate;
  readonly user: TestCertificate;
  /** For `X509_CERT_DIR`. */
  readonly trustDirectory: string;
  readonly authorityPath: string;
  readonly userCertPath: string;
  readonly userKeyPath: string;
  readonly hostCertPath: string;
  readonly hostKeyPath: string;
  /** Another user of the same authority, written beside the first. */
  addUser(
    commonName: string,
  ): Promise<{ cert: TestCertificate; certPath: string; keyPath: string }>;
}

/** Make an authority, a host certificate for localhost, a user, and the trust directory. */
export async function makeGridCertificates(
  directory: string,
  options: { readonly kind?: KeyKind; readonly userName?: string } = {},
): Promise<GridCertificates> {
  const kind = options.kind ?? 'ec';
  const base: TestName = [
    ['DC', 'test'],
    ['DC', 'grid'],
  ];
  const authority = await makeAuthority([...base, ['CN', 'Test Grid CA']], { kind });
  const host = await authority.issue({
    subject: [...base, ['CN', 'localhost']],
    hosts: ['localhost', '127.0.0.1'],
    kind,
  });
  const trustDirectory = join(directory, 'trust');
  installAuthority(trustDirectory, authority);
  const path = (name: string): string => join(directory, name);
  const addUser = async (commonName: string) => {
    const subject: TestName = [...base, ['OU', 'people'], ['CN', commonName]];
    const cert = await authority.issue({ subject, kind });
    const stem = commonName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    writeFileSync(path(`${stem}.pem`), cert.pem, { mode: 0o644 });
    writeFileSync(path(`${stem}.key`), cert.keyPem, { mode: 0o600 });
    return { cert, certPath: path(`${stem}.pem`), keyPath: path(`${stem}.key`) };
  };
  const user = await addUser(options.userName ?? 'Alice Example');
  writeFileSync(path('ca.pem'), authority.pem);
  writeFileSync(path('host.pem'), host.pem);
  writeFileSync(path('host.key'), host.keyPem, { mode: 0o600 });
  return {
    authority,
    host,
    user: user.cert,
    trustDirectory,
    authorityPath: path('ca.pem'),
    userCertPath: user.certPath,
    userKeyPath: user.keyPath,
    hostCertPath: path('host.pem'),
    hostKeyPath: path('host.key'),
    addUser,
  };
}
