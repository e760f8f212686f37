import type { KeyServers, ServerReport } from '../../keys/index.ts';
import type { Storage } from '../../storage/storage.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
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
}): () => Promise<unknown> {
  const { config, storage, keyServers, opened, crawler } = ports;
  return async () => {
    const reports = await keyServers.status({});
    return {
      site: config.site,
      roles: ['clinical', 'computing'],
      notes: oneProcessNotes,
      storage: { name: storage.name, ...(await storage.space()) },
      pacs: [...opened.sources].map(([name, { guard }]) => ({
        name,
        ...guard.status(),
        lastCrawlFailure: crawler.failureOf(name),
        lastWalk: crawler.lastWalkOf(name),
      })),
      keyServers: reports.map(keyServerStatus),
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
