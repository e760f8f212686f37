import { readFileSync } from 'node:fs';
import { createApiDoor } from '../../access/api/api-door.ts';
import { createSrmDoor } from '../../access/srm/door.ts';
import { createWebdavDoor } from '../../access/webdav/webdav-door.ts';
import { createIsOperator, type IsOperator } from '../../authz/index.ts';
import {
  createFileMetadata,
  createFiles,
  createProofs,
  type DisclosureAudit,
  type Files,
  type Standing,
} from '../../files/index.ts';
import { listenerLimits } from '../../listener/limits.ts';
import { createListener, type Listener } from '../../listener/listener.ts';
import {
  createKeyDesk,
  createOperatorDesk,
  type KeyDesk,
  type OperatorDesk,
} from '../../policy/index.ts';
import { knownKeywords } from '../../registration/index.ts';
import { publicUrlOf } from '../config/contradictions.ts';
import { openIdentity } from '../open-identity.ts';
import { readPrivateFile } from '../secrets/private-file.ts';
import type { GatewayContext } from './context.ts';
import type { Crawler } from './crawler.ts';
import { createGateDoor, type FeedGate } from './feed-gate.ts';
import { keyCareOf } from './key-care.ts';
import type { ClinicalSide } from './open-clinical-side.ts';
import type { ComputingSide } from './open-computing-side.ts';
import { replicaKeys } from './open-key-client.ts';
import type { KeysSide } from './open-keys-side.ts';
import { openRefusals } from './open-refusals.ts';
import { createServiceCredential } from './service-credential.ts';
import { createStatus } from './status.ts';

/** Everything behind the doors. */
export interface GatewaySides {
  readonly computing: ComputingSide;
  readonly keysSide: KeysSide;
  readonly clinical: ClinicalSide;
  readonly crawler: Crawler;
  readonly gate: FeedGate;
}

/** Open the file port and the doors to it. @throws LISTENER_*, IDENTITY_TRUST_UNREADABLE */
export async function openDoors(context: GatewayContext, sides: GatewaySides): Promise<Listener> {
  const { config, path, tools, teardown } = context;
  const { clock, random, log } = tools;
  const { catalog, storage } = sides.computing;
  const files = openFiles(context, sides);
  const identity = await identityOf(context);
  teardown.add(async () => identity.close());
  const { tls, host, port, publicHost, proxies, connectionsPerCaller } = config.listen;
  const { policy, ownKeys } = sides.keysSide;
  const { opened, registration } = sides.clinical;
  const { audit, auditCheck } = sides.computing;
  const metadata = createFileMetadata({
    catalog,
    standing: standingOf(sides),
    clock,
    audit: disclosureAudit(sides),
    keywords: knownKeywords,
  });
  const isOperator = createIsOperator(config.operators);
  const status = createStatus({
    config,
    storage,
    ...sides.keysSide,
    opened,
    crawler: sides.crawler,
    registration,
    catalog,
    audit,
    auditCheck,
    gate: sides.gate,
    isOperator,
    clock,
  });
  const keyDesk = openKeyDesk(context, sides, isOperator);
  const operators = openOperatorDesk(context, sides, isOperator);
  const refusals = openRefusals({ audit, clock, log });
  teardown.add(() => refusals.close());
  const transfer = publicHost === undefined ? {} : { transfer: { host: publicHost } };
  const listener = await createListener({
    host,
    port,
    proxies,
    limits: { ...listenerLimits, connectionsPerCallerMax: connectionsPerCaller },
    clock,
    log,
    random,
    authenticate: identity.authenticate,
    onRefused: (refusal) => refusals.note(refusal),
    doors: [
      createGateDoor(sides.gate),
      createApiDoor({ files, metadata, policy, ownKeys, operators, keyDesk, status, log }),
      createSrmDoor({ files, clock, log, ...transfer }),
      createWebdavDoor({ files, log }),
    ],
    ...(tls === undefined
      ? {}
      : {
          tls: { key: readPrivateFile(path(tls.key)), cert: readFileSync(path(tls.certificate)) },
        }),
  });
  teardown.add(() => listener.close());
  return listener;
}

function identityOf({ config, path, tools }: GatewayContext): ReturnType<typeof openIdentity> {
  const settings = {
    trustDirectory: config.trustDirectory === undefined ? undefined : path(config.trustDirectory),
    issuers: config.issuers.map((issuer) => ({
      ...issuer,
      jwks: path(issuer.jwks),
      longestLifetimeSeconds: issuer.longestLifetimeHours * 3600,
    })),
    publicUrl: config.publicUrl,
  };
  return openIdentity(settings, tools);
}

function openKeyDesk(
  { config, tools: { clock } }: GatewayContext,
  { computing, keysSide }: GatewaySides,
  isOperator: IsOperator,
): KeyDesk {
  return createKeyDesk({
    isOperator,
    clock,
    status: () => keyCareOf({ ...keysSide, config }),
    recover: () => keysSide.upkeep.recover(),
    refresh: (reason) => keysSide.upkeep.refresh(reason),
    audit: ({ caller, ...act }) =>
      computing.audit.record({ subject: caller.subject, outcome: 'success', ...act }),
  });
}

function openOperatorDesk(
  { tools: { clock } }: GatewayContext,
  { computing, keysSide, clinical }: GatewaySides,
  isOperator: IsOperator,
): OperatorDesk {
  return createOperatorDesk({
    isOperator,
    applyHiding: (collection) => clinical.registration.applyHiding(collection),
    locks: computing.catalog.locks,
    dropRecalls: () => clinical.recall.dropUnserved(),
    policy: keysSide.policy,
    feed: keysSide.feed,
    clock,
    audit: ({ caller, ...act }) =>
      computing.audit.record({ subject: caller.subject, outcome: 'success', ...act }),
  });
}

function openFiles(context: GatewayContext, sides: GatewaySides): Files {
  const { config, tools, keys } = context;
  const { clock, random, log } = tools;
  const { catalog, storage } = sides.computing;
  const { keyServers } = sides.keysSide;
  const credential = createServiceCredential({
    site: config.site,
    signer: keys.service,
    servers: config.keyServers.servers.map((server) => ({
      name: server.name,
      publicUrl: publicUrlOf(server),
    })),
    clock,
  });
  return createFiles({
    catalog,
    standing: standingOf(sides),
    recall: sides.clinical.recall,
    storage,
    clock,
    random,
    log,
    keys: replicaKeys(keyServers, credential),
    proofs: createProofs({ producers: keys.producers, log }),
    audit: disclosureAudit(sides),
  });
}

function standingOf({ keysSide }: GatewaySides): Standing {
  return { now: () => keysSide.feed.state() };
}

function disclosureAudit({ computing }: GatewaySides): DisclosureAudit {
  return {
    disclosing: ({ caller, ...what }) =>
      computing.audit.record({ subject: caller.subject, outcome: 'success', ...what }),
  };
}
