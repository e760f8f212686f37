import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
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
  #worker: Worker | undefined;
  #streams = 0;
  /** Answers that are to come. */
  #owed = 0;

  /** Start a stream; its number is for the other calls. */
  open(listener: SealListener, header: Uint8Array, dataKey: KeyObject): number {
    this.#streams += 1;
    const stream = this.#streams;
    this.#worker ??= this.#start();
    this.#listeners.set(stream, listener);
    this.#post({ kind: 'open', stream, header, dataKey });
    return stream;
  }

  /** Seal `length` bytes of plaintext: a full batch, or the last of the file. The batch is gone until it is sealed. */
  seal(stream: number, batch: Batch, length: number): void {
    this.#ask({ kind: 'seal', stream, batch, length }, [batch.plain, batch.sealed]);
  }

  /** All was given; the listener hears the digests, then nothing more. */
  end(stream: number): void {
    this.#ask({ kind: 'end', stream });
  }

  /** Nothing of the stream is wanted any more. */
  abandon(stream: number): void {
    if (this.#listeners.has(stream)) this.#post({ kind: 'abandon', stream });
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
    const worker = this.#worker;
    this.#fail(undefined);
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./seal.worker.ts', import.meta.url), {
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: sealLimits.threadYoungBytesMax / 2 ** 20 },
    });
    const lost = (cause?: Error): void => {
      if (this.#worker === worker) this.#fail(cause);
    };
    // What one before it still says counts for nobody: its streams have failed.
    worker.on('message', (reply: SealReply) => {
      if (this.#worker === worker) this.#hear(reply);
    });
    worker.on('error', lost);
    worker.on('exit', () => lost());
    worker.unref();
    this.#owed = 0;
    return worker;
  }

  #hear(reply: SealReply): void {
    const listener = this.#listeners.get(reply.stream);
    this.#owed -= 1;
    if (this.#owed === 0) this.#worker?.unref();
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
    this.#worker = undefined;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners)
      listener.failed(sealErrors.create('SEAL_THREAD_ENDED', { cause }));
  }

  /** Post what is answered. */
  #ask(request: SealRequest, transferred?: readonly ArrayBuffer[]): void {
    this.#owed += 1;
    this.#worker?.ref();
    this.#post(request, transferred);
  }

  #post(request: SealRequest, transferred: readonly ArrayBuffer[] = []): void {
    this.#worker?.postMessage(request, [...transferred]);
  }
}
