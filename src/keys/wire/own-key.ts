import type { KeyDeposit } from '../shares/deposit-records.ts';
import type { StoredShare } from './share-record.ts';
import { toBase64Url } from './share-record.ts';

/**
 * Keys of users' own files. Such a key is called by its public half, so that the public key file is all
 * that anybody needs to name it; its policy is called as the key, and is of nothing else.
 */
const prefix = 'own-';
const ownKeyId = /^own-[A-Za-z0-9_-]{43}$/;

/** The id of a key of somebody's own, and of its policy. */
export function ownKeyIdOf(publicKey: Uint8Array): string {
  return `${prefix}${toBase64Url(publicKey)}`;
}

/** Whether keys of users' own are called so. */
export function isOwnKeyId(text: string): boolean {
  return ownKeyId.test(text);
}

/** A key of somebody's own, as it is deposited. It has one version for ever. */
export function ownDeposit(owner: string, recipient: KeyDeposit['recipient']): KeyDeposit {
  const keyId = ownKeyIdOf(recipient.publicKey);
  return {
    keyId,
    guid: keyId,
    version: 1,
    generation: 1,
    of: { owner },
    policyId: keyId,
    recipient,
  };
}

/** Whether a record is of a key of this owner's own, under the id and the policy that are its own. */
export function isOwnKeyOf(owner: string, { key }: StoredShare): boolean {
  const isHis = 'owner' in key.of && key.of.owner === owner;
  const ids = [key.keyId, key.guid, key.policyId];
  const isNamed = ids.every((id) => id === `${prefix}${key.recipientPublicKey}`);
  return isHis && isNamed && key.version === 1 && key.generation === 1 && key.epoch === 0;
}
