import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';
import { keyIdOf, type Signer } from '../../seal/index.ts';
import { nodeErrors } from '../errors.ts';
import { readPrivateFile } from './private-file.ts';

/**
 * 32 secret bytes in a file of mode 0600, made at the first start.
 * @param madeUnder a path that exists once data were made under the key: then a lost key is not replaced
 * @throws CONFIG_SECRET_LOST, CONFIG_SECRET_EXPOSED
 */
export function secretKeyFile(path: string, madeUnder: string, random: Random): Uint8Array {
  return keyFile(path, madeUnder, () => random.bytes(32));
}

/** An Ed25519 signing key in a PEM file of mode 0600, its public half beside it as `<path>.pub`. */
export function signingKeyFile(path: string, madeUnder: string): Signer {
  const pem = keyFile(path, madeUnder, () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    return Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  });
  const privateKey = createPrivateKey(Buffer.from(pem));
  const publicKey = createPublicKey(privateKey);
  const publicPath = `${path}.pub`;
  if (!existsSync(publicPath)) writeDurably(publicPath, publicPem(publicKey), 0o644);
  return { keyId: keyIdOf(publicKey), privateKey };
}

/** An X25519 key in a PEM file of mode 0600, made at the first start. */
export function boxKeyFile(path: string, madeUnder: string): KeyObject {
  const pem = keyFile(path, madeUnder, () => {
    const { privateKey } = generateKeyPairSync('x25519');
    return Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  });
  return createPrivateKey(Buffer.from(pem));
}

/** Write public keys into one file, each as PEM, where there is none. */
export function writePublicKeys(path: string, publicKeys: readonly KeyObject[]): void {
  if (!existsSync(path)) writeDurably(path, concatBytes(publicKeys.map(publicPem)), 0o644);
}

/** Read the public keys that a file holds one after the other. @throws CONFIG_UNREADABLE */
export function publicKeysFile(path: string): readonly KeyObject[] {
  try {
    const pems = readFileSync(path, 'utf8').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g);
    return (pems ?? []).map((pem) => createPublicKey(pem));
  } catch (cause) {
    throw nodeErrors.create('CONFIG_UNREADABLE', { message: path, cause });
  }
}

/** Read public keys from PEM files. @throws CONFIG_UNREADABLE */
export function publicKeyFile(path: string): KeyObject {
  try {
    return createPublicKey(readFileSync(path));
  } catch (cause) {
    throw nodeErrors.create('CONFIG_UNREADABLE', { message: path, cause });
  }
}

function keyFile(path: string, madeUnder: string, make: () => Uint8Array): Uint8Array {
  if (existsSync(path)) return readPrivateFile(path);
  if (existsSync(madeUnder)) throw nodeErrors.create('CONFIG_SECRET_LOST', { message: path });
  const key = make();
  writeDurably(path, key, 0o600);
  return key;
}

function publicPem(publicKey: KeyObject): Uint8Array {
  return Buffer.from(publicKey.export({ format: 'pem', type: 'spki' }));
}

function writeDurably(path: string, bytes: Uint8Array, mode: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx', mode);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
