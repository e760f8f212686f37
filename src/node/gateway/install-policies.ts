import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../../authz/policy.ts';
import type { FeedPolicy, PolicyFeed } from '../../keys/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { serviceSubjectOf } from '../service-identity.ts';
import { collectionOfPolicy, policyIdOf } from './open-collections.ts';
import { policyForKeyServers, policyFromKeyServers } from './open-key-client.ts';

/** Lists as people see them and as the key servers must. */
export interface PolicyForms {
  readonly forKeyServers: (policy: Policy) => FeedPolicy;
  readonly fromKeyServers: (policy: FeedPolicy) => Policy;
}

/** By how the collections are delivered. */
export function policyForms({ site, collections }: GatewayConfig): PolicyForms {
  const open = collections.filter(({ delivery }) => delivery === 'open');
  const openNames = new Set<string>(open.map(({ name }) => name));
  const serviceSubject = serviceSubjectOf(site);
  return {
    forKeyServers(policy) {
      const collection = collectionOfPolicy(site, policy.id);
      const isOpen = openNames.has(collection);
      return policyForKeyServers(policy, { collection, isOpen, serviceSubject });
    },
    fromKeyServers: (policy) => policyFromKeyServers(policy, serviceSubject),
  };
}

/**
 * Collections that are new get the policy of the configuration. A policy that exists is left alone, but for
 * what the gateway itself may: that goes by how the collection is delivered now.
 */
export async function installPolicies(
  config: GatewayConfig,
  feed: Pick<PolicyFeed, 'append' | 'state'>,
): Promise<void> {
  const { forKeyServers, fromKeyServers } = policyForms(config);
  const state = await feed.state();
  for (const { name, policy } of config.collections) {
    const id = policyIdOf(config.site, name);
    const known = state.policy(id);
    const list =
      known === undefined ? { id, version: 0, entries: configured(policy) } : fromKeyServers(known);
    const wanted = forKeyServers(list);
    if (known !== undefined && isDeepStrictEqual(known.entries, wanted.entries)) continue;
    await feed.append([{ kind: 'policy', policy: { ...wanted, version: list.version + 1 } }]);
  }
}

function configured(policy: GatewayConfig['collections'][number]['policy']): Policy['entries'] {
  return policy.map(({ who, rights, expires }) => ({
    who,
    rights,
    ...(expires === undefined ? {} : { expiresMs: Date.parse(expires) }),
  }));
}
