import {
  type AllKnowingHost,
  allKnowingHosts,
  type Conduct,
  type KeyServers,
  type KeyUpkeep,
  type PolicyFeed,
  type ServerReport,
} from '../../keys/index.ts';
import type { KeyCare, KeyServerCare } from '../../policy/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { clockNotes } from './clocks.ts';

/** What it is made of. */
export interface KeyCarePorts {
  readonly config: Pick<GatewayConfig, 'keyServers'>;
  readonly keyServers: Pick<KeyServers, 'status'>;
  readonly feed: Pick<PolicyFeed, 'state'>;
  readonly conduct: Pick<Conduct, 'of'>;
  readonly upkeep: Pick<KeyUpkeep, 'job'>;
}

/** How the keys are kept, as the gateway sees it. */
export async function keyCareOf(ports: KeyCarePorts): Promise<KeyCare> {
  const { threshold } = ports.config.keyServers;
  const [reports, feed] = await Promise.all([ports.keyServers.status({}), ports.feed.state()]);
  return {
    threshold,
    feedPosition: feed.position.seq,
    refreshedSince: feed.epochs.since,
    refreshBegun: feed.epochs.begun,
    servers: reports.map((report) => ({
      ...keyServerStatus(report),
      ...ports.conduct.of(report.name),
    })),
    notes: [...hostNotes(ports.config), ...clockNotes(reports, threshold)],
    job: ports.upkeep.job,
  };
}

/** What a server says of itself. */
export function keyServerStatus(report: ServerReport): KeyServerCare {
  const { name } = report;
  if (!report.reachable) return { name, state: report.code };
  const { status, clockOffsetMs } = report;
  const { leaseRemainingMs, seq: feedPosition, acceptsShared } = status;
  const said = { clockOffsetMs, leaseRemainingMs, feedPosition, acceptsShared };
  return { name, state: 'reachable', ...said };
}

/** Hosts that open every key by themselves. */
export function hostsOf({ keyServers }: Pick<GatewayConfig, 'keyServers'>) {
  const servers = keyServers.servers.map(({ name, url }) => ({ name, baseUrl: url }));
  return allKnowingHosts(servers, keyServers.threshold);
}

/** For people. */
export function hostNotes(config: Pick<GatewayConfig, 'keyServers'>): readonly string[] {
  return hostsOf(config).map(hostNote);
}

function hostNote({ host, servers }: AllKnowingHost): string {
  return `no protection from ${host}: ${servers.join(', ')} run there, which open every key together`;
}
