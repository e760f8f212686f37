import { readFileSync } from 'node:fs';
import { createApiDoor } from '../access/api/api-door.ts';
import { createListener } from '../access/listener/listener.ts';
import { createSrmDoor } from '../access/srm/door.ts';
import { createWebdavDoor } from '../access/webdav/webdav-door.ts';
import { openAudit } from '../audit/index.ts';
import { openCatalog } from '../catalog/index.ts';
import { createFileMetadata, createFiles } from '../files/index.ts';
import { createKeyServers } from '../keys/index.ts';
import { createIndexCipher, openClinicalIndex } from '../pacs/index/index.ts';
import { createPolicyService, openPolicyFeedStore } from '../policy/index.ts';
import { createProduction } from '../production/index.ts';
import { createRecallEngine } from '../recall/engine.ts';
import { type CrawlReport, createRegistration } from '../registration/index.ts';
import { openDiskStorage } from '../storage/backends/disk/index.ts';
import type { GatewayConfig } from './config/gateway-config.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { Crawler } from './crawler.ts';
import { gatewayFolders } from './gateway-folders.ts';
import { openGatewayKeys } from './gateway-keys.ts';
import { installPolicies } from './install-policies.ts';
import { openCollections, policyIdOf } from './open-collections.ts';
import { openIdentity } from './open-identity.ts';
import { feedWithService, keyDeposits, replicaKeys } from './open-key-client.ts';
import { openSources } from './open-sources.ts';
import { removeStrayReplicas } from './remove-stray-replicas.ts';
import { createServiceCredential, serviceSubjectOf } from './service-credential.ts';
import type { RunningService, ServiceTools } from './start-key-server.ts';
import { createStatus } from './status.ts';
import { Teardown } from './teardown.ts';

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
    return await compose(loaded, tools, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function compose(
  { config, path }: LoadedConfig<GatewayConfig>,
  tools: ServiceTools,
  teardown: Teardown,
): Promise<RunningGateway> {
  const { clock, random, log } = tools;
  const folders = gatewayFolders(path(config.data));
  const keys = await openGatewayKeys(folders, random);
  const cipher = createIndexCipher({ hospitalKey: keys.hospitalKey, random });

  const audit = await openAudit({ path: folders.computing.audit, clock, log });
  teardown.add(() => audit.close());
  const storage = await openDiskStorage({
    name: 'disk',
    path: folders.computing.replicas,
    capacityBytes: config.storage.limit,
    clock,
    log,
  });
  const catalog = await openCatalog({ path: folders.computing.catalog, clock, random });
  teardown.add(() => catalog.close());
  await removeStrayReplicas({ storage, versions: catalog.versions, log });
  const index = await openClinicalIndex({ path: folders.clinical.index, cipher, clock });
  teardown.add(() => index.close());

  const { threshold } = config.keyServers;
  const addresses = config.keyServers.servers.map(({ name, url, authorities }) => ({
    name,
    baseUrl: url,
    ...(authorities === undefined ? {} : { authorities: readFileSync(path(authorities), 'utf8') }),
  }));
  const serverNames = addresses.map(({ name }) => name);
  const keyServers = createKeyServers({
    servers: addresses,
    threshold,
    producer: keys.producer,
    clock,
    log,
  });
  teardown.add(async () => keyServers.close());
  const openPolicies = new Set(
    config.collections
      .filter(({ delivery }) => delivery === 'open')
      .map(({ name }) => policyIdOf(config.site, name)),
  );
  const feedStore = await openPolicyFeedStore(folders.computing.feed);
  teardown.add(() => feedStore.close());
  const feed = feedWithService({
    site: config.site,
    signer: keys.feed,
    store: feedStore,
    servers: addresses,
    threshold,
    clock,
    log,
    serviceSubject: serviceSubjectOf(config.site),
    isOpen: (policyId) => openPolicies.has(policyId),
  });
  teardown.add(() => feed.close());
  const policy = createPolicyService({
    catalog,
    feed,
    store: feedStore,
    clock,
    audit: ({ caller, action, path: where, who, rule }) =>
      audit.record({
        action,
        subject: caller.subject,
        outcome: 'success',
        path: where,
        rule,
        detail: who,
      }),
  });

  const collections = openCollections(config, {
    ...tools,
    cipher,
    folder: folders.clinical.collectionKeys,
  });
  const registration = createRegistration({ index, inbox: catalog.inbox, collections, log });
  await registration.offerCollections();
  await installPolicies(config, catalog);
  await policy.reconcile();
  feed.start();

  const opened = await openSources(config, tools);
  teardown.add(() => opened.close());
  const recall = createRecallEngine({
    catalog,
    index,
    storage,
    clock,
    log,
    sources: new Map([...opened.sources].map(([name, { source }]) => [name, source])),
    collections: new Map(
      collections.map(({ offer, deidentifier }) => [
        offer.name,
        { policyId: offer.policyId, deidentifier },
      ]),
    ),
    production: createProduction({
      storage,
      deposits: keyDeposits(keyServers, { serverNames, threshold }),
      signer: keys.producer,
      clock,
      random,
    }),
  });
  await recall.start();
  teardown.add(() => recall.stop());

  const credential = createServiceCredential({
    site: config.site,
    signer: keys.service,
    servers: serverNames,
    clock,
  });
  const files = createFiles({
    catalog,
    recall,
    storage,
    clock,
    random,
    keys: replicaKeys(keyServers, credential),
    audit: {
      disclosing: ({ caller, path: where, rule, bytes }) =>
        audit.record({
          action: 'read',
          subject: caller.subject,
          outcome: 'success',
          path: where,
          rule,
          bytes,
        }),
    },
  });
  const crawler = new Crawler({ config, registration, sources: opened.sources, clock, log });
  const status = createStatus({ config, catalog, storage, keyServers, opened, crawler });
  const identity = await openIdentity(
    {
      trustDirectory: config.trustDirectory === undefined ? undefined : path(config.trustDirectory),
      issuers: config.issuers.map((issuer) => ({ ...issuer, jwks: path(issuer.jwks) })),
    },
    tools,
  );
  teardown.add(async () => identity.close());
  const { tls, host, port, publicHost } = config.listen;
  const listener = await createListener({
    host,
    port,
    clock,
    log,
    random,
    authenticate: identity.authenticate,
    doors: [
      createApiDoor({
        files,
        metadata: createFileMetadata({ catalog, clock }),
        policy,
        status,
        log,
      }),
      createSrmDoor({
        files,
        clock,
        log,
        ...(publicHost === undefined ? {} : { transfer: { host: publicHost } }),
      }),
      createWebdavDoor({ files, log }),
    ],
    ...(tls === undefined
      ? {}
      : { tls: { key: readFileSync(path(tls.key)), cert: readFileSync(path(tls.certificate)) } }),
  });
  teardown.add(() => listener.close());
  crawler.start();
  teardown.add(() => crawler.stop());
  const url = `${tls === undefined ? 'http' : 'https'}://${publicHost ?? listener.host}:${listener.port}`;
  log.info('gateway.listening', { url });
  return { url, crawl: (pacs) => crawler.crawl(pacs), close: () => teardown.run() };
}
