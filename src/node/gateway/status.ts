import type { IsOperator } from '../../authz/index.ts';
import type { CatalogLocks } from '../../catalog/catalog.ts';
import type { Principal } from '../../identity/principal.ts';
import type { KeyServers, ServerReport } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CollectionStatus, Registration } from '../../registration/index.ts';
import type { Storage } from '../../storage/storage.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { clockNotes } from './clocks.ts';
import type { Crawler } from './crawler.ts';
import type { OpenSources } from './open-sources.ts';

/** What an installation in one process does not separate; said wherever its state is shown. */
const oneProcessNotes = [
  'one process: the clinical and the computing side run together; whoever controls it sees identified data',
  'the gateway may open replicas of open collections, whatever the policy of their users; of sealed ones none',
];

/** State of the installation: no names of patients or files. */
export function createStatus(ports: {
  readonly config: GatewayConfig;
  readonly storage: Storage;
  readonly keyServers: KeyServers;
  readonly opened: OpenSources;
  readonly crawler: Crawler;
  readonly registration: Pick<Registration, 'status'>;
  readonly locks: Pick<CatalogLocks, 'all'>;
  readonly isOperator: IsOperator;
  readonly clock: Clock;
}): (caller: Principal) => Promise<unknown> {
  const { config, storage, keyServers, opened, crawler, registration } = ports;
  return async (caller) => {
    const reports = await keyServers.status({});
    // Names of collections are for those who may know of them.
    const isOperator = ports.isOperator(caller, ports.clock.nowMs());
    const collections = isOperator ? await registration.status() : undefined;
    return {
      site: config.site,
      roles: ['clinical', 'computing'],
      notes: [
        ...oneProcessNotes,
        ...clockNotes(reports, config.keyServers.threshold),
        ...filterNotes(collections ?? []),
      ],
      storage: { name: storage.name, ...(await storage.space()) },
      pacs: [...opened.sources].map(([name, { guard }]) => ({
        name,
        ...guard.status(),
        lastCrawlFailure: crawler.failureOf(name),
        lastWalk: crawler.lastWalkOf(name),
      })),
      keyServers: reports.map(keyServerStatus),
      ...(collections === undefined ? {} : { collections, locks: await ports.locks.all() }),
    };
  };
}

/** Values are named by their place in the configuration: they may be Patient IDs. */
function filterNotes(collections: readonly CollectionStatus[]): readonly string[] {
  return collections.flatMap(({ collection, unseen }) => {
    const [first] = unseen;
    if (first === undefined) return [];
    const more = unseen.length === 1 ? '' : ` and ${unseen.length - 1} more`;
    return `collection ${collection}: no series seen so far has what filter.${first}${more} names`;
  });
}

/** Absent of a server that does not answer: clock, lease and how far it has followed the feed. */
function keyServerStatus(report: ServerReport) {
  const { name } = report;
  if (!report.reachable) return { name, state: report.code };
  const { status, clockOffsetMs } = report;
  const { leaseRemainingMs, seq: feedPosition } = status;
  return { name, state: 'reachable', clockOffsetMs, leaseRemainingMs, feedPosition };
}
