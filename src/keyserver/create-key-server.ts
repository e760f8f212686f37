import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type FastifyInstance, fastify } from 'fastify';
import { type Database, openSqlite } from '../db/index.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { keysLimits } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { PinnedKeys } from '../seal/index.ts';
import { keyserverErrors } from './errors.ts';
import { Lease } from './lease.ts';
import { keyserverLimits } from './limits.ts';
import { MasterKey } from './master-key.ts';
import { mountRoutes } from './routes.ts';
import { type KeyServerSchema, migrations } from './store/schema.ts';

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
  readonly authenticate: Authenticate;
  /** Producers whose deposits it takes; enrolled by its operator. */
  readonly depositorKeys: PinnedKeys;
  /** Gateways whose policy feed it follows; enrolled by its operator. */
  readonly feedKeys: PinnedKeys;
  /** PEM; without it the server listens on loopback only. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  readonly leaseMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A key server. */
export interface KeyServer {
  /** @returns where it listens, for `baseUrl` @throws KEYSERVER_INSECURE */
  listen(endpoint: { readonly host: string; readonly port: number }): Promise<string>;
  /** Stops listening, ends what is under way, closes the database. */
  close(): Promise<void>;
}

/**
 * Open a key server: one share of each key, released to whom the policy allows and while its lease
 * on the policies lasts.
 * @throws KEYSERVER_MASTER_KEY_INVALID, DB_*
 */
export async function createKeyServer(options: KeyServerOptions): Promise<KeyServer> {
  const { clock, random } = options;
  const masterKey = MasterKey.load(options.masterKeyFile, random);
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const db = await openSqlite<KeyServerSchema>({
    path: join(options.folder, 'keyserver.db'),
    migrations,
    secureDelete: true,
    clock,
  });
  try {
    await checkServer(db, options, masterKey);
    // A crash may have left the log behind with shares that were destroyed.
    await db.checkpoint();
    const lease = new Lease(clock, options.leaseMs ?? keysLimits.leaseMs);
    const app = createApp(options);
    mountRoutes(app, { ...options, db, masterKey, lease }, options.authenticate);
    return {
      listen: (endpoint) => listen(app, endpoint, options.tls !== undefined),
      async close() {
        await app.close();
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
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

function createApp(options: KeyServerOptions): FastifyInstance {
  const { tls } = options;
  const bounds = {
    bodyLimit: keyserverLimits.bodySizeMax,
    requestTimeout: keyserverLimits.requestTimeoutMs,
    keepAliveTimeout: keyserverLimits.idleTimeoutMs,
    forceCloseConnections: 'idle' as const,
  };
  // Every chain is accepted by the TLS layer and judged by `authenticate`.
  const app: FastifyInstance =
    tls === undefined
      ? fastify(bounds)
      : fastify({
          ...bounds,
          https: {
            cert: tls.certificate,
            key: tls.privateKey,
            minVersion: 'TLSv1.2',
            requestCert: true,
            rejectUnauthorized: false,
          },
        });
  app.server.maxConnections = keyserverLimits.connectionsMax;
  return app;
}

async function listen(
  app: FastifyInstance,
  endpoint: { readonly host: string; readonly port: number },
  secure: boolean,
): Promise<string> {
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(endpoint.host);
  if (!secure && !loopback) throw keyserverErrors.create('KEYSERVER_INSECURE');
  await app.listen(endpoint);
  const { port } = app.server.address() as AddressInfo;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${secure ? 'https' : 'http'}://${host}:${port}`;
}
