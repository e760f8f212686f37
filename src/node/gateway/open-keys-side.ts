import { readFileSync } from 'node:fs';
import { createKeyServers, type KeyServers, type PolicyFeed } from '../../keys/index.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import {
  createPolicyService,
  neverMatches,
  openPolicyFeedStore,
  type PolicyService,
} from '../../policy/index.ts';
import type { GatewayContext } from './context.ts';
import { policyIdOf } from './open-collections.ts';
import type { ComputingSide } from './open-computing-side.ts';
import { feedWithService } from './open-key-client.ts';
import { serviceSubjectOf } from './service-credential.ts';
import { nameSourcesOf } from './warn-never-matches.ts';

/** The gateway's relations to the key servers. */
export interface KeysSide {
  readonly keyServers: KeyServers;
  readonly serverNames: readonly string[];
  readonly threshold: number;
  readonly policy: PolicyService;
  readonly feed: PolicyFeed;
  /**
   * Send the key servers what changed of lists and keys. Never rejects: what could not be sent is sent
   * by the next call.
   */
  readonly tellKeyServers: () => Promise<void>;
  /** Send what the key servers do not know yet, and keep their leases from now on. */
  start(): Promise<void>;
}

/** Connect to the key servers; contacts none yet. @throws KEYS_CONFIG_INVALID */
export async function openKeysSide(
  context: GatewayContext,
  { audit, catalog }: ComputingSide,
): Promise<KeysSide> {
  const { config, path, tools, keys, folders, teardown } = context;
  const { clock, log } = tools;
  const { threshold } = config.keyServers;
  const servers = config.keyServers.servers.map(({ name, url, authorities }) => ({
    name,
    baseUrl: url,
    ...(authorities === undefined ? {} : { authorities: readFileSync(path(authorities), 'utf8') }),
  }));
  const keyServers = createKeyServers({ servers, threshold, producer: keys.producer, clock, log });
  teardown.add(async () => keyServers.close());
  const store = await openPolicyFeedStore(folders.computing.feed);
  teardown.add(() => store.close());
  const feed = feedWithService({
    site: config.site,
    signer: keys.feed,
    store,
    servers,
    threshold,
    clock,
    log,
    serviceSubject: serviceSubjectOf(config.site),
    isOpen: isOpenPolicy(context),
  });
  teardown.add(() => feed.close());
  const policy = createPolicyService({
    catalog,
    feed,
    store,
    clock,
    neverMatches: (who) => neverMatches(who, nameSourcesOf(config)),
    audit: ({ caller, who, ...change }) =>
      audit.record({ ...change, subject: caller.subject, outcome: 'success', detail: who }),
  });
  return {
    keyServers,
    serverNames: servers.map(({ name }) => name),
    threshold,
    policy,
    feed,
    async tellKeyServers() {
      try {
        await policy.reconcile();
      } catch (error) {
        log.error('keys.not_told', { code: codeOf(error) });
      }
    },
    async start() {
      await policy.reconcile();
      feed.start();
    },
  };
}

function isOpenPolicy({ config }: GatewayContext): (policyId: string) => boolean {
  const open = new Set(
    config.collections
      .filter(({ delivery }) => delivery === 'open')
      .map(({ name }) => policyIdOf(config.site, name)),
  );
  return (policyId) => open.has(policyId);
}
