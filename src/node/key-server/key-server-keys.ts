import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../../keys/index.ts';
import { initMasterKey } from '../../keyserver/index.ts';
import type { Random } from '../../lib/random.ts';
import type { Signer } from '../../seal/index.ts';
import type { KeyServerConfig } from '../config/key-server-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { nodeErrors } from '../errors.ts';
import {
  boxKeyFile,
  publicKeysFile,
  signingKeyFile,
  writePublicKeys,
} from '../secrets/key-files.ts';

/** With which it signs what it acknowledges; its public half lies beside it, for gateways to enrol. */
const signingKeyName = 'keyserver.signing.key';
/** Opens what other key servers seal to it. */
const boxKeyName = 'keyserver.box.key';
/** Both public halves, for other key servers to enrol. */
const publicKeysName = 'keyserver.keys.pub';

/** Name of its database, below `data`. */
export const databaseName = 'keyserver.db';

/** Where the secret ones lie. */
export function keyServerSecrets(data: string): readonly string[] {
  return [signingKeyName, boxKeyName].map((name) => join(data, name));
}

/** The keys of a key server beside its master key; made at its first start. */
export function openKeyServerKeys(
  data: string,
  madeUnder: string,
): { readonly signer: Signer; readonly boxKey: KeyObject } {
  const signer = signingKeyFile(join(data, signingKeyName), madeUnder);
  const boxKey = boxKeyFile(join(data, boxKeyName), madeUnder);
  const publicKeys = [signer.privateKey, boxKey].map((key) => createPublicKey(key));
  writePublicKeys(join(data, publicKeysName), publicKeys);
  return { signer, boxKey };
}

/** Make all keys of a key server that are not there; tells where the public ones are. */
export function initKeyServer(
  { config, path }: LoadedConfig<KeyServerConfig>,
  random: Random,
): { readonly signingKey: string; readonly keys: string } {
  const data = path(config.data);
  const masterKey = path(config.masterKey);
  const database = join(data, databaseName);
  openMasterKey(masterKey, database, random);
  openKeyServerKeys(data, database);
  return { signingKey: join(data, `${signingKeyName}.pub`), keys: join(data, publicKeysName) };
}

/** Make the master key where there is neither it nor what it wraps. @throws CONFIG_SECRET_LOST */
export function openMasterKey(masterKey: string, database: string, random: Random): void {
  if (existsSync(masterKey)) return;
  if (existsSync(database)) throw nodeErrors.create('CONFIG_SECRET_LOST', { message: masterKey });
  initMasterKey(masterKey, random);
}

/** Another key server, by the file that its operator gave. @throws CONFIG_UNREADABLE */
export function peerFile(name: string, path: string): Peer {
  const keys = publicKeysFile(path);
  const keyOf = (type: string): KeyObject => {
    const key = keys.find(({ asymmetricKeyType }) => asymmetricKeyType === type);
    if (key === undefined)
      throw nodeErrors.create('CONFIG_UNREADABLE', { message: `${path}: no ${type} key` });
    return key;
  };
  return { name, signingKey: keyOf('ed25519'), boxKey: keyOf('x25519') };
}
