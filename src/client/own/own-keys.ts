import { ownDeposit, ownKeyIdOf } from '../../keys/index.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Random } from '../../lib/random.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import {
  newRecipientKeyPair,
  openHeader,
  openOwn,
  splitOwnHeader,
  type Wholeness,
  wipe,
} from '../../seal/index.ts';
import type { OwnKeyChangeAnswer } from '../api/answers.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import { fetchKey, type KeyPorts, keysOf } from '../open/fetch-key.ts';

/** What keys of one's own work with. */
export interface OwnKeyPorts extends KeyPorts {
  readonly api: MdmApi;
}

/** A new key. */
export interface RegisteredKey {
  readonly keyId: string;
  readonly owner: string;
  /** Key servers that did not store their share. */
  readonly missing: readonly string[];
}

/**
 * Make a key pair: its list at the gateway, the shares of its private half at the key servers, which is
 * nowhere else and is wiped. `keep` keeps the public half; if it fails, or anything before it, the key is destroyed
 * again: nothing was sealed for it.
 * @throws CLIENT_SETTINGS, KEYS_QUORUM, KEYS_DEPOSIT_REFUSED, what the gateway says, what `keep` throws
 */
export async function registerKey(
  ports: OwnKeyPorts,
  random: Random,
  options: {
    readonly keep: (publicKey: Uint8Array) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<RegisteredKey> {
  const { keyServers, credential } = keysOf(ports);
  const { keep, signal } = options;
  const pair = newRecipientKeyPair(random);
  const keyId = ownKeyIdOf(pair.publicKey);
  try {
    const { owner } = await ports.api.registerOwnKey(keyId, signal);
    const deposit = ownDeposit(owner, pair);
    const { missing } = await keyServers.depositOwn([deposit], credential, { signal });
    await keep(pair.publicKey);
    return { keyId, owner, missing };
  } catch (error) {
    await giveUp(ports.api, keyId);
    throw error;
  } finally {
    wipe(pair.privateKey);
  }
}

/** Never throws: what failed before is the news. The gateway goes on by itself. */
async function giveUp(api: MdmApi, keyId: string): Promise<void> {
  const enough = AbortSignal.timeout(clientLimits.releaseMs);
  await api.unregisterOwnKey(keyId, enough).catch(() => undefined);
}

/** Destroy a key. */
export function unregisterKey(
  { api }: OwnKeyPorts,
  publicKey: Uint8Array,
  signal: AbortSignal,
): Promise<OwnKeyChangeAnswer> {
  return api.unregisterOwnKey(ownKeyIdOf(publicKey), signal);
}

/** The private half, 32 bytes; the caller wipes it. @throws CLIENT_SETTINGS, KEYS_* */
export function fetchOwnKey(
  ports: KeyPorts,
  publicKey: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const keyId = ownKeyIdOf(publicKey);
  return fetchKey(ports, { keyId, of: 'own', recipientPublicKey: publicKey }, { signal });
}

/**
 * Open any Crypt4GH file that is sealed for a key of somebody's own, whatever tool made it.
 * @returns at the end, what its segments prove
 * @throws CLIENT_ARGUMENT when it is not for this key, CLIENT_SETTINGS, KEYS_*, SEAL_*
 */
export async function* decryptOwn(
  ports: KeyPorts,
  sealed: ByteStream,
  options: { readonly publicKey: Uint8Array; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, Wholeness, void> {
  const { header, rest } = await splitOwnHeader(sealed);
  const privateKey = await fetchOwnKey(ports, options.publicKey, options.signal);
  try {
    return yield* openOwn(rest, openHeader(header, privateKey));
  } catch (cause) {
    if (codeOf(cause) !== 'SEAL_KEY_MISMATCH') throw cause;
    const message = 'the file is not sealed for this key';
    throw clientErrors.create('CLIENT_ARGUMENT', { message, cause });
  } finally {
    wipe(privateKey);
  }
}
