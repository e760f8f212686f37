import { createPublicKey } from 'node:crypto';
import { AnchorFile, acceptedGaps, goesThrough, notThrough, recordEnd } from '../../audit/index.ts';
import { type PolicyFeed, RecordAnchors } from '../../keys/index.ts';
import type { Log } from '../../lib/log.ts';
import { pinKeys, type Signer } from '../../seal/index.ts';
import type { GatewayContext } from './context.ts';
import type { FeedGate } from './feed-gate.ts';
import type { GatewayFolders } from './gateway-folders.ts';
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
    onMissed: (head) => gate.stop(notThrough(head, audit.head)),
  });
}

/** The same beside a gateway that does not run: nothing is added to its record. */
export async function openRestingAnchors(options: {
  readonly site: string;
  readonly folders: GatewayFolders;
  readonly feed: Signer;
  readonly log: Log;
}): Promise<RecordAnchors> {
  const { site, folders, feed, log } = options;
  const { audit: path, auditAnchors } = folders.computing;
  const [end, gaps] = [await recordEnd(path), await acceptedGaps(path)];
  return new RecordAnchors({
    site,
    file: await AnchorFile.open(auditAnchors),
    own: {
      head: () => end,
      goesThrough: (head) => goesThrough(path, head),
      accepted: () => gaps,
    },
    pinned: pinKeys([createPublicKey(feed.privateKey)]),
    log,
    onMissed: () => {},
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
