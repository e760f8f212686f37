import type { KeyObject } from 'node:crypto';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { JsonFields } from '../../lib/json/json-fields.ts';
import { pinKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';
import { readStoredKey, type StoredKey } from './share-record.ts';

/** The public keys of another key server, enrolled by the operator of this one. */
export interface Peer {
  readonly name: string;
  /** Ed25519: what it says is signed with it. */
  readonly signingKey: KeyObject;
  /** X25519: what only it may read is sealed to it. */
  readonly boxKey: KeyObject;
}

/** What one key server sends another, and nobody between them reads. */
export interface ShareBox {
  readonly format: 'mdm-share-box';
  readonly formatVersion: 1;
  readonly site: string;
  /** Digest of the order that it is sent under. */
  readonly order: string;
  readonly from: string;
  readonly to: string;
  /** `deal`: of a curve that is zero somewhere. `blinded`: a share, hidden by such curves of all dealers. */
  readonly kind: 'deal' | 'blinded';
  /** Values of the keys in the order of the order, one after the other, base64url. Secret. */
  readonly values: string;
  /** With `blinded`: what the keys are; the receiver may have none of them. */
  readonly keys: readonly StoredKey[] | null;
}

/** The box without its format. */
export type BoxWords = Omit<ShareBox, 'format' | 'formatVersion'>;

const sealing = { alg: 'ECDH-ES', enc: 'A256GCM', typ: 'mdm-share-box' } as const;

/**
 * Sign, then seal to the receiver: who carries it learns neither what it says nor who signed.
 * @standard RFC 7516 §3.1, RFC 7518 §4.6, RFC 8037 §3.2
 */
export async function sealShareBox(
  words: BoxWords,
  { signer, to }: { readonly signer: Signer; readonly to: KeyObject },
): Promise<string> {
  const box: ShareBox = { format: 'mdm-share-box', formatVersion: 1, ...words };
  const signed = await signStatement('mdm-share-box', box, signer);
  return new CompactEncrypt(utf8(signed)).setProtectedHeader(sealing).encrypt(to);
}

/** @throws KEYS_BOX_INVALID when it is not sealed to this key, or not signed by this peer */
export async function openShareBox(
  jwe: string,
  { boxKey, from }: { readonly boxKey: KeyObject; readonly from: Peer },
): Promise<ShareBox> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, boxKey, {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    });
    if (protectedHeader.typ !== sealing.typ) throw refuseField('box.typ');
    const payload = await verifyStatement('mdm-share-box', new TextDecoder().decode(plaintext), {
      pinned: pinKeys([from.signingKey]),
      maxSize: keysLimits.upkeepStatementSizeMax,
    });
    plaintext.fill(0);
    return readShareBox(payload);
  } catch (cause) {
    throw keysErrors.create('KEYS_BOX_INVALID', { context: { server: from.name }, cause });
  }
}

function readShareBox(payload: unknown): ShareBox {
  const fields = new JsonFields(payload, { path: 'box', refuse: refuseField });
  const box: ShareBox = {
    format: fields.choice('format', ['mdm-share-box']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    site: fields.text('site', pattern.name),
    order: fields.text('order', pattern.digest),
    from: fields.text('from', pattern.name),
    to: fields.text('to', pattern.name),
    kind: fields.choice('kind', ['deal', 'blinded']),
    values: fields.text('values', pattern.base64url),
    keys: fields.isNull('keys')
      ? null
      : fields.objects('keys', keysLimits.keysPerRequestMax, readStoredKey),
  };
  fields.end();
  return box;
}
