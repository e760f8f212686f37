import type { IsOperator } from '../../authz/index.ts';
import type { Principal } from '../../identity/principal.ts';
import type { KeyServers, ServerReport } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Registration } from '../../registration/index.ts';
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
  readonly isOperator: IsOperator;
  readonly clock: Clock;
}): (caller: Principal) => Promise<unknown> {
  const { config, storage, keyServers, opened, crawler, registration } = ports;
  return async (caller) => {
    const reports = await keyServers.status({});
    // Names of collections are for those who may know of them.
    const isOperator = ports.isOperator(caller, ports.clock.nowMs());
    return {
      site: config.site,
      roles: ['clinical', 'computing'],
      notes: [...oneProcessNotes, ...clockNotes(reports, config.keyServers.threshold)],
      storage: { name: storage.name, ...(await storage.space()) },
      pacs: [...opened.sources].map(([name, { guard }]) => ({
        name,
        ...guard.status(),
        lastCrawlFailure: crawler.failureOf(name),
        lastWalk: crawler.lastWalkOf(name),
      })),
      keyServers: reports.map(keyServerStatus),
      ...(isOperator ? { collections: await registration.status() } : {}),
    };
  };
}

/** Absent of a server that does not answer: clock, lease and how far it has followed the feed. */
function keyServerStatus(report: ServerReport) {
  const { name } = report;
  if (!report.reachable) return { name, state: report.code };
  const { status, clockOffsetMs } = report;
  const { leaseRemainingMs, seq: feedPosition } = status;
  return { name, state: 'reachable', clockOffsetMs, leaseRemainingMs, feedPosition };
}
