import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import { concatBytes, equalBytes } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';
import { sealErrors } from '../errors.ts';
import { layout } from './layout.ts';

/** An X25519 pair. Whoever holds `privateKey` wipes it with `wipe` after use. */
export interface RecipientKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes, clamped. Secret. */
  readonly privateKey: Uint8Array;
}

/** DER around a raw X25519 private key. @standard RFC 8410 §7 */
const privatePrefix = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]);
/** DER around a raw X25519 public key. @standard RFC 8410 §4 */
const publicPrefix = Uint8Array.from([48, 42, 48, 5, 6, 3, 43, 101, 110, 3, 33, 0]);

/**
 * A fresh key pair. The private key is clamped here, once, so that the bytes that are split into
 * shares are the bytes that come back. @standard RFC 7748 §5
 */
export function newRecipientKeyPair(random: Random): RecipientKeyPair {
  const privateKey = random.bytes(layout.keySize);
  privateKey[0] = (privateKey[0] ?? 0) & 248;
  privateKey[31] = ((privateKey[31] ?? 0) & 127) | 64;
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

/** The public key of a private one. @throws SEAL_KEY_INVALID */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  return rawPublicKey(createPublicKey(importPrivateKey(privateKey)));
}

/** Overwrite a secret. Copies that the crypto library made itself are out of reach. */
export function wipe(secret: Uint8Array): void {
  secret.fill(0);
}

/**
 * The key that protects a header packet: first half of BLAKE2b-512 over shared secret, reader's
 * and writer's public key. Reader and writer compute the same one.
 *
 * @standard GA4GH Crypt4GH 1.0 §3.2.1
 * @throws SEAL_KEY_INVALID also when the shared secret is all zero (a weak public key)
 */
export function packetKey(sides: {
  readonly privateKey: Uint8Array;
  readonly peerPublicKey: Uint8Array;
  readonly readerPublicKey: Uint8Array;
  readonly writerPublicKey: Uint8Array;
}): Uint8Array {
  const shared = agree(sides.privateKey, sides.peerPublicKey);
  const digest = createHash('blake2b512')
    .update(shared)
    .update(sides.readerPublicKey)
    .update(sides.writerPublicKey)
    .digest();
  wipe(shared);
  const key = Uint8Array.from(digest.subarray(0, layout.keySize));
  wipe(digest);
  return key;
}

function agree(privateKey: Uint8Array, peerPublicKey: Uint8Array): Uint8Array {
  try {
    return diffieHellman({
      privateKey: importPrivateKey(privateKey),
      publicKey: importPublicKey(peerPublicKey),
    });
  } catch (cause) {
    throw sealErrors.create('SEAL_KEY_INVALID', { cause });
  }
}

/**
 * Import by PKCS#8, which stays bytes: the JWK form is as fast but leaves strings that nobody can
 * wipe.
 */
function importPrivateKey(privateKey: Uint8Array): KeyObject {
  checkKeySize(privateKey);
  const der = concatBytes([privatePrefix, privateKey]);
  try {
    return createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' });
  } finally {
    wipe(der);
  }
}

function importPublicKey(publicKey: Uint8Array): KeyObject {
  checkKeySize(publicKey);
  const der = Buffer.from(concatBytes([publicPrefix, publicKey]));
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

function rawPublicKey(publicKey: KeyObject): Uint8Array {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return Uint8Array.from(der.subarray(publicPrefix.length));
}

function checkKeySize(key: Uint8Array): void {
  if (key.length !== layout.keySize)
    throw sealErrors.create('SEAL_KEY_INVALID', { context: { length: key.length } });
}

/** Whether `privateKey` is the private half of `publicKey`. */
export function isKeyPair(privateKey: Uint8Array, publicKey: Uint8Array): boolean {
  return privateKey.length === layout.keySize && equalBytes(publicKeyOf(privateKey), publicKey);
}
