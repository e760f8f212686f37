import type { Socket } from 'node:net';
import type { Principal } from '../identity/principal.ts';
import {
  type FeedAnswer,
  type FeedEntriesAnswer,
  feedReadHeader,
  type KeyServerStatus,
  readDepositRequest,
  readFeedRequest,
  readOwnDepositRequest,
  readSharesRequest,
} from '../keys/index.ts';
import { addressGroup } from '../lib/address/address-group.ts';
import { TokenBuckets } from '../lib/token-buckets.ts';
import type { Exchange } from '../listener/door.ts';
import { acceptDeposit } from './accept-deposit.ts';
import { acceptOwnDeposit } from './accept-own-deposit.ts';
import { type KeyserverErrorCode, keyserverErrors } from './errors.ts';
import { followFeed } from './follow-feed.ts';
import { issueTicket } from './issue-ticket.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { keyserverLimits } from './limits.ts';
import { readFeed } from './read-feed.ts';
import { releaseShares } from './release-shares.ts';
import { StrangerBodies } from './stranger-bodies.ts';
import { type UpkeepStep, upkeepAnswers } from './upkeep/upkeep-operations.ts';

/** One operation of the protocol. */
export interface Operation {
  readonly bodyBytesMax: number;
  /**
   * Decide before the body is read whether anything of it is looked at.
   * @returns to be called when the answer is known
   * @throws KEYSERVER_*
   */
  admit(exchange: Exchange): () => void;
  /** @returns what is answered as JSON @throws KEYSERVER_* */
  answer(exchange: Exchange, body: unknown): Promise<unknown>;
}

type OperationName =
  | 'deposits'
  | 'ownDeposits'
  | 'feed'
  | 'feedRead'
  | 'shares'
  | 'status'
  | 'tickets'
  | UpkeepStep;

/** All operations of a key server. */
export function createOperations(core: KeyServerCore): Readonly<Record<OperationName, Operation>> {
  const signed = createSignedRequests(core);
  const statusAnswer = async (): Promise<KeyServerStatus> => {
    const { position } = core.feed.state;
    const leaseRemainingMs = core.lease.remainingMs();
    const { name, acceptsShared } = core;
    return { name, ...position, leaseRemainingMs, acceptsShared, nowMs: core.clock.nowMs() };
  };
  const feedAnswer = (body: unknown): Promise<FeedAnswer> =>
    followFeed(core, readFeedRequest(body));
  const entriesAnswer = async (_: unknown, exchange: Exchange): Promise<FeedEntriesAnswer> => ({
    entries: await readFeed(core, feedReadOf(exchange)),
  });
  const upkeep = upkeepAnswers(core);
  return {
    list: signed('gateway', upkeep.list),
    deal: signed('gateway', upkeep.deal),
    blind: signed('gateway', upkeep.blind),
    take: signed('gateway', upkeep.take),
    stage: signed('gateway', upkeep.stage),
    ready: signed('gateway', upkeep.ready),
    prove: signed('gateway', upkeep.prove),
    deposits: signed('depositor', async (body) => {
      await acceptDeposit(core, readDepositRequest(body).deposit);
      return {};
    }),
    ownDeposits: createOwnDeposits(core),
    feed: signed('gateway', feedAnswer),
    feedRead: signed('gateway', entriesAnswer),
    status: signed(undefined, statusAnswer),
    shares: createShares(core),
    tickets: createTicketDesk(core),
  };
}

/**
 * Operations that need no credential, because what they are asked carries a signature, or is
 * nobody's secret. Until a connection has shown a signature of somebody enrolled, what bounds it is
 * where it comes from; from then on it is the signer's, and strangers at the same address take
 * nothing from him.
 */
function createSignedRequests(core: KeyServerCore) {
  const signers = new WeakMap<Socket, string>();
  const bodies = new StrangerBodies();
  const requests = new TokenBuckets(core.clock, {
    burst: keyserverLimits.requestsBurst,
    perSecond: keyserverLimits.requestsPerSecond,
    keysMax: keyserverLimits.callersTracked,
  });
  const strangers = new TokenBuckets(core.clock, {
    burst: keyserverLimits.strangerRequestsBurst,
    perSecond: keyserverLimits.strangerRequestsPerSecond,
    keysMax: keyserverLimits.callersTracked,
  });
  return (
    signer: 'depositor' | 'gateway' | undefined,
    answer: (body: unknown, exchange: Exchange) => Promise<unknown>,
  ): Operation => ({
    bodyBytesMax: keyserverLimits.bodySizeMax,
    admit({ request: { method, headers, socket } }) {
      const address = addressGroup(socket.remoteAddress ?? '');
      const known = signers.get(socket);
      if (known !== undefined || method === 'GET') {
        assertInRate(requests.take(known ?? address));
        return () => {};
      }
      const length = headers['content-length'];
      const sizeBytes = length === undefined ? undefined : Number(length);
      assertInRate(strangers.take(address, costOf(sizeBytes)));
      return bodies.take(address, sizeBytes);
    },
    async answer(exchange, body) {
      const { request, recognise } = exchange;
      const { socket } = request;
      const found = await answer(body, exchange);
      if (signer !== undefined && recognise(`enrolled ${signer}`)) signers.set(socket, signer);
      return found;
    },
  });
}

