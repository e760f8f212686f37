import { present } from '../../lib/assert.ts';
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

/** Split a key into the records of the named servers, in their order. */
export async function depositRecordsOf(
  deposit: KeyDeposit,
  { servers, threshold }: { readonly servers: readonly string[]; readonly threshold: number },
): Promise<readonly StoredShare[]> {
  const { recipient, ...described } = deposit;
  const shares = await splitSecret(recipient.privateKey, { count: servers.length, threshold });
  const identity = { keyId: deposit.keyId, epoch: 0 };
  const key: StoredShare['key'] = {
    ...described,
    threshold,
    epoch: identity.epoch,
    recipientPublicKey: toBase64Url(recipient.publicKey),
    holders: shares.map((share, at) => ({
      server: present(servers[at], 'a share for each server'),
      x: share.x,
      commitment: commitmentOf({ ...identity, ...share }),
    })),
  };
  return shares.map(({ x, y }) => {
    const record = { key, x, y: toBase64Url(y) };
    y.fill(0);
    return record;
  });
}
