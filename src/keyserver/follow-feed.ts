import type { Transaction } from 'kysely';
import {
  type FeedChange,
  type FeedPosition,
  feedStart,
  type VerifiedFeedEntry,
  verifyFeedEntry,
  verifyHeartbeat,
} from '../keys/index.ts';
import { unreachable } from '../lib/assert.ts';
import { type KeyserverErrorCode, keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { appendAudit } from './store/audit-chain.ts';
import type { KeyServerSchema } from './store/schema.ts';

type Tx = Transaction<KeyServerSchema>;
type SignedEntry = VerifiedFeedEntry & { readonly statement: string };

/** How far this server has followed the feed. */
export async function feedPosition(core: KeyServerCore): Promise<FeedPosition> {
  return core.db.transaction(readPosition);
}

/**
 * Apply signed entries in order, durably, then renew the lease if the heartbeat names the entry that
 * is now the last. Entries that are known are passed over; a gap or another history is refused
 * before anything of the request is applied.
 *
 * @throws KEYSERVER_FEED_GAP, KEYSERVER_FEED_FORK, KEYSERVER_NOT_ADDRESSED,
 *   KEYSERVER_HEARTBEAT_STALE, and what the verifiers throw
 */
export async function followFeed(
  core: KeyServerCore,
  request: { readonly entries: readonly string[]; readonly heartbeat: string | null },
): Promise<FeedPosition> {
  const entries: SignedEntry[] = [];
  for (const statement of request.entries) {
    const verified = await verifyFeedEntry(statement, core.feedKeys);
    if (verified.entry.site !== core.site) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
    entries.push({ ...verified, statement });
  }
  const { position, destroyed } = await applyEntries(core, entries);
  // What was erased leaves the log too, before the gateway hears that it is gone.
  if (destroyed) await core.db.checkpoint();
  if (request.heartbeat !== null) await renewLease(core, request.heartbeat);
  return position;
}

async function renewLease(core: KeyServerCore, statement: string): Promise<void> {
  const heartbeat = await verifyHeartbeat(statement, core.feedKeys);
  if (heartbeat.site !== core.site) throw keyserverErrors.create('KEYSERVER_NOT_ADDRESSED');
  const position = await feedPosition(core);
  if (heartbeat.seq !== position.seq) throw feedError('KEYSERVER_FEED_GAP', position);
  if (heartbeat.digest !== position.digest) throw feedError('KEYSERVER_FEED_FORK', position);
  core.lease.renew(heartbeat.timeMs);
}

async function applyEntries(
  core: KeyServerCore,
  entries: readonly SignedEntry[],
): Promise<{ readonly position: FeedPosition; readonly destroyed: boolean }> {
  return core.db.transaction(async (tx) => {
    const before = await readPosition(tx);
    let position = before;
    let destroyed = false;
    for (const { entry, digest, statement } of entries) {
      if (!(await isNext(tx, { entry, digest }, position))) continue;
      for (const change of entry.changes) {
        await applyChange(tx, change, entry.seq);
        destroyed ||= change.kind === 'tombstone';
      }
      position = { seq: entry.seq, digest };
      await tx
        .insertInto('feed')
        .values({ ...position, statement })
        .execute();
    }
    const event = { kind: 'feed', from: before.seq, to: position.seq } as const;
    if (position.seq > before.seq) await appendAudit(tx, event, core.clock.nowMs());
    return { position, destroyed };
  });
}

/** Whether the entry follows `position`; false when it is known. */
async function isNext(
  tx: Tx,
  { entry, digest }: VerifiedFeedEntry,
  position: FeedPosition,
): Promise<boolean> {
  if (entry.seq > position.seq + 1) throw feedError('KEYSERVER_FEED_GAP', position);
  if (entry.seq === position.seq + 1) {
    if (entry.previous !== position.digest) throw feedError('KEYSERVER_FEED_FORK', position);
    return true;
  }
  const known = await tx
    .selectFrom('feed')
    .select('digest')
    .where('seq', '=', entry.seq)
    .executeTakeFirst();
  if (known?.digest !== digest) throw feedError('KEYSERVER_FEED_FORK', position);
  return false;
}

async function applyChange(tx: Tx, change: FeedChange, seq: number): Promise<void> {
  switch (change.kind) {
    case 'policy': {
      const { id, version } = change.policy;
      const row = { version, entries: JSON.stringify(change.policy.entries) };
      await tx
        .insertInto('policy')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      return;
    }
    case 'policy-removed':
      await tx.deleteFrom('policy').where('id', '=', change.policyId).execute();
      return;
    case 'key-policy': {
      const row = { policy_id: change.policyId };
      await tx
        .insertInto('key_policy')
        .values({ key_id: change.keyId, ...row })
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet(row))
        .execute();
      return;
    }
    case 'tombstone':
      await destroyShare(tx, change.keyId, seq);
      return;
    default:
      unreachable(change);
  }
}

async function destroyShare(tx: Tx, keyId: string, seq: number): Promise<void> {
  await tx.deleteFrom('share').where('key_id', '=', keyId).execute();
  await tx.deleteFrom('key_policy').where('key_id', '=', keyId).execute();
  await tx
    .insertInto('tombstone')
    .values({ key_id: keyId, feed_seq: seq })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function readPosition(tx: Tx): Promise<FeedPosition> {
  const last = await tx
    .selectFrom('feed')
    .select(['seq', 'digest'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? feedStart;
}

function feedError(code: KeyserverErrorCode, position: FeedPosition): Error {
  return keyserverErrors.create(code, { context: { ...position } });
}
