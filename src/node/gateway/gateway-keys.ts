import { createPublicKey } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import type { Random } from '../../lib/random.ts';
import { type ProducerKeys, pinProducers, type Signer } from '../../seal/index.ts';
import { secretKeyFile, signingKeyFile } from '../secrets/key-files.ts';
import type { GatewayFolders } from './gateway-folders.ts';
import { serviceKeySet } from './service-credential.ts';

/** The keys of a gateway. */
export interface GatewayKeys {
  readonly hospitalKey: Uint8Array;
  readonly producer: Signer;
  /** Those that what this site stated is believed by. */
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
  return {
    hospitalKey: secretKeyFile(clinical.hospitalKey, clinical.index, random),
    producer,
    producers: pinProducers([{ publicKey: createPublicKey(producer.privateKey), fromMs: 0 }]),
    feed: signingKeyFile(computing.feedKey, computing.feed),
    service,
  };
}
