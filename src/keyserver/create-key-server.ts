import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createRefusalCount, type Refusal } from '../audit/index.ts';
import { type Database, openSqlite } from '../db/index.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { keysLimits, type Peer } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { ListenerLimits } from '../listener/limits.ts';
import { createListener, type Listener } from '../listener/listener.ts';
import type { TlsFiles } from '../listener/tls-server.ts';
import type { PinnedKeys, Signer } from '../seal/index.ts';
import { keyserverErrors } from './errors.ts';
import { FeedChain } from './feed-chain.ts';
import { type KeptRecord, keepRecord } from './keep-record.ts';
import { createKeyServerDoor } from './key-server-door.ts';
import { Lease } from './lease.ts';
import { MasterKey } from './master-key.ts';
import { RecordAnchors } from './record-anchors.ts';
import { anchorFileOf, databaseFileOf } from './record-at-rest.ts';
import { appendAudit } from './store/audit-chain.ts';
import { Runs } from './store/runs.ts';
import { type KeyServerSchema, migrations } from './store/schema.ts';
import { acceptTickets, createTickets } from './tickets.ts';
import { RunSettler } from './upkeep/settle-runs.ts';

/** What a key server is made of. */
export interface KeyServerOptions {
  /** As in receipts, deposits and the clients' configuration. */
  readonly name: string;
  /** Whose policy feed it follows. */
  readonly site: string;
  /** Holds its database. */
  readonly folder: string;
  /** Made by `initMasterKey`; kept and backed up apart from the folder. */
  readonly masterKeyFile: string;
  /** With which it signs what it acknowledges; gateways enrol its public half. */
  readonly signer: Signer;
  /** X25519: opens what other key servers seal to it; they enrol its public half. */
  readonly boxKey: KeyObject;
  /** Other key servers with which it makes shares; enrolled by its operator. */
  readonly peers: readonly Peer[];
  /** Where its clients reach it: scheme, host and port. Issuer and audience of its tickets. */
  readonly publicUrl: string;
  /** Decides who calls; of tickets the server itself does. */
  readonly authenticate: Authenticate;
  /** Whether `authenticate` takes tokens that other parties accept too: said at start and in the status. */
  readonly acceptsShared?: boolean;
  /** Producers whose deposits it takes; enrolled by its operator. */
  readonly depositorKeys: PinnedKeys;
  /** Gateways whose policy feed it follows; enrolled by its operator. */
  readonly feedKeys: PinnedKeys;
  /** Without it the server listens on loopback only. */
  readonly tls?: TlsFiles;
  /** Front proxies, as the listener has them. */
  readonly proxies?: readonly string[];
  readonly limits?: ListenerLimits;
  readonly leaseMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A key server. */
export interface KeyServer {
  /** @returns where it listens, for `baseUrl` @throws LISTENER_* */
  listen(endpoint: { readonly host: string; readonly port: number }): Promise<string>;
  /** Stops listening, ends what is under way, closes the database. */
  close(): Promise<void>;
}

/**
 * Open a key server: one share of each key, released to whom the policy allows and while its lease
 * on the policies lasts.
 * @throws KEYSERVER_MASTER_KEY_INVALID, KEYSERVER_STORE_DAMAGED, AUDIT_*, DB_*
 */
export async function createKeyServer(options: KeyServerOptions): Promise<KeyServer> {
  const { clock, random } = options;
  const masterKey = MasterKey.load(options.masterKeyFile, random);
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const stored = await openSqlite<KeyServerSchema>({
    path: databaseFileOf(options.folder),
    migrations,
    secureDelete: true,
    clock,
  });
  let record: KeptRecord | undefined;
  try {
    record = await keepRecord(stored, options);
    const { db } = record;
    const anchors = await openAnchors(record, options);
    await checkServer(db, options, masterKey);
    // A crash may have left the log behind with shares that were destroyed.
    await db.checkpoint();
    const leaseMs = options.leaseMs ?? keysLimits.leaseMs;
    const lease = new Lease(clock, leaseMs);
    const { acceptsShared = false, publicUrl } = options;
    if (acceptsShared) options.log.warn('keyserver.accepts_shared_audience', { publicUrl });
    const tickets = createTickets({ publicUrl, masterKey, clock });
    const feed = await FeedChain.open({ ...options, db, lease });
    const runs = await Runs.load(db);
    const settler = new RunSettler({ db, runs, feed, leaseMs, clock, log: options.log });
    settler.wake();
    const peers = withSelf(options);
    const following = { db, masterKey, anchors, lease, feed, runs, settler };
    const parts = { ...following, tickets, acceptsShared, peers };
    const door = createKeyServerDoor({ ...options, ...parts });
    const authenticate = acceptTickets(tickets, options);
    const refusals = createRefusalCount({
      record: ({ refusal, count }) => {
        const event = { kind: 'refused', ...(refusal && { refusal }), count } as const;
        return db.transaction((tx) => appendAudit(tx, event, clock.nowMs()));
      },
      clock,
      log: options.log,
    });
    const onRefused = (refusal: Refusal): void => refusals.note(refusal);
    let listener: Listener | undefined;
    return {
      async listen(endpoint) {
        const { host, port } = endpoint;
        const heard = { ...options, authenticate, onRefused, doors: [door] };
        listener = await createListener({ ...heard, host, port });
        return urlOf(listener, options.tls !== undefined);
      },
      async close() {
        await listener?.close();
        await refusals.close();
        await settler.close();
        await record?.close();
        await stored.close();
      },
    };
  } catch (error) {
    await record?.close();
    await stored.close();
    throw error;
  }
}

function openAnchors(record: KeptRecord, options: KeyServerOptions): Promise<RecordAnchors> {
  return RecordAnchors.open(anchorFileOf(options.masterKeyFile), {
    ...options,
    goesThrough: (head) => record.goesThrough(head),
    accepted: () => record.accepted,
  });
}

/** What it deals comes back to it in a box of its own, as to all others. */
function withSelf({ name, signer, boxKey, peers }: KeyServerOptions): ReadonlyMap<string, Peer> {
  const [signing, box] = [createPublicKey(signer.privateKey), createPublicKey(boxKey)];
  const self = { name, signingKey: signing, boxKey: box };
  return new Map([...peers, self].map((peer) => [peer.name, peer]));
}

/** A database belongs to one name, site and master key for ever. */
async function checkServer(
  db: Database<KeyServerSchema>,
  options: KeyServerOptions,
  masterKey: MasterKey,
): Promise<void> {
  const { name, site } = options;
  const own = { id: 1, name, site, master_key_check: masterKey.check() };
  await db.transaction(async (tx) => {
    const stored = await tx.selectFrom('server').selectAll().executeTakeFirst();
    if (stored === undefined) await tx.insertInto('server').values(own).execute();
    else if (stored.name !== name || stored.site !== site)
      throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED', {
        message: `the database is of ${stored.name}, ${stored.site}`,
      });
    else if (stored.master_key_check !== own.master_key_check)
      throw keyserverErrors.create('KEYSERVER_MASTER_KEY_INVALID', {
        message: 'not the one of this database',
      });
  });
}

function urlOf({ host, port }: Listener, secure: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${port}`;
}
