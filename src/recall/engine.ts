import type { CatalogRecalls, FileId, FileNode, RecallRow, SeriesId } from '../catalog/catalog.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { codeOf, type MdmError } from '../lib/errors/mdm-error.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import { RecallBoard } from './board.ts';
import { recallErrors } from './errors.ts';
import { Lanes } from './lanes.ts';
import { recallLimits } from './limits.ts';
import { laneOf, type RecallPorts, runPass } from './pass.ts';
import type { FollowedReplica, RecallPort } from './port.ts';
import { issueTicket } from './tickets.ts';
import { recallError, recallFailureOf } from './translate.ts';

/** The recall port with its workers. */
export interface RecallEngine extends RecallPort {
  /** Take up what a crash or a stop left queued. */
  start(): Promise<void>;
  /** Cancel what is fetched of what is not offered any more, locked or held back. */
  dropUnserved(): Promise<void>;
  /** Cancel what runs; it stays queued and goes on at the next start. */
  stop(): Promise<void>;
}

/** Compose the byte road of one process: it asks, claims and works its own queue. */
export function createRecallEngine(ports: RecallPorts): RecallEngine {
  return new Engine(ports);
}

type Outcome = Parameters<CatalogRecalls['settle']>[1];

/** One recall being worked on. */
interface Work {
  readonly id: number;
  readonly board: RecallBoard;
  /** Files that had their try. */
  readonly served: Set<FileId>;
  /** What failed last. */
  failure: MdmError | undefined;
}

class Engine implements RecallEngine {
  readonly #ports: RecallPorts;
  readonly #clock: Clock;
  readonly #boards = new Map<number, RecallBoard>();
  readonly #growing = new Map<FileId, FollowedReplica>();
  readonly #running = new Set<Promise<void>>();
  /** The last work on each series; what comes next waits for it: one retrieve per series. */
  readonly #bySeries = new Map<SeriesId, Promise<void>>();
  /** Joining a recall and settling it exclude each other, so no wish is lost between the two. */
  readonly #door = new Mutex();
  /** Recalls that ended while the database could not write it down. */
  readonly #unsettled = new Map<number, Outcome>();
  readonly #lanes = new Lanes();
  #workers = 0;
  /** Counts requests: a worker that found the queue empty sees that one came meanwhile. */
  #asked = 0;
  #retry: Timer | undefined;
  #stopped = false;

  constructor(ports: RecallPorts) {
    this.#ports = ports;
    this.#clock = ports.clock;
  }

  async start(): Promise<void> {
    await this.#ports.catalog.recalls.requeueRunning();
    this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    const reason = recallErrors.create('RECALL_ABORTED');
    for (const board of this.#boards.values()) board.cancel(reason);
    await Promise.allSettled(this.#running);
    await this.#door.run(async () => {
      for (const board of this.#boards.values()) board.close(reason);
      this.#boards.clear();
    });
  }

  async dropUnserved(): Promise<void> {
    const { names, recalls, locks } = this.#ports.catalog;
    const lockedFiles = new Set((await locks.all()).map(({ fileId }) => fileId));
    for (const [id, board] of this.#boards) {
      const row = await recalls.get(id);
      if (row === undefined) continue;
      const series = await names.series(row.seriesId);
      if (series === undefined) await this.#drop(row.wants, (why) => board.cancel(why));
      else if (series.isInConflict) board.cancel(recallErrors.create('RECALL_QUARANTINED'));
      for (const file of row.wants.filter((want) => lockedFiles.has(want)))
        await this.#drop([file], (why) => board.failed(file, why));
    }
  }

  /** End what is made of files that are gone; what was followed of them gives no key from here on. */
  async #drop(files: readonly FileId[], end: (why: MdmError) => void): Promise<void> {
    const { keyChanges } = this.#ports.catalog;
    const why = await this.#goneError(files[0]);
    const keyIds = files.flatMap((file) => this.#growing.get(file)?.key.keyId ?? []);
    end(why);
    await keyChanges.destroyUnused(keyIds);
  }

  async #goneError(file: FileId | undefined): Promise<MdmError> {
    const isLocked = file !== undefined && (await this.#ports.catalog.locks.coversFile(file));
    return recallErrors.create(isLocked ? 'RECALL_LOCKED' : 'RECALL_WITHDRAWN');
  }

  async request(
    ...[file, { priority, caller }]: Parameters<RecallPort['request']>
  ): ReturnType<RecallPort['request']> {
    try {
      const ticket = await this.#door.run(async () => {
        if (this.#stopped) throw recallErrors.create('RECALL_ABORTED');
        await this.#settleLeft();
        const row = await this.#ports.catalog.recalls.request({
          seriesId: file.seriesId,
          files: [file.id],
          priority,
          caller,
        });
        this.#asked += 1;
        return issueTicket({ recallId: row.id, board: this.#boardOf(row.id), file });
      });
      this.#work();
      return ticket;
    } catch (error) {
      throw recallError(error);
    }
  }

