import {
  commitmentOf,
  type KeyStanding,
  type StoredShare,
  toBase64Url,
} from '../wire/share-record.ts';
import { splitSecret } from './threshold-shares.ts';

/** A key to deposit. */
export interface KeyDeposit extends KeyStanding {
  readonly keyId: string;
  readonly guid: string;
  readonly version: number;
  readonly generation: number;
  /** 32 bytes each. `privateKey` is read, not kept; the caller wipes it. */
  readonly recipient: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
}

/** Split a key into the records of `shareCount` servers, in their order. */
export async function depositRecordsOf(
  deposit: KeyDeposit,
  shape: { readonly shareCount: number; readonly threshold: number },
): Promise<readonly StoredShare[]> {
  const { recipient, ...described } = deposit;
  const { shareCount, threshold } = shape;
  const shares = await splitSecret(recipient.privateKey, { count: shareCount, threshold });
  const identity = { keyId: deposit.keyId, epoch: 0 };
  const key: StoredShare['key'] = {
    ...described,
    shareCount,
    threshold,
    epoch: identity.epoch,
    recipientPublicKey: toBase64Url(recipient.publicKey),
    commitments: shares.map((share) => commitmentOf({ ...identity, ...share })),
  };
  return shares.map(({ x, y }) => {
    const record = { key, x, y: toBase64Url(y) };
    y.fill(0);
    return record;
  });
}
