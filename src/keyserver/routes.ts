import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticate } from '../identity/authenticate.ts';
import { readPeerChain } from '../identity/chain/peer-chain.ts';
import type { Principal } from '../identity/principal.ts';
import {
  type KeyServerStatus,
  keyServerPath,
  readDepositRequest,
  readFeedRequest,
  readSharesRequest,
} from '../keys/index.ts';
import { acceptDeposit } from './accept-deposit.ts';
import { codeFor, errorAnswer, statusOf } from './error-answer.ts';
import { keyserverErrors } from './errors.ts';
import { feedPosition, followFeed } from './follow-feed.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { keyserverLimits } from './limits.ts';
import { RateLimit } from './rate-limit.ts';
import { releaseShares } from './release-shares.ts';

const chainLengthMax = 10;

/** Mount the protocol of a key server. */
export function mountRoutes(
  app: FastifyInstance,
  core: KeyServerCore,
  authenticate: Authenticate,
): void {
  const keys = new RateLimit(core.clock, {
    burst: keyserverLimits.keysBurst,
    perSecond: keyserverLimits.keysPerSecond,
  });
  const requests = new RateLimit(core.clock, {
    burst: keyserverLimits.requestsBurst,
    perSecond: keyserverLimits.requestsPerSecond,
  });
  // Signed requests need no credential; what bounds them is where they come from.
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    requests.take(request.ip, 1);
  };

  app.post(keyServerPath.deposits, { onRequest }, async (request) => {
    await acceptDeposit(core, readDepositRequest(request.body).deposit);
    return {};
  });
  app.post(keyServerPath.feed, { onRequest }, async (request) =>
    followFeed(core, readFeedRequest(request.body)),
  );
  app.get(keyServerPath.status, { onRequest }, async (): Promise<KeyServerStatus> => {
    const position = await feedPosition(core);
    return { name: core.name, ...position, leaseRemainingMs: core.lease.remainingMs() };
  });
  mountShares(app, core, { authenticate, keys });
  mountErrors(app, core);
}

function mountShares(
  app: FastifyInstance,
  core: KeyServerCore,
  gate: { readonly authenticate: Authenticate; readonly keys: RateLimit },
): void {
  const callers = new WeakMap<FastifyRequest, Principal>();
  app.post(
    keyServerPath.shares,
    {
      bodyLimit: keyserverLimits.sharesBodySizeMax,
      // Before the body is read: who is unknown gets nothing looked at.
      onRequest: async (request) => {
        callers.set(request, await callerOf(request, gate.authenticate));
      },
    },
    async (request) => {
      const caller = callers.get(request);
      if (caller === undefined) throw keyserverErrors.create('KEYSERVER_UNAUTHENTICATED');
      const { keyIds } = readSharesRequest(request.body);
      gate.keys.take(caller.subject, keyIds.length);
      return { shares: await releaseShares(core, caller, keyIds) };
    },
  );
}

async function callerOf(request: FastifyRequest, authenticate: Authenticate): Promise<Principal> {
  const { socket } = request.raw;
  const outcome = await authenticate({
    authorization: request.headers.authorization,
    chain: socket instanceof TLSSocket ? readPeerChain(socket, chainLengthMax) : [],
  });
  if (outcome.kind === 'accepted') return outcome.principal;
  const message = outcome.kind === 'refused' ? outcome.explanation : 'no credential';
  throw keyserverErrors.create('KEYSERVER_UNAUTHENTICATED', { message });
}

function mountErrors(app: FastifyInstance, core: KeyServerCore): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    const code = codeFor(error);
    const fields = { code, path: request.routeOptions.url ?? '', detail: String(error) };
    if (statusOf[code] >= 500) core.log.error('keyserver.failed', fields);
    else core.log.info('keyserver.refused', fields);
    if (code === 'KEYSERVER_RATE_LIMITED' || code === 'KEYSERVER_LEASE_EXPIRED')
      reply.header('retry-after', '5');
    return reply.status(statusOf[code]).send(errorAnswer(error));
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.status(404).send({ code: 'KEYSERVER_REQUEST_INVALID', position: null }),
  );
}
