import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Authenticate } from '../../src/identity/authenticate.ts';
import {
  createKeyServers,
  createPolicyFeed,
  type FeedChange,
  type FeedPolicy,
  type FeedServer,
  type FeedStore,
  type KeptAck,
  type KeyCredential,
  type KeyDeposit,
  type KeyLine,
  type KeyServers,
  lineText,
  type Peer,
  type PolicyFeed,
  UpkeepClient,
} from '../../src/keys/index.ts';
import { createKeyServer, initMasterKey, type KeyServer } from '../../src/keyserver/index.ts';
import { assert } from '../../src/lib/assert.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { type Log, silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Sensitive } from '../../src/lib/sensitive.ts';
import { boxKeyFile, signingKeyFile } from '../../src/node/secrets/key-files.ts';
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
export function memoryFeedStore(): FeedStore & {
  readonly statements: string[];
  readonly acks: KeptAck[];
} {
  const statements: string[] = [];
  const acks: KeptAck[] = [];
  return {
    statements,
    acks,
    append({ statement, ...position }) {
      assert(position.seq === statements.length + 1, 'entries follow each other');
      statements.push(statement);
      return Promise.resolve();
    },
    after: (seq, limit) => Promise.resolve(statements.slice(seq, seq + limit)),
    dropAfter: (seq) => Promise.resolve(void statements.splice(seq)),
    keepAck: (ack) => Promise.resolve(void acks.push(ack)),
    acksOf: (seq) => Promise.resolve(acks.filter((ack) => ack.seq === seq)),
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
  return { for: () => ({ kind: 'token', token: new Sensitive(caller) }) };
}

/** An Ed25519 signer and the pins that trust it. */
export function newSigner(): { readonly signer: Signer; readonly pinned: PinnedKeys } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signer: { keyId: keyIdOf(publicKey), privateKey }, pinned: pinKeys([publicKey]) };
}

/** Where the keys of these tests stand, unless they say otherwise. */
export const line: KeyLine = {
  collection: 'trial',
  subject: 'p-1',
  study: 't-1',
  series: 's-1',
  stem: 'i-1',
};

/** The body of a question for shares of keys that stand where `line` says. */
export function sharesOf(...keyIds: readonly string[]): object {
  return { keys: keyIds.map((keyId) => ({ keyId, line: lineText(line) })) };
}

/** A new key under `policyId`, as a producer deposits it. */
export function newDeposit(
  keyId: string,
  { policyId = 'trial', of = line }: { readonly policyId?: string; readonly of?: KeyLine } = {},
): KeyDeposit & { readonly of: KeyLine } {
  const recipient = newRecipientKeyPair(systemRandom);
  return { keyId, guid: `guid-${keyId}`, version: 1, generation: 1, of, policyId, recipient };
}

/** How to open a server of the trio. */
export interface ServerOptions {
  readonly name: string;
  /** Its folder is `<root>/<name>`. */
  readonly root: string;
  readonly clock: Clock;
  readonly depositorKeys: PinnedKeys;
  readonly feedKeys: PinnedKeys;
  /** All that it makes shares with; default: the trio. */
  readonly peers?: readonly string[];
  readonly log?: Log;
}

/** Where a server of the trio keeps its signing key. */
export function signerOf({ root, name }: Pick<ServerOptions, 'root' | 'name'>): Signer {
  return signingKeyFile(join(root, `${name}.signing.key`), join(root, 'never'));
}

function boxKeyOf({ root, name }: Pick<ServerOptions, 'root' | 'name'>): KeyObject {
  return boxKeyFile(join(root, `${name}.box.key`), join(root, 'never'));
}

/** The server as other key servers know it. */
export function peerOf(server: Pick<ServerOptions, 'root' | 'name'>): Peer {
  const { privateKey } = signerOf(server);
  const keys = {
    signingKey: createPublicKey(privateKey),
    boxKey: createPublicKey(boxKeyOf(server)),
  };
  return { name: server.name, ...keys };
}

/** The server as who writes the feed knows it. */
export function feedServerOf(
  server: Pick<ServerOptions, 'root' | 'name'>,
  baseUrl: string,
): FeedServer {
  const signingKey = createPublicKey(signerOf(server).privateKey);
  return { name: server.name, baseUrl, signingKey };
}

/** Open a server; makes its keys on the first time. */
export function openServer(options: ServerOptions): Promise<KeyServer> {
  const folder = join(options.root, options.name);
  const masterKeyFile = join(options.root, `${options.name}.key`);
  if (!existsSync(masterKeyFile)) initMasterKey(masterKeyFile, systemRandom);
  return createKeyServer({
    log: silentLog,
    ...options,
    site,
    folder,
    masterKeyFile,
    signer: signerOf(options),
    boxKey: boxKeyOf(options),
    peers: (options.peers ?? serverNames)
      .filter((name) => name !== options.name)
      .map((name) => peerOf({ root: options.root, name })),
    publicUrl: `https://${options.name}.keys.test`,
    authenticate: authenticateByName,
    random: systemRandom,
  });
}

/** Which servers, and how many shares open a key. */
export interface Shape {
  readonly names: readonly string[];
  readonly threshold: number;
}

/** Three servers in this process, unless told otherwise, a producer and a gateway. */
export interface Trio {
  readonly root: string;
  readonly clock: Clock;
  readonly servers: KeyServer[];
  readonly addresses: FeedServer[];
  readonly producer: Signer;
  readonly gateway: Signer;
  readonly depositorKeys: PinnedKeys;
  readonly feedKeys: PinnedKeys;
  readonly store: ReturnType<typeof memoryFeedStore>;
  /** Client of the servers as they are addressed now. */
  keys(addresses?: readonly FeedServer[]): KeyServers;
  feed(addresses?: readonly FeedServer[]): PolicyFeed;
  upkeep(addresses?: readonly FeedServer[]): UpkeepClient;
}

export async function startTrio(
  owner: Owner,
  root: string,
  clock?: Clock,
  { names, threshold }: Shape = { names: serverNames, threshold: 2 },
): Promise<Trio> {
  const producer = newSigner();
  const gateway = newSigner();
  const store = memoryFeedStore();
  const shared = {
    root,
    clock: clock ?? systemClock,
    depositorKeys: producer.pinned,
    feedKeys: gateway.pinned,
    peers: names,
  };
  const servers: KeyServer[] = [];
  const addresses: FeedServer[] = [];
  owner.after(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  for (const name of names) {
    const server = await openServer({ ...shared, name });
    servers.push(server);
    const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
    addresses.push(feedServerOf({ root, name }, baseUrl));
  }
  const common = { threshold, clock: systemClock, log: silentLog };
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
        random: systemRandom,
        site,
        signer: gateway.signer,
        store,
        servers: given,
      });
      owner.after(() => feed.close());
      return feed;
    },
    upkeep(given = addresses) {
      const options = { site, signer: gateway.signer, servers: given, clock: shared.clock };
      const client = new UpkeepClient(options);
      owner.after(() => client.close());
      return client;
    },
  };
}

/** The policy `trial` of the collection `trial`: these callers may read. */
export function trialPolicy(version: number, ...who: readonly string[]): FeedPolicy {
  const entries = who.map((name) => ({ who: name, rights: ['read'] as const }));
  return { id: 'trial', version, collection: 'trial', entries };
}

/** The change that puts it. */
export function putTrial(version: number, ...who: readonly string[]): FeedChange[] {
  return [{ kind: 'policy', policy: trialPolicy(version, ...who) }];
}

/** The change that destroys a key. */
export const destroyed = (keyId: string): FeedChange[] => [{ kind: 'tombstone', keyId }];
