import { lockFile } from '../../db/index.ts';
import { checkAddresses } from '../../keys/index.ts';
import type { CrawlReport } from '../../registration/index.ts';
import { checkStart } from '../check-start.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { RunningService, ServiceTools } from '../service.ts';
import { watchClocks } from './clocks.ts';
import { Crawler } from './crawler.ts';
import { gatewayFolders } from './gateway-folders.ts';
import { openGatewayKeys } from './gateway-keys.ts';
import { gatewayNeeds } from './gateway-needs.ts';
import { startHousekeeping } from './housekeeping.ts';
import { installPolicies } from './install-policies.ts';
import { hostsOf } from './key-care.ts';
import { openClinicalSide } from './open-clinical-side.ts';
import { openComputingSide } from './open-computing-side.ts';
import { openDoors } from './open-doors.ts';
import { openKeysSide } from './open-keys-side.ts';
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
  const computing = await openComputingSide(context);
  const keysSide = await openKeysSide(context, computing);
  const clinical = await openClinicalSide(context, computing, keysSide);
  const { registration, opened, recall } = clinical;
  await registration.offerCollections();
  warnNeverMatches(config, tools.log);
  for (const { host, servers: there } of hostsOf(config))
    log.warn('keys.one_host', { host, servers: there.join(', '), threshold });
  await installPolicies(config, computing.catalog);
  await keysSide.start();
  await recall.start();
  const crawler = new Crawler({ config, registration, sources: opened.sources, clock, log });
  const listener = await openDoors(context, { computing, keysSide, clinical, crawler });
  crawler.start();
  teardown.add(() => crawler.stop());
  const housekeeping = startHousekeeping({
    stages: computing.catalog.stages,
    tellKeyServers: keysSide.tellKeyServers,
    clock,
    log,
  });
  teardown.add(async () => housekeeping.stop());
  const clocks = watchClocks({ keyServers: keysSide.keyServers, threshold, clock, log });
  teardown.add(async () => clocks.stop());
  const { tls, publicHost } = config.listen;
  const scheme = tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${publicHost ?? listener.host}:${listener.port}`;
  log.info('gateway.listening', { url });
  return { url, crawl: (pacs) => crawler.crawl(pacs), close: () => teardown.run() };
}
