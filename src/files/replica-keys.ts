import type { KeyRef } from '../recall/port.ts';

/**
 * Private keys of replicas of `open` collections, fetched from the key servers with the gateway's
 * service credential. Of sealed collections the servers give it none.
 */
export interface ReplicaKeys {
  /**
   * The private key, 32 bytes; the caller wipes it after use.
   * @throws KEYS_* when too few servers give a share
   */
  privateKey(key: KeyRef): Promise<Uint8Array>;
}
