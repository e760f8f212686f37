import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Signer } from '../seal/index.ts';
import type { Conduct } from './conduct.ts';
import { depositToServers, ownedBy, signedBy } from './deposit/deposit-to-servers.ts';
import { keysErrors } from './errors.ts';
import { type FetchedKeys, FetchSession, type KeyRequest } from './fetch/fetch-session.ts';
import { createJsonClient, type JsonClient } from './http/json-client.ts';
import { errorOf } from './http/refusal.ts';
import {
  checkAddresses,
  type KeyCredential,
  type KeyServerAddress,
  type ServerCredential,
} from './http/server-address.ts';
import { shownTo } from './http/shown-to.ts';
import { keysLimits } from './limits.ts';
import type { KeyDeposit } from './shares/deposit-records.ts';
import {
  type KeyServerStatus,
  keyServerPath,
  readSharesAnswer,
  readStatus,
  type ShareItem,
  sharesRequestBody,
  type WantedShare,
} from './wire/messages.ts';
import { readTicketAnswer, type TicketAnswer, type TicketRequest } from './wire/ticket.ts';

/** Which servers stored their shares. */
export interface DepositOutcome {
  readonly stored: readonly string[];
  readonly missing: readonly string[];
}

/** What a server says of itself, or why it says nothing. */
export type ServerReport =
  | {
      readonly name: string;
      readonly reachable: true;
      readonly status: KeyServerStatus;
      /** Its clock less ours; off by half the time its answer took at most. */
      readonly clockOffsetMs: number;
    }
  | { readonly name: string; readonly reachable: false; readonly code: string };

/** Options of any call that may wait. */
export interface KeysCall {
  readonly signal?: AbortSignal;
}

/** The key servers as seen by who deposits and who fetches. No MDM process stands between. */
export interface KeyServers {
  /**
   * Split each key and store its shares, all servers at once. Resolves when at least the threshold
   * stored them durably and the others did, failed or had a second more.
   * The caller wipes the private keys. A failed deposit is not repeated with the same key id: make a
   * new key.
   * @throws KEYS_QUORUM, KEYS_TOO_MANY
   */
  deposit(batch: readonly KeyDeposit[], call: KeysCall): Promise<DepositOutcome>;
  /**
   * The same for keys of the caller's own files (`ownDeposit`), under his credential.
   * @throws KEYS_QUORUM, KEYS_DEPOSIT_REFUSED, KEYS_CREDENTIAL_SHARED, KEYS_TOO_MANY
   */
  depositOwn(
    batch: readonly KeyDeposit[],
    credential: KeyCredential,
    call: KeysCall,
  ): Promise<DepositOutcome>;
  /**
   * Fetch shares and recover the private keys, each verified against its public key.
   * Rejects only for what concerns the whole batch; a key that cannot be had is in `failures`:
   * KEYS_FORBIDDEN, KEYS_UNAUTHENTICATED, KEYS_CREDENTIAL_SHARED, KEYS_UNAVAILABLE, KEYS_INCONSISTENT.
   * @throws KEYS_TOO_MANY, the signal's reason
   */
  fetch(
    batch: readonly KeyRequest[],
    credential: KeyCredential,
    call: KeysCall,
  ): Promise<FetchedKeys>;
  /**
   * Ask one server for a ticket of its own, for a key of the caller.
   * @throws KEYS_CREDENTIAL_SHARED, KEYS_UNAUTHENTICATED, KEYS_UNAVAILABLE, KEYS_SERVER_*
   */
  ticket(
    server: string,
    request: TicketRequest,
    call: KeysCall & { readonly credential: KeyCredential },
  ): Promise<TicketAnswer>;
  /** Ask each server how it is. */
  status(call: KeysCall): Promise<readonly ServerReport[]>;
  close(): void;
}

