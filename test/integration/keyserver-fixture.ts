import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Authenticate } from '../../src/identity/authenticate.ts';
import {
  createKeyServers,
  createPolicyFeed,
  type FeedPosition,
  type FeedStore,
  type KeyCredential,
  type KeyDeposit,
  type KeyServerAddress,
  type KeyServers,
  type PolicyFeed,
} from '../../src/keys/index.ts';
import { createKeyServer, initMasterKey, type KeyServer } from '../../src/keyserver/index.ts';
import { assert } from '../../src/lib/assert.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Sensitive } from '../../src/lib/sensitive.ts';
import {
  keyIdOf,
  newRecipientKeyPair,
  type PinnedKeys,
  pinKeys,
  type Signer,
} from '../../src/seal/index.ts';
import type { Owner } from '../support/owner.ts';

export const site = 'hospital-a';
export const serverNames = ['hospital', 'office', 'infrastructure'];

/** A clock that moves when told to. */
export class FakeClock implements Clock {
  #nowMs = 1_800_000_000_000;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

/** A feed kept in memory. */
export function memoryFeedStore(): FeedStore & { readonly statements: string[] } {
  const statements: string[] = [];
  let last: FeedPosition | undefined;
  return {
    statements,
    last: () => Promise.resolve(last),
    append({ statement, ...position }) {
      assert(position.seq === statements.length + 1, 'entries follow each other');
      statements.push(statement);
      last = position;
      return Promise.resolve();
    },
    after: (seq, limit) => Promise.resolve(statements.slice(seq, seq + limit)),
  };
}

/** `Bearer <name>[,<group>...]` is that caller: who is who is not what these tests are about. */
export const authenticateByName: Authenticate = ({ authorization }) => {
  const [name, ...groups] = (authorization ?? '').replace(/^Bearer ?/, '').split(',');
  if (name === undefined || name === '') return Promise.resolve({ kind: 'anonymous' });
  const principal = {
    subject: `token:test#${name}`,
    groups,
    method: 'token',
    expiresMs: Number.MAX_SAFE_INTEGER,
  } as const;
  return Promise.resolve({ kind: 'accepted', principal });
};

export function tokenOf(caller: string): KeyCredential {
  return { kind: 'token', tokenFor: () => new Sensitive(caller) };
}

/** An Ed25519 signer and the pins that trust it. */
export function newSigner(): { readonly signer: Signer; readonly pinned: PinnedKeys } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signer: { keyId: keyIdOf(publicKey), privateKey }, pinned: pinKeys([publicKey]) };
}

/** A new key under `policyId`, as a producer deposits it. */
export function newDeposit(keyId: string, policyId = 'trial'): KeyDeposit {
  return {
    keyId,
    guid: `guid-${keyId}`,
    version: 1,
    generation: 1,
    collection: 'hospital-a/trial',
    policyId,
    recipient: newRecipientKeyPair(systemRandom),
    receiptDigest: null,
  };
}

/** How to open a server of the trio. */
export interface ServerOptions {
  readonly name: string;
  /** Its folder is `<root>/<name>`. */
  readonly root: string;
  readonly clock: Clock;
  readonly depositorKeys: PinnedKeys;
  readonly feedKeys: PinnedKeys;
}

/** Open a server; makes its master key on the first time. */
export function openServer(options: ServerOptions): Promise<KeyServer> {
  const folder = join(options.root, options.name);
  const masterKeyFile = join(options.root, `${options.name}.key`);
  if (!existsSync(masterKeyFile)) initMasterKey(masterKeyFile, systemRandom);
  return createKeyServer({
    ...options,
    site,
    folder,
    masterKeyFile,
    authenticate: authenticateByName,
    random: systemRandom,
    log: silentLog,
  });
}

/** Three servers in this process, a producer and a gateway. */
export interface Trio {
  readonly root: string;
  readonly clock: Clock;
  readonly servers: KeyServer[];
  readonly addresses: KeyServerAddress[];
  readonly producer: Signer;
  readonly gateway: Signer;
  readonly depositorKeys: PinnedKeys;
  readonly feedKeys: PinnedKeys;
  readonly store: ReturnType<typeof memoryFeedStore>;
  /** Client of the servers as they are addressed now. */
  keys(addresses?: readonly KeyServerAddress[]): KeyServers;
  feed(addresses?: readonly KeyServerAddress[]): PolicyFeed;
}

export async function startTrio(owner: Owner, root: string, clock?: Clock): Promise<Trio> {
  const producer = newSigner();
  const gateway = newSigner();
  const store = memoryFeedStore();
  const shared = {
    root,
    clock: clock ?? systemClock,
    depositorKeys: producer.pinned,
    feedKeys: gateway.pinned,
  };
  const servers: KeyServer[] = [];
  const addresses: KeyServerAddress[] = [];
  owner.after(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  for (const name of serverNames) {
    const server = await openServer({ ...shared, name });
    servers.push(server);
    addresses.push({ name, baseUrl: await server.listen({ host: '127.0.0.1', port: 0 }) });
  }
  const common = { threshold: 2, clock: systemClock, log: silentLog };
  return {
    ...shared,
    servers,
    addresses,
    producer: producer.signer,
    gateway: gateway.signer,
    store,
    keys(given = addresses) {
      const keys = createKeyServers({ ...common, servers: given, producer: producer.signer });
      owner.after(() => keys.close());
      return keys;
    },
    feed(given = addresses) {
      const feed = createPolicyFeed({
        ...common,
        clock: shared.clock,
        site,
        signer: gateway.signer,
        store,
        servers: given,
      });
      owner.after(() => feed.close());
      return feed;
    },
  };
}

/** The policy `trial`: these callers may read. */
export function trialPolicy(version: number, ...who: readonly string[]) {
  return {
    id: 'trial',
    version,
    entries: who.map((name) => ({ who: name, rights: ['read'] as const })),
  };
}
