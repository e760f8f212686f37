import type { KeyObject } from 'node:crypto';
import { WorkerThread } from '../../lib/workers/worker-thread.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { layout } from './layout.ts';
import type { Batch, SealReply, SealRequest } from './seal-messages.ts';
import type { SealDigests } from './segment-sealer.ts';

/** Plaintext bytes of a full batch. */
export const batchBytes: number = sealLimits.batchSegmentCount * layout.segmentSize;

/** What a stream hears of the thread. */
export interface SealListener {
  /** The batch is the listener's now; it gives it back. */
  sealed(batch: Batch, length: number): void;
  ended(digests: SealDigests): void;
  failed(error: Error): void;
}

/**
 * The thread that seals, and the memory that goes to it and comes back. It is started for the first
 * stream, keeps the process running only while it owes an answer, and is replaced after it failed.
 */
export class SealThread {
  readonly #listeners = new Map<number, SealListener>();
  readonly #spare: Batch[] = [];
  #thread: WorkerThread<SealRequest, SealReply> | undefined;
  #streams = 0;

  /** Start a stream; its number is for the other calls. */
  open(listener: SealListener, header: Uint8Array, dataKey: KeyObject): number {
    this.#streams += 1;
    const stream = this.#streams;
    this.#thread ??= this.#start();
    this.#listeners.set(stream, listener);
    this.#thread.tell({ kind: 'open', stream, header, dataKey });
    return stream;
  }

  /** Seal `length` bytes of plaintext: a full batch, or the last of the file. The batch is gone until it is sealed. */
  seal(stream: number, batch: Batch, length: number): void {
    this.#thread?.ask({ kind: 'seal', stream, batch, length }, [batch.plain, batch.sealed]);
  }

  /** All was given; the listener hears the digests, then nothing more. */
  end(stream: number): void {
    this.#thread?.ask({ kind: 'end', stream });
  }

  /** Nothing of the stream is wanted any more. */
  abandon(stream: number): void {
    if (this.#listeners.has(stream)) this.#thread?.tell({ kind: 'abandon', stream });
    this.#listeners.delete(stream);
  }

  takeBatch(): Batch {
    const room = sealLimits.batchSegmentCount * layout.sealedSegmentSize;
    return (
      this.#spare.pop() ?? { plain: new ArrayBuffer(batchBytes), sealed: new ArrayBuffer(room) }
    );
  }

  giveBack(batch: Batch): void {
    if (this.#spare.length < sealLimits.pooledBatchCountMax) this.#spare.push(batch);
  }

  /** End the thread. Streams that are open fail. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#fail(undefined);
    await thread?.close();
  }

  #start(): WorkerThread<SealRequest, SealReply> {
    return new WorkerThread<SealRequest, SealReply>({
      module: new URL('./seal.worker.ts', import.meta.url),
      resourceLimits: { maxYoungGenerationSizeMb: sealLimits.threadYoungBytesMax / 2 ** 20 },
      onReply: (reply) => this.#hear(reply),
      onLost: (cause) => this.#fail(cause),
    });
  }

  #hear(reply: SealReply): void {
    const listener = this.#listeners.get(reply.stream);
    if (reply.kind === 'ended') {
      this.#listeners.delete(reply.stream);
      listener?.ended(reply.digests);
    } else if (listener === undefined) {
      this.giveBack(reply.batch);
    } else {
      listener.sealed(reply.batch, reply.length);
    }
  }

  #fail(cause: Error | undefined): void {
    this.#thread = undefined;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners)
      listener.failed(sealErrors.create('SEAL_THREAD_ENDED', { cause }));
  }
}