/** What the client of the key servers is made of. */
export interface KeyServersOptions {
  readonly servers: readonly KeyServerAddress[];
  /** k: how many shares give a key back. At least 2. */
  readonly threshold: number;
  /** Signs deposits; a client that only fetches has none. */
  readonly producer?: Signer;
  /** Where servers that lie or refuse are noted. */
  readonly conduct?: Conduct;
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws KEYS_CONFIG_INVALID */
export function createKeyServers(options: KeyServersOptions): KeyServers {
  checkAddresses(options.servers, options.threshold);
  const clients = options.servers.map((server) => createJsonClient(server, options.clock));
  return {
    async deposit(batch, call) {
      const producer = present(options.producer, 'only a client with a producer key deposits');
      return depositToServers(batch, { ...options, clients, requestOf: signedBy(producer) }, call);
    },
    async depositOwn(batch, credential, call) {
      if (batch.length > keysLimits.ownKeysPerRequestMax) throw keysErrors.create('KEYS_TOO_MANY');
      const requestOf = ownedBy(credential);
      // Too few have a credential of their own: that is what to mend, whatever the servers would say.
      const shown = clients.filter(({ server }) => credential.for(server) !== undefined);
      if (shown.length < options.threshold) throw keysErrors.create('KEYS_CREDENTIAL_SHARED');
      return depositToServers(batch, { ...options, clients, requestOf }, call);
    },
    fetch: (batch, credential, call) => fetchKeys(batch, { ...options, clients, credential }, call),
    ticket: (server, request, call) =>
      askTicket(
        present(
          clients.find((each) => each.server === server),
          server,
        ),
        request,
        call,
      ),
    status: (call) =>
      Promise.all(clients.map((client) => reportOf({ client, clock: options.clock }, call))),
    close() {
      for (const client of clients) client.close();
    },
  };
}

async function fetchKeys(
  batch: readonly KeyRequest[],
  options: KeyServersOptions & {
    readonly clients: readonly JsonClient[];
    readonly credential: KeyCredential;
  },
  call: KeysCall,
): Promise<FetchedKeys> {
  if (batch.length > keysLimits.keysPerFetchMax) throw keysErrors.create('KEYS_TOO_MANY');
  const clients = new Map(options.clients.map((client) => [client.server, client]));
  const session = new FetchSession({
    requests: batch,
    servers: [...clients.keys()],
    threshold: options.threshold,
    clock: options.clock,
    ask: async (server, keys, signal) =>
      askShares(clients.get(server) as JsonClient, keys, {
        credential: shownTo(server, options.credential),
        signal,
      }),
  });
  const fetched = await session.run(call.signal);
  for (const server of fetched.liars) {
    options.conduct?.blame(server);
    options.log.error('keys.server_lied', { server });
  }
  return fetched;
}

async function askTicket(
  client: JsonClient,
  request: TicketRequest,
  { credential, ...call }: KeysCall & { readonly credential: KeyCredential },
): Promise<TicketAnswer> {
  const answer = await client.ask({
    method: 'POST',
    path: keyServerPath.tickets,
    body: request,
    credential: shownTo(client.server, credential),
    ...call,
  });
  if (answer.status !== 200) throw errorOf(client.server, answer);
  return readTicketAnswer(answer.body);
}

async function askShares(
  client: JsonClient,
  keys: readonly WantedShare[],
  options: { readonly credential: ServerCredential; readonly signal: AbortSignal },
): Promise<readonly ShareItem[]> {
  const parts: (readonly WantedShare[])[] = [];
  for (let at = 0; at < keys.length; at += keysLimits.keysPerRequestMax)
    parts.push(keys.slice(at, at + keysLimits.keysPerRequestMax));
  const items: ShareItem[] = [];
  const worker = async (): Promise<void> => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const answer = await client.ask({
        method: 'POST',
        path: keyServerPath.shares,
        body: sharesRequestBody({ keys: part }),
        ...options,
      });
      if (answer.status !== 200) throw errorOf(client.server, answer);
      items.push(...readSharesAnswer(answer.body));
    }
  };
  await Promise.all(Array.from({ length: keysLimits.requestsPerServerMax }, worker));
  return items;
}

async function reportOf(
  { client, clock }: { readonly client: JsonClient; readonly clock: Clock },
  call: KeysCall,
): Promise<ServerReport> {
  const name = client.server;
  const askedMs = clock.monotonicMs();
  try {
    const answer = await client.ask({ method: 'GET', path: keyServerPath.status, ...call });
    if (answer.status !== 200) throw errorOf(name, answer);
    const status = readStatus(answer.body);
    const halfwayMs = clock.nowMs() - (clock.monotonicMs() - askedMs) / 2;
    const clockOffsetMs = Math.round(status.nowMs - halfwayMs);
    return { name, reachable: true, status, clockOffsetMs };
  } catch (error) {
    if (!keysErrors.has(error)) throw error;
    return { name, reachable: false, code: error.code };
  }
}
