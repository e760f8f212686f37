import type { KeyRef } from '../recall/port.ts';

/**
 * Private keys of replicas of `open` collections, fetched from the key servers with the gateway's
 * service credential. Of sealed collections the servers give it none.
 */
export interface ReplicaKeys {
  /**
   * The private key of the file at `path`, 32 bytes; the caller wipes it after use. What else the key
   * may be of, it is not given.
   * @throws KEYS_* when too few servers give a share
   */
  privateKey(key: KeyRef, path: string): Promise<Uint8Array>;
}
