import type { PlaceTold } from '../../catalog/catalog.ts';
import type { ClinicalIndex } from '../../pacs/index/index.ts';
import { takeFeed } from '../../policy/index.ts';
import { serviceSubjectOf } from '../service-identity.ts';
import type { GatewayContext } from './context.ts';
import type { GatewaySides } from './open-doors.ts';
import { policyFromKeyServers } from './open-key-client.ts';

/** Make both sides agree with what the policy feed says. */
export async function takeOwnFeed(
  { config: { site } }: GatewayContext,
  { computing, keysSide, clinical }: Pick<GatewaySides, 'computing' | 'keysSide' | 'clinical'>,
): Promise<void> {
  const service = serviceSubjectOf(site);
  await takeFeed(
    {
      site,
      catalog: computing.catalog,
      departed: (places) => tellIndex(clinical.index, places),
      fromKeyServers: (policy) => policyFromKeyServers(policy, service),
    },
    await keysSide.feed.state(),
  );
}

/** Whole collections go by the configuration, entries by themselves with their series. */
async function tellIndex(index: ClinicalIndex, places: readonly PlaceTold[]): Promise<void> {
  for (const { place, hidden, destroyed } of places) {
    const { collection, subject, study, series, stem } = place;
    if (subject === undefined || stem !== undefined) continue;
    if (hidden === undefined && destroyed === undefined) continue;
    await index.restore(collection, [{ subject, study, series, hidden, withdrawn: destroyed }]);
  }
}
