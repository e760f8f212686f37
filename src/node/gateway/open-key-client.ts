import type { Policy } from '../../authz/policy.ts';
import type { ReplicaKeys } from '../../files/index.ts';
import { type FeedPolicy, type KeyServers, lineOfPath } from '../../keys/index.ts';
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
    async deposit(keys) {
      const batch = keys.map(({ recipientPublicKey, privateKey, ...key }) => ({
        ...key,
        recipient: { publicKey: recipientPublicKey, privateKey },
      }));
      await servers.deposit(batch, {});
    },
  };
}

/** The file port's view: keys of open collections, for the gateway's own credential. */
export function replicaKeys(servers: KeyServers, credential: ServiceCredential): ReplicaKeys {
  return {
    async privateKey({ keyId, recipientPublicKey }, path) {
      const of = present(lineOfPath(path), 'only files of series have keys');
      const wanted = [{ keyId, of, recipientPublicKey }];
      const fetched = await servers.fetch(wanted, await credential.current(), {});
      const failure = fetched.failures.get(keyId);
      if (failure !== undefined) throw failure;
      return present(fetched.keys.get(keyId), 'a key or why there is none');
    },
  };
}

/**
 * A policy as the key servers must see it: with the collection whose keys may be under it. That of an
 * open collection also lets the gateway itself have keys, whatever the catalog's list says; that of a
 * sealed one never does.
 */
export function policyForKeyServers(
  policy: Policy,
  options: {
    readonly collection: string;
    readonly isOpen: boolean;
    readonly serviceSubject: string;
  },
): FeedPolicy {
  const { collection, isOpen, serviceSubject } = options;
  const service = { who: whoOf(serviceSubject), rights: ['read'] } as const;
  const entries = isOpen ? [...policy.entries, service] : policy.entries;
  return { ...policy, collection, entries };
}

/** The list that `policyForKeyServers` made it of. */
export function policyFromKeyServers(policy: FeedPolicy, serviceSubject: string): Policy {
  const { id, version, entries } = policy;
  const service = whoOf(serviceSubject);
  return { id, version, entries: entries.filter(({ who }) => who !== service) };
}

function whoOf(serviceSubject: string): string {
  return `user:${serviceSubject}`;
}
