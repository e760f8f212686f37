import type { FileId, RecallRow } from '../catalog/catalog.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { RecallBoard } from './board.ts';
import { recallErrors } from './errors.ts';
import { recallLimits } from './limits.ts';
import { type RecallPorts, runPass } from './pass.ts';
import type { RecallPort } from './port.ts';
import { issueTicket } from './tickets.ts';
import { recallError } from './translate.ts';

/** The recall port with its workers. */
export interface RecallEngine extends RecallPort {
  /** Take up what a crash or a stop left queued. */
  start(): Promise<void>;
  /** Cancel what runs; it stays queued and goes on at the next start. */
  stop(): Promise<void>;
}

/** Compose the byte road of one process: it asks, claims and works its own queue. */
export function createRecallEngine(options: RecallPorts & { readonly clock: Clock }): RecallEngine {
  return new Engine(options, options.clock);
}

class Engine implements RecallEngine {
  readonly #ports: RecallPorts;
  readonly #clock: Clock;
  readonly #boards = new Map<number, RecallBoard>();
  readonly #running = new Set<Promise<void>>();
  /** Joining a recall and settling it exclude each other, so no wish is lost between the two. */
  readonly #door = new Mutex();
  #stopped = false;

  constructor(ports: RecallPorts, clock: Clock) {
    this.#ports = ports;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    await this.#ports.catalog.recalls.requeueRunning();
    this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const board of this.#boards.values()) board.cancel();
    await Promise.allSettled(this.#running);
  }

  async request(
    ...[file, { priority }]: Parameters<RecallPort['request']>
  ): ReturnType<RecallPort['request']> {
    const ticket = await this.#door.run(async () => {
      const row = await this.#ports.catalog.recalls.request({
        seriesId: file.seriesId,
        files: [file.id],
        priority,
      });
      return issueTicket({ recallId: row.id, board: this.#boardOf(row.id), file });
    });
    this.#work();
    return ticket;
  }

  state(id: number): Promise<RecallRow | undefined> {
    return this.#ports.catalog.recalls.get(id);
  }

  #boardOf(recallId: number): RecallBoard {
    const known = this.#boards.get(recallId);
    if (known !== undefined) return known;
    const board = new RecallBoard({ clock: this.#clock, lingerMs: recallLimits.lingerMs });
    this.#boards.set(recallId, board);
    return board;
  }

  /** Start workers while there is room; each ends when the queue is empty. */
  #work(): void {
    if (this.#stopped || this.#running.size >= recallLimits.runningMax) return;
    const worker = this.#workQueue()
      .catch((error: unknown) =>
        this.#ports.log.error('recall.worker_failed', { code: codeOf(error) }),
      )
      .finally(() => this.#running.delete(worker));
    this.#running.add(worker);
  }

  async #workQueue(): Promise<void> {
    while (!this.#stopped) {
      const row = await this.#ports.catalog.recalls.claim();
      if (row === undefined) return;
      await this.#run(row);
    }
  }

  async #run(row: RecallRow): Promise<void> {
    const log = this.#ports.log.with({ recall: row.id });
    const startMs = this.#clock.monotonicMs();
    const board = this.#boardOf(row.id);
    log.info('recall.started', { wants: row.wants.length, priority: row.priority });
    try {
      const served = new Set<FileId>();
      while (!(await this.#settleIfServed(row.id, served)))
        await this.#serve(row.id, served, board);
      log.info('recall.done', { ms: Math.round(this.#clock.monotonicMs() - startMs) });
    } catch (error) {
      const failure = recallError(error);
      log.warn('recall.failed', { code: failure.code, ...failure.context });
      await this.#giveUp(row.id, board, failure);
    }
  }

  /** Settle the recall as done if no file is wanted that was not served. */
  #settleIfServed(id: number, served: ReadonlySet<FileId>): Promise<boolean> {
    return this.#door.run(async () => {
      const row = await this.#ports.catalog.recalls.get(id);
      const open = row?.wants.some((file) => !served.has(file)) ?? false;
      if (open) return false;
      await this.#ports.catalog.recalls.settle(id, { state: 'done' });
      this.#boards.get(id)?.close(recallErrors.create('RECALL_FAILED'));
      this.#boards.delete(id);
      return true;
    });
  }

  async #giveUp(id: number, board: RecallBoard, failure: Error & { code: string }): Promise<void> {
    await this.#door.run(async () => {
      // A stopping service leaves the row running: the next start takes it up.
      if (!this.#stopped) {
        await this.#ports.catalog.recalls.settle(id, { state: 'failed', failure: failure.code });
      }
      this.#boards.delete(id);
      board.close(failure);
    });
  }

  async #serve(id: number, served: Set<FileId>, board: RecallBoard): Promise<void> {
    const { catalog } = this.#ports;
    const row = await catalog.recalls.get(id);
    const wants = row?.wants.filter((file) => !served.has(file)) ?? [];
    for (const file of wants) served.add(file);
    const series = row === undefined ? undefined : await catalog.names.series(row.seriesId);
    if (series === undefined) throw recallErrors.create('RECALL_WITHDRAWN');
    const files = (await catalog.names.filesOf(series.id)).filter((file) =>
      wants.includes(file.id),
    );
    const missing = files.filter((file) => file.replica === undefined);
    for (const file of files) if (file.replica !== undefined) board.published(file);
    if (missing.length > 0) await runPass(this.#ports, { series, files: missing, board });
  }
}
