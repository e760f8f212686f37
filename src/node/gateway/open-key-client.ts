import type { Policy } from '../../authz/policy.ts';
import type { ReplicaKeys } from '../../files/index.ts';
import { createPolicyFeed, type KeyServers, type PolicyFeed } from '../../keys/index.ts';
import { present } from '../../lib/assert.ts';
import type { KeyDeposits } from '../../production/index.ts';
import type { ServiceCredential } from './service-credential.ts';

/** Production's view of the key servers. */
export function keyDeposits(
  servers: KeyServers,
  shape: { readonly serverNames: readonly string[]; readonly threshold: number },
): KeyDeposits {
  return {
    ...shape,
    async deposit({ recipientPublicKey, privateKey, ...key }) {
      const recipient = { publicKey: recipientPublicKey, privateKey };
      // The receipt can only be signed when the last byte is known; the shares are needed before.
      await servers.deposit([{ ...key, recipient, receiptDigest: null }], {});
    },
  };
}

/** The file port's view: keys of open collections, for the gateway's own credential. */
export function replicaKeys(servers: KeyServers, credential: ServiceCredential): ReplicaKeys {
  return {
    async privateKey({ keyId, recipientPublicKey }) {
      const wanted = [{ keyId, recipientPublicKey }];
      const fetched = await servers.fetch(wanted, await credential.current(), {});
      const failure = fetched.failures.get(keyId);
      if (failure !== undefined) throw failure;
      return present(fetched.keys.get(keyId), 'a key or why there is none');
    },
  };
}

/**
 * The policy feed as the key servers must see it: policies of open collections also let the
 * gateway itself have keys, whatever the catalog's list says; those of sealed collections never do.
 */
export function feedWithService(
  options: Parameters<typeof createPolicyFeed>[0] & {
    readonly serviceSubject: string;
    readonly isOpen: (policyId: string) => boolean;
  },
): PolicyFeed {
  const feed = createPolicyFeed(options);
  const service = { who: `user:${options.serviceSubject}`, rights: ['read'] } as const;
  const shown = (policy: Policy): Policy =>
    options.isOpen(policy.id) ? { ...policy, entries: [...policy.entries, service] } : policy;
  return {
    putPolicies: (policies) => feed.putPolicies(policies.map(shown)),
    removePolicies: (ids) => feed.removePolicies(ids),
    mapKeys: (keys) => feed.mapKeys(keys),
    destroy: (ids) => feed.destroy(ids),
    spread: (position, until) => feed.spread(position, until),
    spreadNow: (position) => feed.spreadNow(position),
    beat: () => feed.beat(),
    start: () => feed.start(),
    close: () => feed.close(),
  };
}
