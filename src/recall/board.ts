import type { FileId, FileNode } from '../catalog/catalog.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { FollowedReplica } from './port.ts';

/** What readers of one file of a recall wait for. */
interface FileProgress {
  /** Of the production under way; another one once that was given up. */
  following: PromiseWithResolvers<FollowedReplica>;
  /** Rejects when the production under way is given up though the recall goes on. */
  givenUp: PromiseWithResolvers<never>;
  readonly settled: PromiseWithResolvers<FileNode>;
}

/**
 * Where the readers of one recall wait, and who is still interested in it.
 *
 * When the last reader leaves, the recall goes on for a while, so that a client's retry after its
 * own time-out continues it; then `onAbandoned` is called, whose matter it is to cancel it.
 */
export class RecallBoard {
  readonly #files = new Map<FileId, FileProgress>();
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #onAbandoned: () => void;
  readonly #growing: Map<FileId, FollowedReplica>;
  #interest = 0;
  #linger: Timer | undefined;
  #closed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly lingerMs: number;
    readonly onAbandoned: () => void;
    /** What can be followed now, of all boards. */
    readonly growing: Map<FileId, FollowedReplica>;
  }) {
    this.#clock = options.clock;
    this.#lingerMs = options.lingerMs;
    this.#onAbandoned = options.onAbandoned;
    this.#growing = options.growing;
  }

  /** Aborts when the recall is cancelled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Readers who wait. */
  get interest(): number {
    return this.#interest;
  }

  join(): void {
    this.#interest += 1;
    this.#linger?.cancel();
    this.#linger = undefined;
  }

  leave(): void {
    this.#interest -= 1;
    if (this.#interest > 0 || this.#closed) return;
    this.#linger = this.#clock.schedule(this.#lingerMs, this.#onAbandoned);
  }

  cancel(reason: Error): void {
    this.#abort.abort(reason);
  }

  progress(file: FileId): FileProgress {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const made: FileProgress = {
      following: awaited<FollowedReplica>(),
      givenUp: awaited<never>(),
      settled: awaited<FileNode>(),
    };
    this.#files.set(file, made);
    return made;
  }

  growing(file: FileId, replica: FollowedReplica): void {
    if (this.#closed) return;
    this.#growing.set(file, replica);
    this.progress(file).following.resolve(replica);
  }

  /**
   * What could be followed of a file will not be it: its readers are cut off, its size and validators
   * are unknown again. The recall goes on, and may make it in another way.
   */
  gaveUp(file: FileId, reason: Error): void {
    if (!this.#growing.delete(file)) return;
    const progress = this.progress(file);
    const { givenUp } = progress;
    progress.following = awaited<FollowedReplica>();
    progress.givenUp = awaited<never>();
    givenUp.reject(reason);
  }

  published(file: FileNode): void {
    this.#growing.delete(file.id);
    this.progress(file.id).settled.resolve(file);
  }

  /** Without effect on a file that was published. */
  failed(file: FileId, reason: Error): void {
    this.#growing.delete(file);
    const progress = this.progress(file);
    progress.following.reject(reason);
    progress.settled.reject(reason);
  }

  /** All files that were not published fail. Ends the board: who leaves later leaves no timer. */
  close(reason: Error): void {
    this.#closed = true;
    this.#linger?.cancel();
    for (const file of this.#files.keys()) this.failed(file, reason);
  }
}

/** A promise whose failure is no crash when nobody waits for it any more. */
function awaited<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(() => undefined);
  return made;
}

/** Wait for `promise`, or reject with the signal's reason. */
export function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
