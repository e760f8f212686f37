import { type Clock, sleep } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AuditHead } from './audit.ts';
import { HeadFile } from './head-file.ts';
import { auditLimits } from './limits.ts';

/** Keeps in a file where a record ends that something else writes; nobody waits for it. */
export class HeadKeeper {
  readonly #file: HeadFile;
  readonly #ports: Ports;
  readonly #gone = new AbortController();
  #isDue = false;
  #keeping: Promise<void> | undefined;
  #kept = 0;

  private constructor(file: HeadFile, ports: Ports) {
    this.#file = file;
    this.#ports = ports;
  }

  static async open(path: string, ports: Ports): Promise<HeadKeeper> {
    return new HeadKeeper(await HeadFile.open(path), ports);
  }

  /** The record has grown. */
  grown(): void {
    this.#isDue = true;
    this.#keeping ??= this.#keep().finally(() => {
      this.#keeping = undefined;
    });
  }

  /** Keep the last head, and end. */
  async close(): Promise<void> {
    this.#gone.abort();
    await this.#keeping;
    await this.#write();
    await this.#file.close();
  }

  /** Not for each record: a disk that is always asked to sync has time for little else. */
  async #keep(): Promise<void> {
    const { clock } = this.#ports;
    const { signal } = this.#gone;
    while (this.#isDue && !signal.aborted) {
      this.#isDue = false;
      await this.#write();
      await sleep(clock, auditLimits.headIntervalMs, { signal }).catch(() => {});
    }
  }

  /** Only what is durable is read: the file may lag behind the record, and is never ahead of it. */
  async #write(): Promise<void> {
    try {
      const head = await this.#ports.head();
      if (head.count > this.#kept) await this.#file.write(head);
      this.#kept = head.count;
    } catch (error) {
      this.#ports.log.error('audit.anchor-failed', { cause: String(error) });
    }
  }
}

interface Ports {
  /** Where the durable record ends now. */
  readonly head: () => Promise<AuditHead>;
  readonly clock: Clock;
  readonly log: Log;
}
