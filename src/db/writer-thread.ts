import { Worker } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { dbErrors } from './errors.ts';
import { dbLimits } from './limits.ts';
import type { StatementResult } from './statements.ts';
import type { Writer } from './writer.ts';
import type { WriterReply, WriterRequest, WriterSettings } from './writer-messages.ts';

type Waiter = PromiseWithResolvers<StatementResult>;

/**
 * Start the writer of a database file on a thread of its own. It keeps the process running only
 * while it owes an answer.
 */
export function startWriterThread(settings: WriterSettings): Writer {
  return new WriterThread(settings);
}

class WriterThread implements Writer {
  readonly #worker: Worker;
  /** Answers come in the order of the requests. */
  readonly #owed: Waiter[] = [];
  /** Why nothing more is taken. */
  #refusal: 'DB_CLOSED' | 'DB_IO' | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: WriterSettings) {
    this.#worker = new Worker(new URL('./writer.worker.ts', import.meta.url), {
      execArgv: [],
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: dbLimits.threadYoungBytes / 2 ** 20 },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: WriterReply) => this.#hear(reply));
    this.#worker.on('error', (cause) => this.#lose(cause));
    this.#worker.on('exit', () => this.#lose());
  }

  run(sql: string, parameters: readonly unknown[]): Promise<StatementResult> {
    return this.#ask({ kind: 'run', sql, parameters: parameters.map(cloneable) });
  }

  async rollback(): Promise<void> {
    await this.#ask({ kind: 'rollback' });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#refusal !== undefined) return;
    const closed = this.#ask({ kind: 'close' });
    this.#refusal = 'DB_CLOSED';
    await closed;
    await this.#worker.terminate();
  }

  #ask(request: WriterRequest): Promise<StatementResult> {
    if (this.#refusal !== undefined) return Promise.reject(dbErrors.create(this.#refusal));
    const waiter = Promise.withResolvers<StatementResult>();
    this.#owed.push(waiter);
    this.#worker.ref();
    this.#worker.postMessage(request);
    return waiter.promise;
  }

  #hear(reply: WriterReply): void {
    const waiter = this.#owed.shift();
    if (this.#owed.length === 0) this.#worker.unref();
    if (reply.kind === 'done') waiter?.resolve(reply.result);
    else waiter?.reject(errorOf(reply));
  }

  /** The thread is gone: whether what it was asked has happened, nobody knows. */
  #lose(cause?: Error): void {
    this.#refusal ??= 'DB_IO';
    for (const waiter of this.#owed.splice(0)) waiter.reject(dbErrors.create('DB_IO', { cause }));
  }
}

function errorOf(reply: Extract<WriterReply, { kind: 'failed' }>): Error {
  return reply.engineCode === undefined
    ? new Error(reply.message)
    : new BetterSqlite3.SqliteError(reply.message, reply.engineCode);
}

/** A pooled buffer is cloned with its whole pool behind it. */
function cloneable(value: unknown): unknown {
  return value instanceof Uint8Array && value.byteLength !== value.buffer.byteLength
    ? Uint8Array.prototype.slice.call(value)
    : value;
}
