import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../../lib/random.ts';
import { type ProducerKeys, pinProducers, type Signer } from '../../seal/index.ts';
import { publicKeyFile, secretKeyFile, signingKeyFile } from '../secrets/key-files.ts';
import type { GatewayFolders } from './gateway-folders.ts';
import { serviceKeySet } from './service-credential.ts';

/** The keys of a gateway. */
export interface GatewayKeys {
  readonly hospitalKey: Uint8Array;
  readonly producer: Signer;
  /** Those that what this site stated is believed by: the one of now, and those before it. */
  readonly producers: ProducerKeys;
  readonly feed: Signer;
  readonly service: Signer;
}

/**
 * Read the gateway's keys; make those that no data depend on yet. The public halves lie beside
 * them, for the operators of the key servers to enrol.
 * @throws CONFIG_SECRET_LOST
 */
export async function openGatewayKeys(
  folders: GatewayFolders,
  random: Random,
): Promise<GatewayKeys> {
  const { clinical, computing } = folders;
  const service = signingKeyFile(computing.serviceKey, computing.feed);
  if (!existsSync(computing.serviceKeySet)) {
    writeFileSync(computing.serviceKeySet, JSON.stringify(await serviceKeySet(service)));
  }
  const producer = signingKeyFile(clinical.producerKey, clinical.index);
  const believed = [createPublicKey(producer.privateKey), ...formerKeys(clinical.producerKey)];
  return {
    hospitalKey: secretKeyFile(clinical.hospitalKey, clinical.index, random),
    producer,
    producers: pinProducers(believed.map((publicKey) => ({ publicKey, fromMs: 0 }))),
    feed: signingKeyFile(computing.feedKey, computing.feed),
    service,
  };
}

/**
 * Public halves of keys that were in use before, beside the one of now: `producer.pem` has former ones
 * in `producer-<anything>.pem.pub`. What they signed stays believed. @throws CONFIG_UNREADABLE
 */
function formerKeys(path: string): readonly KeyObject[] {
  const folder = dirname(path);
  const stem = basename(path, '.pem');
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${stem}-`) && name.endsWith('.pem.pub'))
    .map((name) => publicKeyFile(join(folder, name)));
}