/** @throws KEYSERVER_REQUEST_INVALID, KEYSERVER_UNAUTHENTICATED */
function feedReadOf({ request }: Exchange): { readonly after: number; readonly signature: string } {
  const [, query] = (request.url ?? '').split('?');
  const after = /^after=(\d{1,15})$/.exec(query ?? '')?.[1];
  if (after === undefined) throw keyserverErrors.create('KEYSERVER_REQUEST_INVALID');
  const signature = request.headers[feedReadHeader];
  if (typeof signature !== 'string') throw keyserverErrors.create('KEYSERVER_UNAUTHENTICATED');
  return { after: Number(after), signature };
}

/** In requests: a large body costs what small ones of its size do. */
function costOf(sizeBytes: number = keyserverLimits.bodySizeMax): number {
  const { bodySizeMax, strangerBodySizeMax } = keyserverLimits;
  return Math.max(1, Math.ceil(Math.min(sizeBytes, bodySizeMax) / strangerBodySizeMax));
}

function createShares(core: KeyServerCore): Operation {
  const keys = new TokenBuckets(core.clock, {
    burst: keyserverLimits.keysBurst,
    perSecond: keyserverLimits.keysPerSecond,
    keysMax: keyserverLimits.callersTracked,
  });
  return {
    bodyBytesMax: keyserverLimits.sharesBodySizeMax,
    // Before the body is read: who is unknown gets nothing looked at.
    admit(exchange) {
      callerOf(exchange);
      return () => {};
    },
    async answer(exchange, body) {
      const caller = callerOf(exchange);
      const wanted = readSharesRequest(body).keys;
      assertInRate(keys.take(caller.subject, wanted.length));
      return { shares: await releaseShares(core, caller, wanted) };
    },
  };
}

function createTicketDesk(core: KeyServerCore): Operation {
  const tickets = new TokenBuckets(core.clock, {
    burst: keyserverLimits.ticketsBurst,
    perSecond: keyserverLimits.ticketsPerSecond,
    keysMax: keyserverLimits.callersTracked,
  });
  return {
    bodyBytesMax: keyserverLimits.ticketBodySizeMax,
    admit(exchange) {
      callerOf(exchange);
      return () => {};
    },
    answer(exchange, body) {
      const caller = callerOf(exchange);
      assertInRate(tickets.take(caller.subject));
      return issueTicket(core, caller, body);
    },
  };
}

function createOwnDeposits(core: KeyServerCore): Operation {
  const requests = new TokenBuckets(core.clock, {
    burst: keyserverLimits.requestsBurst,
    perSecond: keyserverLimits.requestsPerSecond,
    keysMax: keyserverLimits.callersTracked,
  });
  return {
    bodyBytesMax: keyserverLimits.sharesBodySizeMax,
    admit(exchange) {
      assertInRate(requests.take(callerOf(exchange).subject));
      return () => {};
    },
    async answer(exchange, body) {
      await acceptOwnDeposit(core, callerOf(exchange), readOwnDepositRequest(body).records);
      return {};
    },
  };
}

/** @throws KEYSERVER_RATE_LIMITED */
function assertInRate(isInRate: boolean): void {
  if (!isInRate) throw keyserverErrors.create('KEYSERVER_RATE_LIMITED');
}

/** @throws KEYSERVER_UNAUTHENTICATED, KEYSERVER_CREDENTIAL_SHARED, KEYSERVER_RATE_LIMITED */
function callerOf({ caller, refusal }: Exchange): Principal {
  if (caller !== undefined) return caller;
  const message = refusal?.explanation ?? 'no credential';
  throw keyserverErrors.create(codeOfRefusal[refusal?.code ?? ''] ?? 'KEYSERVER_UNAUTHENTICATED', {
    message,
  });
}

/** What of a credential that was not accepted is told apart. */
const codeOfRefusal: Readonly<Record<string, KeyserverErrorCode>> = {
  IDENTITY_TOKEN_SHARED: 'KEYSERVER_CREDENTIAL_SHARED',
  // Made for another party, which has seen it.
  IDENTITY_TOKEN_AUDIENCE: 'KEYSERVER_CREDENTIAL_SHARED',
  IDENTITY_PROOFS_TOO_MANY: 'KEYSERVER_RATE_LIMITED',
};
