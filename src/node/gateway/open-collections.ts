import { createDeidentifier, createPseudonyms } from '../../deid/index.ts';
import type { IndexCipher } from '../../pacs/index/index.ts';
import type { Collection } from '../../registration/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { collectionKey } from '../secrets/collection-keys.ts';
import type { ServiceTools } from '../service.ts';

/** Id of the policy that a collection starts with. */
export function policyIdOf(site: string, collection: string): string {
  return `${site}/${collection}`;
}

/** The collections of a configuration, each under its own key. */
export function openCollections(
  config: GatewayConfig,
  options: ServiceTools & { readonly folder: string; readonly cipher: IndexCipher },
): readonly Collection[] {
  return config.collections.map(({ name, delivery, formats, filter }) => {
    const key = collectionKey({ ...options, collection: name });
    const policyId = policyIdOf(config.site, name);
    return {
      offer: { site: config.site, name, delivery, formats, policyId },
      filter,
      deidentifier: createDeidentifier({ collectionKey: key, log: options.log }),
      pseudonyms: createPseudonyms(key),
    };
  });
}
