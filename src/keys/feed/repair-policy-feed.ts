import { createPublicKey } from 'node:crypto';
import { pinKeys } from '../../seal/index.ts';
import { checkAddresses } from '../http/server-address.ts';
import { FeedFollower } from './feed-follower.ts';
import { OwnFeed } from './own-feed.ts';
import type { PolicyFeedOptions } from './policy-feed.ts';
import { type FeedRepair, repairFeed } from './repair-feed.ts';

/** How a repair ended. */
export interface FeedRepaired extends FeedRepair {
  /** Servers that follow the chain that goes on, to its end. */
  readonly followedBy: readonly string[];
}

/**
 * End a fork of the policy feed, while nothing else writes it, and bring all servers to it.
 * @throws KEYS_CONFIG_INVALID, and what `repairFeed` does
 */
export async function repairPolicyFeed(options: PolicyFeedOptions): Promise<FeedRepaired> {
  const { servers, threshold, signer, store } = options;
  checkAddresses(servers, threshold);
  const own = new OwnFeed(options);
  const shared = {
    ...options,
    anchors: options.anchors,
    state: () => own.state(),
    adopt: (statements: readonly string[]) => own.adopt(statements),
  };
  const followers = servers.map((server) => new FeedFollower(server, shared));
  try {
    const pinned = pinKeys([createPublicKey(signer.privateKey)]);
    const repair = await repairFeed({ own, store, pinned, followers, threshold });
    await Promise.all(followers.map((follower) => follower.beat()));
    const { seq } = repair.position;
    const followedBy = followers.filter((follower) => follower.acknowledges(seq));
    return { ...repair, followedBy: followedBy.map(({ server }) => server) };
  } finally {
    await Promise.all(followers.map((follower) => follower.close()));
  }
}
