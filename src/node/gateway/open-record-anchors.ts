import { createPublicKey } from 'node:crypto';
import { goesThrough } from '../../audit/index.ts';
import { type PolicyFeed, RecordAnchors } from '../../keys/index.ts';
import { pinKeys } from '../../seal/index.ts';
import type { GatewayContext } from './context.ts';
import type { FeedGate } from './feed-gate.ts';
import type { ComputingSide } from './open-computing-side.ts';

/** The ends of audit records that this gateway and its key servers anchor at each other. */
export function openRecordAnchors(
  { config, folders, keys, tools: { log } }: GatewayContext,
  { audit, auditCheck, auditAnchors: file }: ComputingSide,
  gate: FeedGate,
): RecordAnchors {
  return new RecordAnchors({
    site: config.site,
    file,
    own: {
      head: () => audit.head,
      goesThrough: (head) => goesThrough(folders.computing.audit, head),
      accepted: () => auditCheck.accepted,
    },
    pinned: pinKeys([createPublicKey(keys.feed.privateKey)]),
    log,
    onMissed: ({ count }) =>
      gate.stop(
        `AUDIT_DAMAGED: record ${count}, which a key server shows, is not in the audit record; start the gateway anew`,
      ),
  });
}

/** Have the feed say which gaps of audit records were accepted, here and at the key servers. */
export async function tellGaps(anchors: RecordAnchors, feed: PolicyFeed): Promise<void> {
  const untold = anchors.untold(await feed.state());
  if (untold.length === 0) return;
  await feed.append(
    untold.map(({ server, reason, gap }) => ({ kind: 'audit-accepted', server, reason, gap })),
  );
}
