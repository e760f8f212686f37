import type { PlaceTold } from '../../catalog/catalog.ts';
import type { ClinicalIndex, Departure } from '../../pacs/index/index.ts';
import { takeFeed } from '../../policy/index.ts';
import type { GatewayContext } from './context.ts';
import type { GatewaySides } from './open-doors.ts';

/** Make both sides agree with what the policy feed says. */
export async function takeOwnFeed(
  { config: { site } }: GatewayContext,
  { computing, keysSide, clinical }: Pick<GatewaySides, 'computing' | 'keysSide' | 'clinical'>,
): Promise<void> {
  await takeFeed(
    {
      site,
      catalog: computing.catalog,
      departed: (places) => tellIndex(clinical.index, places),
    },
    await keysSide.feed.state(),
  );
}

/** Whole collections go by the configuration, entries by themselves with their series. */
async function tellIndex(index: ClinicalIndex, places: readonly PlaceTold[]): Promise<void> {
  const departures = Map.groupBy(places, ({ place }) => place.collection);
  for (const [collection, told] of departures)
    await index.restore(collection, told.flatMap(departureOf));
}

function departureOf({ place, hidden, destroyed }: PlaceTold): readonly Departure[] {
  const { subject, study, series, stem } = place;
  if (subject === undefined || stem !== undefined) return [];
  if (hidden === undefined && destroyed === undefined) return [];
  return [{ subject, study, series, hidden, withdrawn: destroyed }];
}
