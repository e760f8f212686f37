import type { Catalog, PlaceTold } from '../catalog/catalog.ts';
import type { FeedState } from '../keys/index.ts';

/** Where what the feed says is taken to. */
export interface TakeFeedPorts {
  readonly site: string;
  readonly catalog: Pick<Catalog, 'keyChanges'>;
  /** What went is to be gone on the clinical side too. */
  readonly departed: (places: readonly PlaceTold[]) => Promise<void>;
}

/**
 * Make catalog and clinical index agree with the feed, which is the truth: they may have been restored from
 * before a lock or a withdrawal. What they have still to tell is newer and is left alone; nothing is
 * unlocked or shown by this. Who may do what is decided by the feed itself.
 */
export async function takeFeed(ports: TakeFeedPorts, state: FeedState): Promise<void> {
  const { site, catalog, departed } = ports;
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
