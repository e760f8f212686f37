import { concatBytes, utf8 } from '../../lib/bytes/bytes.ts';
import { layout } from './layout.ts';
import { wipe } from './recipient-key-pair.ts';

const publicKeyFile =
  /^-----BEGIN CRYPT4GH PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]{1,100})-----END CRYPT4GH PUBLIC KEY-----\s*$/;

/**
 * The public key, 32 bytes, of a Crypt4GH key file as its tools write them: base64 between two lines.
 * Undefined for any other text. Whether a key agreement with it is safe shows when it is used. GA4GH
 * Crypt4GH 1.0 leaves key files open; this is the format of its reference implementation.
 */
export function parsePublicKeyFile(text: string): Uint8Array | undefined {
  const [, body = ''] = publicKeyFile.exec(text) ?? [];
  const key = Uint8Array.from(Buffer.from(body, 'base64'));
  return key.length === layout.keySize ? key : undefined;
}

/** Such a file. */
export function formatPublicKeyFile(publicKey: Uint8Array): string {
  const body = Buffer.from(publicKey).toString('base64');
  return `-----BEGIN CRYPT4GH PUBLIC KEY-----\n${body}\n-----END CRYPT4GH PUBLIC KEY-----\n`;
}

/** A private key file, without a passphrase: whoever reads it has the key. The caller wipes it. */
export function formatPrivateKeyFile(privateKey: Uint8Array): Uint8Array {
  const none = field(utf8('none'));
  const secret = concatBytes([utf8('c4gh-v1'), none, none, field(privateKey)]);
  const body = Buffer.from(secret.buffer).toString('base64');
  wipe(secret);
  return utf8(
    `-----BEGIN CRYPT4GH PRIVATE KEY-----\n${body}\n-----END CRYPT4GH PRIVATE KEY-----\n`,
  );
}

/** Its length in two bytes, big-endian, before it. */
function field(bytes: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(0, bytes.length), bytes]);
}
