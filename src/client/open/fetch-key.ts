import { type KeyRequest, lineOfPath } from '../../keys/index.ts';
import { present } from '../../lib/assert.ts';
import { sealErrors } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import type { GetPorts } from './get-file.ts';

/** A key of the file at a path. */
export interface WantedKey extends Pick<KeyRequest, 'keyId' | 'recipientPublicKey'> {
  readonly path: string;
}

/**
 * The private key of a sealed version, 32 bytes, made of shares from the key servers themselves and
 * checked against the public key. The caller wipes it. @throws CLIENT_SETTINGS, KEYS_*
 */
export async function fetchPrivateKey(
  ports: Pick<GetPorts, 'keyServers' | 'credential'>,
  { path, ...wanted }: WantedKey,
  options: { readonly signal?: AbortSignal },
): Promise<Uint8Array> {
  const { keyServers, credential } = ports;
  if (keyServers === undefined) {
    const message = 'keyServers: not set; a sealed file is opened with keys of the key servers';
    throw clientErrors.create('CLIENT_SETTINGS', { message });
  }
  const { keyId } = wanted;
  const of = lineOfPath(path);
  if (of === undefined) throw sealErrors.create('SEAL_RECEIPT_OTHER_FILE');
  const fetched = await keyServers.fetch([{ ...wanted, of }], credential, options);
  const failure = fetched.failures.get(keyId);
  if (failure !== undefined) throw failure;
  return present(fetched.keys.get(keyId), 'a key or why there is none');
}
