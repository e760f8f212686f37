import { assert } from '../lib/assert.ts';
import { type Clock, systemClock, type Timer } from '../lib/clock.ts';
import { WorkerThread } from '../lib/workers/worker-thread.ts';
import type { FrameReply, FrameRequest, ReadRequest } from './decode-messages.ts';
import { errorOf, pixelErrors } from './errors.ts';
import type { FrameShape } from './frame-shape.ts';
import { type PixelLimits, pixelLimits } from './limits.ts';
import type { ReadFrame } from './read-coded.ts';

/** Reads and decodes compressed frames on threads of its own; further ones wait. */
export interface FrameDecoder {
  /**
   * Plain pixels of a frame (`plainFrame`). The coded bytes are copied, and whatever they do fails
   * this frame alone.
   *
   * @throws MdmError of `pixelErrors`
   */
  decode(transferSyntaxUid: string, coded: Uint8Array, shape: FrameShape): Promise<Uint8Array>;
  /**
   * What of a JPEG frame is the frame, and its plain pixels, in one pass. Coded bytes that are all of
   * their memory go to the thread; what comes back is memory of its own.
   *
   * @throws MdmError of `pixelErrors`: permanent where it is no frame, transient where it was not read
   */
  read(request: Omit<ReadRequest, 'kind'>): Promise<ReadFrame>;
  /** End the threads. What is not decoded fails. */
  close(): Promise<void>;
}

/** What a decoder works with. */
export interface FrameDecoderOptions {
  /** As many as processors, as a rule; at most `threadsMax`. */
  readonly threads: number;
  readonly clock?: Clock;
  readonly limits?: PixelLimits;
  /** What the threads run, for tests. */
  readonly module?: URL;
}

/** A frame on its way. */
interface Job {
  readonly request: FrameRequest;
  readonly done: PromiseWithResolvers<FrameReply>;
}

/** A thread, and what it has to do. */
interface DecodeThread {
  readonly thread: WorkerThread<FrameRequest, FrameReply>;
  frames: number;
  job: Job | undefined;
  timer: Timer | undefined;
}

/** Make a decoder. Starts no thread before the first frame. */
export function createFrameDecoder(options: FrameDecoderOptions): FrameDecoder {
  return new ThreadPool(options);
}

class ThreadPool implements FrameDecoder {
  readonly #threads: number;
  readonly #clock: Clock;
  readonly #limits: PixelLimits;
  readonly #module: URL;
  readonly #running = new Set<DecodeThread>();
  readonly #waiting: Job[] = [];
  #idle: Timer | undefined;
  #isClosed = false;

  constructor({ threads, clock, limits, module }: FrameDecoderOptions) {
    this.#limits = limits ?? pixelLimits;
    this.#threads = Math.max(1, Math.min(threads, this.#limits.threadsMax));
    this.#clock = clock ?? systemClock;
    this.#module = module ?? new URL('./decode.worker.ts', import.meta.url);
  }

  async decode(
    transferSyntaxUid: string,
    coded: Uint8Array,
    shape: FrameShape,
  ): Promise<Uint8Array> {
    const own = new Uint8Array(coded);
    const reply = await this.#ask({ kind: 'decode', transferSyntaxUid, coded: own, shape });
    assert(reply.kind === 'decoded', 'what was asked is answered');
    return reply.pixels;
  }

  async read({ coded, ...request }: Omit<ReadRequest, 'kind'>): Promise<ReadFrame> {
    const own = coded.byteLength === coded.buffer.byteLength ? coded : new Uint8Array(coded);
    const reply = await this.#ask({ ...request, kind: 'read', coded: own });
    assert(reply.kind === 'read', 'what was asked is answered');
    const { pixels } = reply;
    const isMade = pixels === undefined || pixels instanceof Uint8Array;
    return { coded: reply.coded, pixels: isMade ? pixels : errorOf(pixels) };
  }

  #ask(request: FrameRequest): Promise<FrameReply> {
    const done = Promise.withResolvers<FrameReply>();
    this.#waiting.push({ request, done });
    if (this.#isClosed) this.#failWaiting();
    else this.#startNext();
    return done.promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failWaiting();
    await this.#endThreads([...this.#running]);
  }

  #failWaiting(): void {
    for (const { done } of this.#waiting.splice(0)) done.reject(threadEnded());
  }

  #startNext(): void {
    const [job] = this.#waiting;
    const free = [...this.#running].find((each) => each.job === undefined);
    if (job === undefined || (free === undefined && this.#running.size >= this.#threads)) return;
    this.#waiting.shift();
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#run(free ?? this.#start(), job);
  }

  #start(): DecodeThread {
    const each: DecodeThread = {
      frames: 0,
      job: undefined,
      timer: undefined,
      thread: new WorkerThread<FrameRequest, FrameReply>({
        module: this.#module,
        resourceLimits: { maxOldGenerationSizeMb: this.#limits.threadOldBytesMax / 2 ** 20 },
        onReply: (reply) => this.#hear(each, reply),
        onLost: () => this.#replace(each, threadEnded()),
      }),
    };
    this.#running.add(each);
    return each;
  }

  #run(each: DecodeThread, job: Job): void {
    each.job = job;
    each.frames += 1;
    each.timer = this.#clock.schedule(this.#limits.frameMs, () =>
      this.#replace(each, pixelErrors.create('PIXEL_TIMEOUT')),
    );
    each.thread.ask(job.request, [job.request.coded.buffer as ArrayBuffer]); // memory of its own, as `decode` and `read` see to
  }

  #hear(each: DecodeThread, reply: FrameReply): void {
    const job = this.#release(each);
    const { framesPerThread, wasmKeptBytesMax } = this.#limits;
    const isSpent = each.frames >= framesPerThread || reply.memoryBytes > wasmKeptBytesMax;
    // After a failure nobody knows in which state a library is.
    if (isFailed(reply) || isSpent) void this.#endThreads([each]);
    if (reply.kind === 'refused' || reply.kind === 'failed') job?.done.reject(errorOf(reply));
    else job?.done.resolve(reply);
    this.#startNext();
    this.#endWhenIdle();
  }

  /** The thread is lost, or does not end. */
  #replace(each: DecodeThread, error: Error): void {
    const job = this.#release(each);
    void this.#endThreads([each]);
    job?.done.reject(error);
    this.#startNext();
    this.#endWhenIdle();
  }

  #release(each: DecodeThread): Job | undefined {
    const { job, timer } = each;
    each.job = undefined;
    timer?.cancel();
    return job;
  }

  async #endThreads(threads: readonly DecodeThread[]): Promise<void> {
    for (const each of threads) {
      this.#running.delete(each);
      this.#release(each)?.done.reject(threadEnded());
    }
    await Promise.all(threads.map(({ thread }) => thread.close()));
  }

  #endWhenIdle(): void {
    const isIdle = [...this.#running].every(({ job }) => job === undefined);
    if (!isIdle || this.#idle !== undefined || this.#running.size === 0) return;
    this.#idle = this.#clock.schedule(this.#limits.idleMs, () => {
      this.#idle = undefined;
      void this.#endThreads([...this.#running]);
    });
  }
}

/** Whether a codec failed. */
function isFailed(reply: FrameReply): boolean {
  if (reply.kind !== 'read') return reply.kind === 'failed';
  return reply.pixels !== undefined && !(reply.pixels instanceof Uint8Array);
}

const threadEnded = (): Error => pixelErrors.create('PIXEL_THREAD_ENDED');
