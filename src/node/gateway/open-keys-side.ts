import { readFileSync } from 'node:fs';
import {
  Conduct,
  createKeyServers,
  createPolicyFeed,
  type KeyServers,
  KeyUpkeep,
  type PolicyFeed,
  type RecordAnchors,
  UpkeepClient,
} from '../../keys/index.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import {
  createOwnKeys,
  createPolicyService,
  neverMatches,
  type OwnKeys,
  openPolicyFeedStore,
  type PolicyService,
} from '../../policy/index.ts';
import { publicKeyFile } from '../secrets/key-files.ts';
import type { GatewayContext } from './context.ts';
import type { FeedGate } from './feed-gate.ts';
import { policyForms } from './install-policies.ts';
import type { ComputingSide } from './open-computing-side.ts';
import { openRecordAnchors, tellGaps } from './open-record-anchors.ts';
import { nameSourcesOf } from './warn-never-matches.ts';

/** The gateway's relations to the key servers. */
export interface KeysSide {
  readonly keyServers: KeyServers;
  readonly serverNames: readonly string[];
  readonly threshold: number;
  readonly policy: PolicyService;
  readonly ownKeys: OwnKeys;
  readonly feed: PolicyFeed;
  readonly conduct: Conduct;
  readonly anchors: RecordAnchors;
  readonly upkeep: KeyUpkeep;
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
  computing: ComputingSide,
  gate: FeedGate,
): Promise<KeysSide> {
  const { config, path, tools, keys, folders, teardown } = context;
  const { clock, random, log } = tools;
  const { audit, catalog } = computing;
  const { threshold } = config.keyServers;
  const servers = config.keyServers.servers.map(({ name, url, authorities, signingKey }) => ({
    name,
    baseUrl: url,
    signingKey: publicKeyFile(path(signingKey)),
    ...(authorities === undefined ? {} : { authorities: readFileSync(path(authorities), 'utf8') }),
  }));
  const conduct = new Conduct(clock);
  const shared = { servers, threshold, conduct, clock, log };
  const keyServers = createKeyServers({ ...shared, producer: keys.producer });
  teardown.add(async () => keyServers.close());
  const store = await openPolicyFeedStore(folders.computing.feed);
  teardown.add(() => store.close());
  const anchors = openRecordAnchors(context, computing, gate);
  const feed = createPolicyFeed({
    anchors,
    site: config.site,
    signer: keys.feed,
    store,
    ...shared,
    random,
    onNewer: () => void gate.newer(),
  });
  teardown.add(() => feed.close());
  const client = new UpkeepClient({ site: config.site, signer: keys.feed, servers, clock });
  const upkeep = new KeyUpkeep({ client, feed, conduct, clock, log });
  teardown.add(async () => {
    await upkeep.close();
    client.close();
  });
  const isNever = (who: string): string | undefined => neverMatches(who, nameSourcesOf(config));
  const policy = createPolicyService({
    catalog,
    feed,
    ...policyForms(config),
    clock,
    neverMatches: isNever,
    audit: ({ caller, who, ...change }) =>
      audit.record({ ...change, subject: caller.subject, outcome: 'success', detail: who }),
  });
  const ownKeys = createOwnKeys({
    feed,
    clock,
    neverMatches: isNever,
    audit: ({ caller: { subject }, action, keyId, who }) =>
      audit.record({ action, subject, outcome: 'success', detail: `${keyId} ${who}` }),
  });
  return {
    keyServers,
    serverNames: servers.map(({ name }) => name),
    threshold,
    policy,
    ownKeys,
    feed,
    conduct,
    anchors,
    upkeep,
    async tellKeyServers() {
      try {
        await tellGaps(anchors, feed);
        await policy.reconcile();
      } catch (error) {
        log.error('keys.not_told', { code: codeOf(error) });
      }
    },
    async start() {
      await tellGaps(anchors, feed);
      await policy.reconcile();
      feed.start();
      upkeep.start();
    },
  };
}
