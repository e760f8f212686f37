import { formatStatus } from '../../dimse/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import { Mutex } from '../../lib/streams/mutex.ts';
import type { CrawlReport, Registration } from '../../registration/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { nodeErrors } from '../errors.ts';
import type { OpenSource } from './open-sources.ts';

/** What a walk came to. */
export interface LastWalk extends CrawlReport {
  readonly endedMs: number;
}

/** Walks the archives from time to time; one walk at a time. */
export class Crawler {
  readonly #config: GatewayConfig['crawl'];
  readonly #registration: Registration;
  readonly #sources: ReadonlyMap<string, OpenSource>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #turns = new Mutex();
  readonly #abort = new AbortController();
  readonly #failures = new Map<string, string>();
  readonly #lastWalks = new Map<string, LastWalk>();
  #timer: Timer | undefined;

  constructor(options: {
    readonly config: GatewayConfig;
    readonly registration: Registration;
    readonly sources: ReadonlyMap<string, OpenSource>;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#config = options.config.crawl;
    this.#registration = options.registration;
    this.#sources = options.sources;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Code of the last crawl of a PACS, if it failed. */
  failureOf(pacs: string): string | undefined {
    return this.#failures.get(pacs);
  }

  /** What the last walk of a PACS found, also one that failed; undefined before there is one. */
  lastWalkOf(pacs: string): LastWalk | undefined {
    return this.#lastWalks.get(pacs);
  }

  start(): void {
    if (this.#config.atStart) void this.#crawlAll();
    else this.#scheduleNext();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#abort.abort(new Error('stopping'));
    await this.#turns.run(async () => {});
  }

  /** Walk one PACS, or all. Rejects with the failure of the first that fails. */
  async crawl(pacs?: string): Promise<readonly CrawlReport[]> {
    const names = pacs === undefined ? [...this.#sources.keys()] : [pacs];
    const reports: CrawlReport[] = [];
    for (const name of names) reports.push(await this.#crawlOne(name));
    return reports;
  }

  async #crawlAll(): Promise<void> {
    for (const name of this.#sources.keys()) await this.#crawlOne(name).catch(() => undefined);
    if (!this.#abort.signal.aborted) this.#scheduleNext();
  }

  #scheduleNext(): void {
    const delayMs = this.#config.everyMinutes * 60_000;
    this.#timer = this.#clock.schedule(delayMs, () => void this.#crawlAll());
  }

  #crawlOne(name: string): Promise<CrawlReport> {
    return this.#turns.run(async () => {
      this.#abort.signal.throwIfAborted();
      const opened = this.#sources.get(name);
      if (opened === undefined) {
        throw nodeErrors.create('CONFIG_INVALID', { message: `no PACS is called ${name}` });
      }
      try {
        const report = await this.#registration.crawl(opened.source, {
          signal: this.#abort.signal,
          onReport: (made) => this.#lastWalks.set(name, { ...made, endedMs: this.#clock.nowMs() }),
        });
        this.#failures.delete(name);
        return report;
      } catch (error) {
        const code = codeOf(error) ?? 'REGISTRATION_FAILED';
        this.#failures.set(name, code);
        this.#log.warn('registration.crawl_failed', { pacs: name, code, ...detailOf(error) });
        throw error;
      }
    });
  }
}

/** The code below, and the DIMSE status that a query ended with as manuals write it, where there are. */
function detailOf(error: unknown): { readonly reason?: string; readonly status?: string } {
  const { reason, status } = error instanceof MdmError ? error.context : {};
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof status === 'number' ? { status: formatStatus(status) } : {}),
  };
}