  growing(file: FileId): FollowedReplica | undefined {
    return this.#growing.get(file);
  }

  state(id: number): Promise<RecallRow | undefined> {
    return this.#ports.catalog.recalls.get(id);
  }

  #boardOf(recallId: number): RecallBoard {
    const known = this.#boards.get(recallId);
    if (known !== undefined) return known;
    const board: RecallBoard = new RecallBoard({
      clock: this.#clock,
      lingerMs: recallLimits.lingerMs,
      onAbandoned: () => void this.#abandon(recallId, board),
      growing: this.#growing,
    });
    this.#boards.set(recallId, board);
    return board;
  }

  /** Nobody came back. The recall is over at once: who asks from now on starts another. */
  #abandon(id: number, board: RecallBoard): Promise<void> {
    return this.#door.run(async () => {
      if (board.interest > 0 || this.#boards.get(id) !== board) return;
      const reason = recallErrors.create('RECALL_ABORTED');
      board.cancel(reason);
      await this.#close(id, reason);
      this.#ports.log.info('recall.abandoned', { recall: id });
    });
  }

  /** Start a worker while there is room; each ends when the queue is empty. */
  #work(): void {
    // One more than all lanes take: it finds what is of another one, and puts the rest back.
    const workersMax = recallLimits.runningMax * this.#ports.sources.size + 1;
    if (this.#stopped || this.#workers >= workersMax) return;
    this.#workers += 1;
    const worker = this.#workQueue()
      .catch((error: unknown) => this.#tryAgainLater(error))
      .finally(() => this.#running.delete(worker));
    this.#running.add(worker);
  }

  async #workQueue(): Promise<void> {
    try {
      while (!this.#stopped) {
        const asked = this.#asked;
        await this.#door.run(() => this.#settleLeft());
        const row = await this.#ports.catalog.recalls.claim(this.#lanes.busy());
        if (row !== undefined) await this.#runInLane(row);
        else if (asked === this.#asked) return;
      }
    } finally {
      this.#workers -= 1;
    }
  }

  #tryAgainLater(error: unknown): void {
    this.#ports.log.error('recall.worker_failed', { code: codeOf(error), ...traceOf(error) });
    if (this.#stopped) return;
    this.#retry?.cancel();
    this.#retry = this.#clock.schedule(recallLimits.retryMs, () => this.#work());
  }

  /** Work on it if its PACS has not enough to do yet; else it waits without a worker. */
  async #runInLane(row: RecallRow): Promise<void> {
    // Whatever it fails with, the pass will say it to whom it concerns.
    const lane = await laneOf(this.#ports, row.seriesId).catch(() => '');
    // As it is running, the next start takes it up.
    if (this.#stopped) return;
    if (!this.#lanes.enter(lane)) return this.#putBack(row.id, lane);
    try {
      await this.#runInTurn(row);
    } finally {
      this.#lanes.leave(lane);
    }
  }

  async #putBack(id: number, lane: string): Promise<void> {
    try {
      await this.#ports.catalog.recalls.putBack(id, lane);
    } catch (error) {
      await this.#door.run(() => this.#close(id, recallError(error)));
    }
  }

  async #runInTurn(row: RecallRow): Promise<void> {
    const before = this.#bySeries.get(row.seriesId);
    const run = (async () => {
      await before;
      await this.#run(row);
    })();
    this.#bySeries.set(row.seriesId, run);
    await run;
    if (this.#bySeries.get(row.seriesId) === run) this.#bySeries.delete(row.seriesId);
  }

  /** Never throws. */
  async #run(row: RecallRow): Promise<void> {
    const { id } = row;
    const log = this.#ports.log.with({ recall: id });
    const startMs = this.#clock.monotonicMs();
    const work: Work = { id, board: this.#boardOf(id), served: new Set(), failure: undefined };
    log.info('recall.started', { wants: row.wants.length, priority: row.priority });
    try {
      for (;;) {
        const wants = await this.#nextWants(work);
        if (wants === undefined) break;
        await this.#serve(work, wants);
        if (work.board.signal.aborted) throw work.board.signal.reason;
      }
    } catch (error) {
      work.failure = recallError(error);
      log.warn('recall.gave_up', { code: work.failure.code, ...traceOf(error) });
      await this.#giveUp(work, work.failure);
    }
    const ms = Math.round(this.#clock.monotonicMs() - startMs);
    if (work.failure === undefined) log.info('recall.done', { ms });
    else log.warn('recall.failed', { ms, code: work.failure.code, ...work.failure.context });
  }

  /** What is wanted and had no try yet. Nothing: then the recall is settled, and undefined. */
  #nextWants({ id, served, failure }: Work): Promise<RecallRow | undefined> {
    return this.#door.run(async () => {
      const row = await this.#ports.catalog.recalls.get(id);
      const wants = row?.wants.filter((file) => !served.has(file)) ?? [];
      if (row !== undefined && wants.length > 0) return { ...row, wants };
      await this.#close(id, failure);
      return undefined;
    });
  }

  async #giveUp({ id, board }: Work, failure: MdmError): Promise<void> {
    await this.#door.run(async () => {
      if (!this.#stopped) return this.#close(id, failure, board);
      // A stopping service leaves the row running: the next start takes it up.
      this.#boards.delete(id);
      board.close(failure);
    });
  }

  /** End a recall: whoever still waits fails, and the row says how it went. Called in the door. */
  async #close(id: number, failure: MdmError | undefined, board?: RecallBoard): Promise<void> {
    const open = board ?? this.#boards.get(id);
    if (this.#boards.get(id) === open) this.#boards.delete(id);
    open?.close(failure ?? recallErrors.create('RECALL_FAILED'));
    const outcome: Outcome =
      failure === undefined ? { state: 'done' } : { state: 'failed', failure: failure.code };
    try {
      await this.#ports.catalog.recalls.settle(id, outcome);
    } catch (error) {
      this.#unsettled.set(id, outcome);
      this.#ports.log.error('recall.not_settled', { recall: id, code: codeOf(error) });
    }
  }

  /** Until a row is settled its series has no other: a reader would wait at one that nobody works. */
  async #settleLeft(): Promise<void> {
    for (const [id, outcome] of this.#unsettled) {
      await this.#ports.catalog.recalls.settle(id, outcome);
      this.#unsettled.delete(id);
    }
  }

  /** One try for the files wanted now. Their failure is theirs alone: others may be wanted since. */
  async #serve(work: Work, row: RecallRow): Promise<void> {
    const { board, served } = work;
    for (const file of row.wants) served.add(file);
    const { names } = this.#ports.catalog;
    const series = await names.series(row.seriesId);
    const all = series === undefined ? [] : await names.filesOf(row.seriesId);
    const files = all.filter((file) => row.wants.includes(file.id));
    const known = new Set(files.map((file) => file.id));
    for (const id of row.wants) {
      if (!known.has(id)) board.failed(id, await this.#goneError(id));
    }
    const missing = files.filter((file) => !settleKnown(board, file));
    if (series === undefined || missing.length === 0) return;
    try {
      const { priority } = row;
      await runPass(this.#ports, { series, files: missing, board, priority });
    } catch (error) {
      work.failure = recallError(error);
      for (const file of missing) board.failed(file.id, work.failure);
    }
  }
}

/** Tell the readers of a file whose fate is known without asking the PACS. */
function settleKnown(board: RecallBoard, file: FileNode): boolean {
  if (file.state === 'withdrawn') board.failed(file.id, recallErrors.create('RECALL_WITHDRAWN'));
  else if (file.state === 'conflict')
    board.failed(file.id, recallErrors.create('RECALL_QUARANTINED'));
  else if (file.refusal !== undefined) {
    const context = { reason: file.refusal };
    board.failed(file.id, recallErrors.create(recallFailureOf(file.refusal), { context }));
  } else if (file.replica !== undefined) board.published(file);
  else return false;
  return true;
}

/** Where a failure without a code of ours arose. Never its message, which may hold data. */
function traceOf(error: unknown): { readonly error?: string; readonly at?: string } {
  const cause = recallErrors.has(error) ? error.cause : error;
  if (!(cause instanceof Error) || codeOf(cause) !== undefined) return {};
  const at = cause.stack?.split('\n').find((line) => line.startsWith('    at '));
  return { error: cause.name, ...(at === undefined ? {} : { at: at.trim() }) };
}
