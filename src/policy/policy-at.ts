import type { FeedPolicy, FeedState } from '../keys/index.ts';

/** A list of a collection, and where it holds: there and below. */
export interface PolicyAt {
  readonly policy: FeedPolicy;
  readonly placedAt: string;
}

/**
 * The list that the signed feed has for a path, whether or not anything is there; undefined where none
 * holds. Its id is the path of its collection, and it must be of that collection.
 */
export function policyAt(feed: Pick<FeedState, 'policy'>, path: string): PolicyAt | undefined {
  const [, site, collection] = path.split('/', 3);
  const policy = feed.policy(`${site}/${collection}`);
  if (policy === undefined || !('collection' in policy)) return undefined;
  return policy.collection === collection ? { policy, placedAt: `/${policy.id}` } : undefined;
}

/** Any list: asked in place of one that is not there, so that the answer takes as long. */
export function anyPolicy({
  policies,
}: Pick<FeedState, 'policies'>): Pick<FeedPolicy, 'entries' | 'id' | 'version'> {
  const [first] = policies;
  return first ?? { id: '', version: 0, entries: [] };
}
