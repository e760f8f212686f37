import type { FileNode } from '../catalog/catalog.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { GrowingReplica } from '../production/production.ts';
import type { Storage } from '../storage/storage.ts';
import { type RecallBoard, waitFor } from './board.ts';
import { recallErrors } from './errors.ts';
import type { FollowedReplica, RecallTicket } from './port.ts';
import { recallError } from './translate.ts';

/** One reader's ticket for a file of a recall. */
export function issueTicket(options: {
  readonly recallId: number;
  readonly board: RecallBoard;
  readonly file: FileNode;
}): RecallTicket {
  const { board, file } = options;
  const progress = board.progress(file.id);
  let attached = true;
  board.join();
  return {
    recallId: options.recallId,
    following: ({ signal }) => waitFor(progress.following.promise, signal),
    settled: ({ signal }) => waitFor(progress.settled.promise, signal),
    detach() {
      if (!attached) return;
      attached = false;
      board.leave();
    },
  };
}

/** What a store says of a replica whose production gave up: while it is followed, and afterwards. */
const goneCodes: ReadonlySet<string | undefined> = new Set([
  'STORAGE_REPLICA_ABORTED',
  'STORAGE_NOT_FOUND',
]);

/**
 * A growing replica as its readers see it. When the production gives up they get the recall's
 * failure, never a clean end.
 */
export function followReplica(options: {
  readonly storage: Pick<Storage, 'follow'>;
  readonly growing: GrowingReplica;
  /** Settles with the file, or rejects with why this production is none of it. */
  readonly settled: Promise<unknown>;
}): FollowedReplica {
  const { storage, growing, settled } = options;
  return {
    validators: { plain: growing.validator, sealed: growing.replicaId },
    of: growing.of,
    key: growing.key,
    plaintextSize: growing.plaintextSize,
    sealedSize: growing.sealedSize,
    async *sealedBytes(offset, call) {
      try {
        yield* storage.follow(growing.replicaId, offset, call);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!goneCodes.has(codeOf(error))) throw recallError(error);
        // The news is the recall's failure.
        await waitFor(settled, call.signal);
        throw recallErrors.create('RECALL_ABORTED', { cause: error });
      }
    },
  };
}
