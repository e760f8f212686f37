import type { Policy } from '../authz/policy.ts';
import type { Catalog, PlaceTold } from '../catalog/catalog.ts';
import type { FeedPolicy, FeedState } from '../keys/index.ts';

/** Where what the feed says is taken to. */
export interface TakeFeedPorts {
  readonly site: string;
  readonly catalog: Pick<Catalog, 'policies' | 'keyChanges'>;
  /** What went is to be gone on the clinical side too. */
  readonly departed: (places: readonly PlaceTold[]) => Promise<void>;
  /** A list as the catalog has it; undefined of a policy that is none of the catalog's. */
  readonly fromKeyServers: (policy: FeedPolicy) => Policy | undefined;
}

/**
 * Make catalog and clinical index agree with the feed, which is the truth: they may have been restored from
 * before a change of a list, a lock or a withdrawal. What they have still to tell is newer and is left
 * alone; nothing is unlocked or shown by this.
 */
export async function takeFeed(ports: TakeFeedPorts, state: FeedState): Promise<void> {
  const { site, catalog, departed, fromKeyServers } = ports;
  for (const told of state.policies) {
    const policy = fromKeyServers(told);
    if (policy !== undefined) await catalog.policies.restore(policy);
  }
  const places = [...state.places.all()].map(
    ({ place, marks }): PlaceTold => ({
      place,
      hidden: marks.get('hidden'),
      locked: marks.get('locked'),
      destroyed: marks.get('destroyed'),
    }),
  );
  await departed(places);
  await catalog.keyChanges.restore(site, places);
}
