import { type ResourceLimits, Worker } from 'node:worker_threads';

/** What a thread is started with, and who hears of it. */
export interface WorkerThreadOptions<Reply> {
  /** Of the module that it runs. */
  readonly module: URL;
  readonly resourceLimits: ResourceLimits;
  readonly onReply: (reply: Reply) => void;
  /** It ended without being closed; called once, and nothing is heard afterwards. */
  readonly onLost: (cause: Error | undefined) => void;
}

/**
 * A thread that answers what it is asked. It keeps the process running only while it owes an
 * answer. One that was lost or closed is over; its owner starts another.
 */
export class WorkerThread<Request, Reply> {
  readonly #worker: Worker;
  #isOver = false;
  /** Answers that are to come. */
  #owed = 0;

  constructor({ module, resourceLimits, onReply, onLost }: WorkerThreadOptions<Reply>) {
    const worker = new Worker(module, { execArgv: [], resourceLimits });
    const lost = (cause?: Error): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      onLost(cause);
    };
    worker.on('message', (reply: Reply) => {
      if (this.#isOver) return;
      this.#owed -= 1;
      if (this.#owed === 0) worker.unref();
      onReply(reply);
    });
    worker.on('error', lost);
    worker.on('exit', () => lost());
    worker.unref();
    this.#worker = worker;
  }

  /** Send what is answered. */
  ask(request: Request, transferred: readonly ArrayBuffer[] = []): void {
    this.#owed += 1;
    this.#worker.ref();
    this.tell(request, transferred);
  }

  /** Send what is not answered. */
  tell(request: Request, transferred: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, [...transferred]);
  }

  /** End it, whatever it does. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
  }
}
