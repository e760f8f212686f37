import { type FeedAnswer, type FeedRequest, signFeedAck, verifyHeartbeat } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import { feedError } from './feed-chain.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { auditHead } from './store/audit-chain.ts';

/**
 * Take the entries of a request, then renew the lease if the heartbeat names the entry that is now the
 * last and the audit records of both are what they were.
 * @returns the signed answer: how far this server is, durably; and the gateway's newest heartbeat
 * @throws what `FeedChain.follow` does, KEYSERVER_HEARTBEAT_STALE, KEYSERVER_RECORD_BEHIND,
 *   KEYSERVER_GATEWAY_BEHIND
 */
export async function followFeed(core: KeyServerCore, request: FeedRequest): Promise<FeedAnswer> {
  await core.feed.follow(request.entries);
  if (request.entries.length > 0) core.settler.wake();
  if (request.heartbeat !== null) {
    await core.anchors.checkOwn(request.anchor);
    await renewLease(core, request.heartbeat);
  }
  const ack = await signedAck(core, request);
  return { ack, anchor: core.anchors.ofGateway };
}

async function signedAck(core: KeyServerCore, { confirm }: FeedRequest): Promise<string> {
  const { name: server, site, clock, db, signer, anchors } = core;
  const audit = await auditHead(db);
  const { state } = core.feed;
  const digest = confirm === null ? undefined : state.digestAt(confirm);
  const confirmed = confirm === null || digest === undefined ? null : { seq: confirm, digest };
  const timeMs = clock.nowMs();
  const { accepted } = anchors;
  const ack = { server, site, ...state.position, confirmed, audit, accepted, timeMs };
  return signFeedAck(ack, signer);
}

async function renewLease(core: KeyServerCore, statement: string): Promise<void> {
  const heartbeat = await verifyHeartbeat(statement, core.feedKeys);
  if (heartbeat.site !== core.site) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const { position } = core.feed.state;
  if (heartbeat.seq !== position.seq) throw feedError('KEYSERVER_FEED_GAP', position);
  if (heartbeat.digest !== position.digest) throw feedError('KEYSERVER_FEED_FORK', position);
  await core.anchors.take(statement, heartbeat, core.feed.state.gaps);
  core.lease.renew(heartbeat.timeMs);
}
