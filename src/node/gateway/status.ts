import { type Audit, type CheckBeside, describeGap } from '../../audit/index.ts';
import type { IsOperator } from '../../authz/index.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Principal } from '../../identity/principal.ts';
import type {
  KeyServers,
  PolicyFeed,
  RecordAnchors,
  ServerGap,
  ServerReport,
} from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CollectionStatus, Registration } from '../../registration/index.ts';
import type { Storage, StorageSpace } from '../../storage/storage.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { keyServerAmiss, missedAmiss, pacsAmiss, recordAmiss } from './amiss.ts';
import { clockNotes } from './clocks.ts';
import type { Crawler } from './crawler.ts';
import type { FeedGate } from './feed-gate.ts';
import { hostNotes, keyServerStatus } from './key-care.ts';
import type { OpenSources } from './open-sources.ts';

/** What an installation in one process does not separate; said wherever its state is shown. */
const oneProcessNotes = [
  'one process: the clinical and the computing side run together; whoever controls it sees identified data',
  'the gateway may open replicas of open collections, whatever the policy of their users; of sealed ones none',
];

/** How long a failed recall is shown to who asked for it, and how many at most. */
const shownRecalls = { durationMs: 24 * 60 * 60 * 1_000, limit: 50 };

/** What the status is made of. */
export interface StatusPorts {
  readonly config: GatewayConfig;
  readonly storage: Storage;
  readonly keyServers: KeyServers;
  readonly anchors: Pick<RecordAnchors, 'behind' | 'missed'>;
  readonly feed: Pick<PolicyFeed, 'state'>;
  readonly opened: OpenSources;
  readonly crawler: Crawler;
  readonly registration: Pick<Registration, 'status'>;
  readonly catalog: Pick<Catalog, 'locks' | 'names' | 'recalls'>;
  readonly audit: Pick<Audit, 'healthy'>;
  readonly gate: Pick<FeedGate, 'reason'>;
  readonly auditCheck: Pick<CheckBeside, 'accepted' | 'amiss'>;
  readonly isOperator: IsOperator;
  readonly clock: Clock;
}

/**
 * How the installation is: for operators all of it, for others whether something is amiss, and for
 * each what concerns the recalls that they asked for. Names no patients.
 */
export function createStatus(ports: StatusPorts): (caller: Principal) => Promise<unknown> {
  return async (caller) => {
    const reports = await ports.keyServers.status({});
    const space = await ports.storage.space();
    const amiss = amissOf(ports, { reports, space });
    const isOperator = ports.isOperator(caller, ports.clock.nowMs());
    return {
      site: ports.config.site,
      state: amiss.length === 0 ? 'ok' : 'degraded',
      recalls: await recallsOf(ports, caller),
      ...(isOperator ? { amiss, ...(await installation(ports, { reports, space })) } : {}),
    };
  };
}

interface Looked {
  readonly reports: readonly ServerReport[];
  readonly space: StorageSpace;
}

/** What does not work as it should, as operators read it. */
function amissOf(
  { anchors, audit, auditCheck, gate, opened, crawler }: StatusPorts,
  { reports, space }: Looked,
): readonly string[] {
  const { usedBytes, limitBytes, disk } = space;
  const isFull =
    usedBytes >= limitBytes || (disk !== undefined && disk.freeBytes <= disk.keptBytes);
  return [
    ...(gate.reason === undefined ? [] : [`nobody is served: ${gate.reason}`]),
    ...(audit.healthy ? [] : ['the audit record cannot be written: nothing is disclosed']),
    ...anchors.missed.map(missedAmiss),
    ...auditCheck.amiss.map((problem) => `the audit record is damaged: ${problem}`),
    ...(isFull ? ['the store of replicas is full'] : []),
    ...[...opened.sources].flatMap(([name, { guard }]) =>
      pacsAmiss({ name, circuit: guard.status().circuit, failure: crawler.failureOf(name) }),
    ),
    ...reports.flatMap(keyServerAmiss),
    ...anchors.behind.map(recordAmiss),
  ];
}

async function installation(ports: StatusPorts, { reports, space }: Looked) {
  const { config, storage, opened, crawler, registration, catalog, auditCheck, feed } = ports;
  const collections = await registration.status();
  return {
    roles: ['clinical', 'computing'],
    notes: [
      ...oneProcessNotes,
      ...hostNotes(config),
      ...clockNotes(reports, config.keyServers.threshold),
      ...filterNotes(collections),
      ...auditCheck.accepted.map((gap) => `the audit record has a gap: ${describeGap(gap)}`),
      ...(await feed.state()).gaps.flatMap(gapNote),
    ],
    storage: { name: storage.name, ...space },
    pacs: [...opened.sources].map(([name, { guard }]) => ({
      name,
      ...guard.status(),
      lastCrawlFailure: crawler.failureOf(name),
      lastWalk: crawler.lastWalkOf(name),
    })),
    keyServers: reports.map(keyServerStatus),
    collections,
    locks: await locksOf(catalog),
  };
}

async function locksOf({ locks }: StatusPorts['catalog']) {
  const rows = await locks.all();
  return rows.map(({ path, reason, by, sinceMs }) => ({ path, reason, by, sinceMs }));
}

/** Of what is hidden or locked meanwhile, without its path. */
async function recallsOf({ catalog, clock }: StatusPorts, { subject }: Principal) {
  const { durationMs, limit } = shownRecalls;
  const since = { sinceMs: clock.nowMs() - durationMs, limit };
  const rows = await catalog.recalls.askedBy(subject, since);
  return Promise.all(
    rows.map(async ({ seriesId, state, failure, wants, createdMs }) => {
      const path = (await catalog.names.series(seriesId))?.path;
      return { path, state, failure, files: wants.length, createdMs };
    }),
  );
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

/** Of a key server's record; our own says more itself. */
function gapNote({ server, reason, gap, timeMs }: ServerGap): readonly string[] {
  if (server === null) return [];
  const { expected, found } = gap;
  const when = new Date(timeMs).toISOString();
  return [
    `the audit record of key server ${server} has a gap after record ${found.count}, up to ${expected.count}; told ${when}: ${reason}`,
  ];
}
