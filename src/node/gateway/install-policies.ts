import type { Catalog } from '../../catalog/catalog.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { policyIdOf } from './open-collections.ts';

/** Collections that are new get the policy of the configuration; a policy that exists is left alone. */
export async function installPolicies(config: GatewayConfig, catalog: Catalog): Promise<void> {
  for (const { name, policy } of config.collections) {
    const id = policyIdOf(config.site, name);
    if ((await catalog.policies.get(id)) === undefined) {
      const entries = policy.map(({ who, rights, expires }) => ({
        who,
        rights,
        ...(expires === undefined ? {} : { expiresMs: Date.parse(expires) }),
      }));
      await catalog.policies.put({ id, version: 1, entries });
    }
    await catalog.policies.attach(`/${config.site}/${name}`, id);
  }
}
