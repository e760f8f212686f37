import type { Catalog, FileNode } from '../catalog/catalog.ts';
import type { Clock } from '../lib/clock.ts';
import { type RecallFailure, recallErrors } from '../recall/errors.ts';
import type { FollowedReplica, RecallPort, RecallTicket } from '../recall/port.ts';
import { recallFailureOf } from '../recall/translate.ts';
import { sealedSizeOf } from '../seal/index.ts';
import type { Storage } from '../storage/storage.ts';
import { filesLimits } from './limits.ts';
import { headerDigestOf, type ReplicaSource } from './replica-reader.ts';

/** A file's bytes, at hand or arriving. */
export interface OpenedReplica {
  /** The file as the catalog has it now; without version while a first production grows. */
  readonly file: FileNode;
  readonly source: ReplicaSource;
  /** Size of each form. */
  readonly plaintextSize: number;
  readonly sealedSize: number;
  /** The reader is done or gone. */
  release(): void;
}

/** What opening works with. */
export interface OpenContext {
  readonly catalog: Catalog;
  readonly recall: RecallPort;
  readonly storage: Storage;
  readonly clock: Clock;
}

/**
 * The replica of a file: the one staged, else the one that a recall makes, as soon as it may be
 * read. Waits no longer than a client would.
 * @throws RECALL_*
 */
export async function openReplica(
  context: OpenContext,
  file: FileNode,
  call: { readonly signal?: AbortSignal },
): Promise<OpenedReplica> {
  const refusal = refusalOf(file);
  if (refusal !== undefined) throw refusal;
  const staged = stagedReplica(context, file);
  if (staged !== undefined) return staged;
  const ticket = await context.recall.request(file, { priority: 'interactive' });
  try {
    return await awaitReplica(context, { file, ticket }, call);
  } catch (error) {
    ticket.detach();
    throw error;
  }
}

/** Why a file that exists cannot be read, now or ever. */
export function refusalOf(file: FileNode): Error | undefined {
  if (file.state === 'withdrawn') return recallErrors.create('RECALL_WITHDRAWN');
  if (file.state === 'conflict') return recallErrors.create('RECALL_QUARANTINED');
  if (file.refusal === undefined) return undefined;
  const failure: RecallFailure = recallFailureOf(file.refusal);
  return recallErrors.create(failure, { context: { reason: file.refusal } });
}

/** The complete replica of a published file. */
export function stagedReplica(context: OpenContext, file: FileNode): OpenedReplica | undefined {
  const { version, replica } = file;
  if (version === undefined || replica === undefined) return undefined;
  return {
    file,
    plaintextSize: version.plaintextSize,
    sealedSize: replica.sealedSize,
    source: {
      key: version,
      plaintextSize: version.plaintextSize,
      headerDigest: headerDigestOf(replica.production),
      sealedBytes: (span, call) => context.storage.open(replica.id, span, call),
    },
    release() {},
  };
}

async function awaitReplica(
  context: OpenContext,
  { file, ticket }: { readonly file: FileNode; readonly ticket: RecallTicket },
  call: { readonly signal?: AbortSignal },
): Promise<OpenedReplica> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([
    waiting.signal,
    ...(call.signal === undefined ? [] : [call.signal]),
  ]);
  const { retryAfterSeconds } = filesLimits;
  const timer = context.clock.schedule(filesLimits.coldReadWaitMs, () =>
    waiting.abort(recallErrors.create('RECALL_IN_PROGRESS', { context: { retryAfterSeconds } })),
  );
  try {
    const settled = ticket.settled({ signal });
    const growing = ticket.following({ signal }).then<OpenedReplica | FileNode, FileNode>(
      (replica) => growingReplica({ file, ticket, replica }) ?? settled,
      () => settled,
    );
    const first = await Promise.race<OpenedReplica | FileNode>([settled, growing]);
    if (!('kind' in first)) return first;
    const staged = stagedReplica(context, first);
    if (staged === undefined) throw recallErrors.create('RECALL_FAILED');
    return { ...staged, release: () => ticket.detach() };
  } finally {
    timer.cancel();
  }
}

/** A growing replica may be read once its size is known, so that an early end shows. */
function growingReplica(options: {
  readonly file: FileNode;
  readonly ticket: RecallTicket;
  readonly replica: FollowedReplica;
}): OpenedReplica | undefined {
  const { file, ticket, replica } = options;
  const { plaintextSize } = replica;
  if (plaintextSize === undefined) return undefined;
  return {
    file,
    plaintextSize,
    sealedSize: sealedSizeOf(plaintextSize),
    source: {
      key: replica.key,
      plaintextSize,
      headerDigest: undefined,
      sealedBytes: (span, call) => replica.sealedBytes(span.offset, call),
    },
    release: () => ticket.detach(),
  };
}
