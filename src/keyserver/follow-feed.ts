import { type FeedRequest, signFeedAck, verifyHeartbeat } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import { feedError } from './feed-chain.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { auditHead } from './store/audit-chain.ts';

/**
 * Take the entries of a request, then renew the lease if the heartbeat names the entry that is now the
 * last. @returns the signed answer: how far this server is, durably
 * @throws what `FeedChain.follow` does, KEYSERVER_HEARTBEAT_STALE
 */
export async function followFeed(core: KeyServerCore, request: FeedRequest): Promise<string> {
  await core.feed.follow(request.entries);
  if (request.heartbeat !== null) await renewLease(core, request.heartbeat);
  const { name: server, site, clock, db, signer } = core;
  const audit = await auditHead(db);
  const { state } = core.feed;
  const { confirm } = request;
  const digest = confirm === null ? undefined : state.digestAt(confirm);
  const confirmed = confirm === null || digest === undefined ? null : { seq: confirm, digest };
  const timeMs = clock.nowMs();
  return signFeedAck({ server, site, ...state.position, confirmed, audit, timeMs }, signer);
}

async function renewLease(core: KeyServerCore, statement: string): Promise<void> {
  const heartbeat = await verifyHeartbeat(statement, core.feedKeys);
  if (heartbeat.site !== core.site) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const { position } = core.feed.state;
  if (heartbeat.seq !== position.seq) throw feedError('KEYSERVER_FEED_GAP', position);
  if (heartbeat.digest !== position.digest) throw feedError('KEYSERVER_FEED_FORK', position);
  core.lease.renew(heartbeat.timeMs);
}
