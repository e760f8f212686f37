import { createHash, type KeyObject } from 'node:crypto';
// The whole of jose takes 10 ms longer to load, in every start of the client.
import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { JWSSignatureVerificationFailed } from 'jose/errors';
import { CompactSign } from 'jose/jws/compact/sign';
import { compactVerify } from 'jose/jws/compact/verify';
import { toHex, utf8 } from '../../lib/bytes/bytes.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';

/** Who signs: an Ed25519 key and its id. */
export interface Signer {
  /** `keyIdOf` the public key. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** Keys that are trusted to sign, by key id. Each use pins its own. */
export type PinnedKeys = ReadonlyMap<string, KeyObject>;

/** What a statement is about; stands in the protected header, so that none passes for another. */
export type StatementType =
  | 'mdm-batch'
  | 'mdm-share-deposit'
  | 'mdm-policy-feed'
  | 'mdm-feed-heartbeat'
  | 'mdm-feed-ack'
  | 'mdm-feed-read'
  | 'mdm-key-list'
  | 'mdm-upkeep-order'
  | 'mdm-share-box'
  | 'mdm-shares-staged'
  | 'mdm-shares-ready';

const base64url = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Id of a signing key: SHA-256 of its SubjectPublicKeyInfo, 64 hex digits. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

/** Trust exactly these public keys. */
export function pinKeys(publicKeys: readonly KeyObject[]): PinnedKeys {
  return new Map(publicKeys.map((key) => [keyIdOf(key), key]));
}

/**
 * Sign a JSON value as a compact JWS with EdDSA. The signature covers the exact bytes that are
 * stored and sent; nobody has to serialise the value again the same way. @standard RFC 7515 §3.1
 */
export function signStatement(
  type: StatementType,
  payload: unknown,
  signer: Signer,
): Promise<string> {
  return new CompactSign(utf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ: type, kid: signer.keyId })
    .sign(signer.privateKey);
}

/**
 * The JSON value of a statement of this type, signed by a pinned key.
 * @param maxSize bytes; larger statements are refused before anything is decoded
 * @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED
 */
export async function verifyStatement(
  type: StatementType,
  jws: string,
  options: { readonly pinned: PinnedKeys; readonly maxSize?: number },
): Promise<unknown> {
  const maxSize = options.maxSize ?? sealLimits.statementSizeMax;
  if (jws.length > maxSize || !base64url.test(jws)) throw invalid('not a compact JWS');
  const publicKey = options.pinned.get(signerOf(jws));
  if (publicKey === undefined) throw sealErrors.create('SEAL_RECEIPT_UNTRUSTED');
  try {
    const { payload, protectedHeader } = await compactVerify(jws, publicKey, {
      algorithms: ['EdDSA'],
    });
    if (protectedHeader.typ !== type) throw invalid('statement type');
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    if (sealErrors.has(cause)) throw cause;
    if (cause instanceof JWSSignatureVerificationFailed)
      throw sealErrors.create('SEAL_RECEIPT_UNTRUSTED', { cause });
    throw invalid('statement', cause);
  }
}

/** Digest by which other statements refer to this one: SHA-256 of the JWS text, hex. */
export function statementDigestOf(jws: string): string {
  return toHex(createHash('sha256').update(jws).digest());
}

/** Id of the key that a statement says it is signed with. @throws SEAL_RECEIPT_INVALID */
export function signerOf(jws: string): string {
  try {
    return decodeProtectedHeader(jws).kid ?? '';
  } catch (cause) {
    throw invalid('header', cause);
  }
}

function invalid(message: string, cause?: unknown): Error {
  return sealErrors.create('SEAL_RECEIPT_INVALID', { message, cause });
}
