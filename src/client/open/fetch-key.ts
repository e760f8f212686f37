import {
  type KeyCredential,
  type KeyRequest,
  type KeyServers,
  lineOfPath,
} from '../../keys/index.ts';
import { present } from '../../lib/assert.ts';
import { sealErrors } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import type { GetPorts } from './get-file.ts';

/** Where keys come from, if the settings say it. */
export type KeyPorts = Pick<GetPorts, 'keyServers' | 'credential'>;

/** A key of the file at a path. */
export interface WantedKey extends Pick<KeyRequest, 'keyId' | 'recipientPublicKey'> {
  readonly path: string;
}

/** The key servers, and what they are shown. @throws CLIENT_SETTINGS */
export function keysOf({ keyServers, credential }: KeyPorts): {
  readonly keyServers: KeyServers;
  readonly credential: KeyCredential;
} {
  if (keyServers !== undefined) return { keyServers, credential };
  const message = 'keyServers: not set; a sealed file is opened with keys of the key servers';
  throw clientErrors.create('CLIENT_SETTINGS', { message });
}

/**
 * The private key of a sealed version, 32 bytes, as `fetchKey` gives it; the key servers compare what it is of with the path.
 * @throws SEAL_RECEIPT_OTHER_FILE, CLIENT_SETTINGS, KEYS_*
 */
export async function fetchPrivateKey(
  ports: KeyPorts,
  { path, ...wanted }: WantedKey,
  options: { readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const of = lineOfPath(path);
  if (of === undefined) throw sealErrors.create('SEAL_RECEIPT_OTHER_FILE');
  return fetchKey(ports, { ...wanted, of }, options);
}

/**
 * A private key, 32 bytes, made of shares from the key servers themselves and checked against the public
 * key. The caller wipes it. @throws CLIENT_SETTINGS, KEYS_*
 */
export async function fetchKey(
  ports: KeyPorts,
  wanted: KeyRequest,
  options: { readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const { keyServers, credential } = keysOf(ports);
  const { keyId } = wanted;
  const fetched = await keyServers.fetch([wanted], credential, options);
  const failure = fetched.failures.get(keyId);
  if (failure !== undefined) throw failure;
  return present(fetched.keys.get(keyId), 'a key or why there is none');
}
