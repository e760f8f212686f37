import { createDeidentifier, createPseudonyms } from '../../deid/index.ts';
import type { ClinicalIndex, IndexCipher } from '../../pacs/index/index.ts';
import type { FrameDecoder } from '../../pixel/index.ts';
import type { Collection } from '../../registration/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { collectionKey } from '../secrets/collection-keys.ts';
import type { ServiceTools } from '../service.ts';

/** Id of the policy that a collection starts with. */
export function policyIdOf(site: string, collection: string): string {
  return `${site}/${collection}`;
}

/** The collection that a policy of `policyIdOf` is of. */
export function collectionOfPolicy(site: string, policyId: string): string {
  return policyId.slice(site.length + 1);
}

/** The collections of a configuration, each under its own key. @throws CONFIG_SECRET_LOST */
export async function openCollections(
  config: GatewayConfig,
  options: ServiceTools & {
    readonly folder: string;
    readonly cipher: IndexCipher;
    readonly index: Pick<ClinicalIndex, 'hasNames'>;
    readonly decoder: FrameDecoder;
  },
): Promise<readonly Collection[]> {
  const { log, decoder } = options;
  const collections: Collection[] = [];
  for (const { name, delivery, formats, filter } of config.collections) {
    const hasNames = await options.index.hasNames(name);
    const key = collectionKey({ ...options, collection: name, hasNames });
    collections.push({
      offer: { site: config.site, name, delivery, formats },
      filter,
      deidentifier: createDeidentifier({ collectionKey: key, log, decoder }),
      pseudonyms: createPseudonyms(key),
    });
  }
  return collections;
}
