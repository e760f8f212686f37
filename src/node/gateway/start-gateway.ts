import { lockFile } from '../../db/index.ts';
import { checkAddresses, type StillSilent } from '../../keys/index.ts';
import { sleep } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { CrawlReport } from '../../registration/index.ts';
import { checkStart } from '../check-start.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { RunningService, ServiceTools } from '../service.ts';
import { watchClocks } from './clocks.ts';
import type { GatewayContext } from './context.ts';
import { Crawler } from './crawler.ts';
import { FeedGate } from './feed-gate.ts';
import { gatewayFolders } from './gateway-folders.ts';
import { openGatewayKeys } from './gateway-keys.ts';
import { gatewayNeeds } from './gateway-needs.ts';
import { startHousekeeping } from './housekeeping.ts';
import { installPolicies } from './install-policies.ts';
import { hostsOf } from './key-care.ts';
import { openClinicalSide } from './open-clinical-side.ts';
import { openComputingSide } from './open-computing-side.ts';
import { type GatewaySides, openDoors } from './open-doors.ts';
import { openKeysSide } from './open-keys-side.ts';
import { takeOwnFeed } from './take-own-feed.ts';
import { Teardown } from './teardown.ts';
import { warnNeverMatches } from './warn-never-matches.ts';

/** A gateway that runs: both roads and all doors in one process. */
export interface RunningGateway extends RunningService {
  /** Walk a PACS now; all of them if none is named. */
  crawl(pacs?: string): Promise<readonly CrawlReport[]>;
}

/** Start a gateway. What was opened is closed again if a later step fails. */
export async function startGateway(
  loaded: LoadedConfig<GatewayConfig>,
  tools: ServiceTools,
): Promise<RunningGateway> {
  const teardown = new Teardown();
  try {
    return await start(loaded, tools, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(
  loaded: LoadedConfig<GatewayConfig>,
  tools: ServiceTools,
  teardown: Teardown,
): Promise<RunningGateway> {
  const { config } = loaded;
  const { clock, log } = tools;
  const folders = gatewayFolders(loaded.path(config.data));
  const { servers, threshold } = config.keyServers;
  const addresses = servers.map(({ name, url }) => ({ name, baseUrl: url }));
  checkAddresses(addresses, threshold);
  await checkStart(gatewayNeeds(loaded, folders));
  const lock = lockFile(folders.lock);
  teardown.add(async () => lock.release());
  const keys = await openGatewayKeys(folders, tools.random);
  const context = { ...loaded, tools, folders, keys, teardown };
  const gate = new FeedGate(log);
  const computing = await openComputingSide(context);
  const keysSide = await openKeysSide(context, computing, gate);
  const clinical = await openClinicalSide(context, computing, keysSide);
  const { registration, opened } = clinical;
  const crawler = new Crawler({ config, registration, sources: opened.sources, clock, log });
  const sides = { computing, keysSide, clinical, crawler, gate };
  const listener = await openDoors(context, sides);
  const begun = begin(context, sides);
  teardown.add(() => begun.end());
  await begun.soon;
  const { tls, publicHost } = config.listen;
  const scheme = tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${publicHost ?? listener.host}:${listener.port}`;
  log.info('gateway.listening', { url });
  return { url, crawl: (pacs) => crawler.crawl(pacs), close: () => teardown.run() };
}

/** How long a start waits for the work to begin before it says that it listens. */
const soonMs = 10_000;

/**
 * Begin both roads, once the gateway knows what its feed says. Until then the doors are shut, and nothing is
 * announced, recalled or signed.
 */
function begin(context: GatewayContext, sides: GatewaySides) {
  const { clock, log } = context.tools;
  const ending = new AbortController();
  const work = beginRoads(context, sides, ending.signal);
  work.catch((error: unknown) => {
    if (ending.signal.aborted) return;
    const code = codeOf(error) ?? String(error);
    log.error('gateway.not_begun', { code });
    sides.gate.shut(`the start failed: ${code}`);
  });
  return {
    /** Rejects where it fails soon. */
    soon: Promise.race([work, sleep(clock, soonMs, { signal: ending.signal })]),
    async end(): Promise<void> {
      ending.abort(new Error('the gateway ends'));
      await work.catch(() => undefined);
    },
  };
}

async function beginRoads(
  context: GatewayContext,
  sides: GatewaySides,
  signal: AbortSignal,
): Promise<void> {
  const { config, tools, teardown } = context;
  const { clock, log } = tools;
  const { computing, keysSide, clinical, crawler, gate } = sides;
  const { registration, recall } = clinical;
  const { feed, keyServers, threshold, tellKeyServers } = keysSide;
  // A server may show meanwhile that our audit record was cut.
  const either = AbortSignal.any([signal, gate.stopped]);
  await feed.catchUp({ signal: either, onSilent: (servers) => gate.shut(waitingFor(servers)) });
  either.throwIfAborted();
  const take = (): Promise<void> => takeOwnFeed(context, sides);
  await take();
  await registration.offerCollections();
  warnNeverMatches(config, log);
  for (const { host, servers } of hostsOf(config))
    log.warn('keys.one_host', { host, servers: servers.join(', '), threshold });
  await installPolicies(config, feed);
  await keysSide.start();
  await recall.start();
  // What is begun from here on is ended by the teardown, which has not begun.
  signal.throwIfAborted();
  crawler.start();
  teardown.add(() => crawler.stop());
  const { stages } = computing.catalog;
  const housekeeping = startHousekeeping({ stages, tellKeyServers, clock, log });
  teardown.add(async () => housekeeping.stop());
  const clocks = watchClocks({ keyServers, threshold, clock, log });
  teardown.add(async () => clocks.stop());
  gate.open(take);
}

function waitingFor(servers: StillSilent): string {
  const names = [...servers].map(([name, code]) =>
    code === undefined ? name : `${name} (${code})`,
  );
  return `waiting for what key servers hold of the policy feed: ${names.join(', ')}`;
}
