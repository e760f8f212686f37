import { hash } from 'node:crypto';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { AskedFile, VersionStatement } from '../../seal/index.ts';
import { clientLimits } from '../limits.ts';
import type { MemoryFile } from './memory-file.ts';
import {
  isToRemember,
  type Recollection,
  recollect,
  type SeenVersion,
  seenOf,
} from './recollection.ts';

/**
 * What this client saw proven before, so that nobody shows it less later: a signature says that a
 * version is genuine, never that it is the newest.
 */
export interface Memory {
  /**
   * Hold a verified statement against what is remembered of the file, and remember it: under the name
   * that the statement has and under the one that it was asked for by.
   * @throws CLIENT_VERSION_OLDER, CLIENT_VERSION_TWICE, CLIENT_IDENTITY_OLDER
   */
  meet(asked: AskedFile, stated: VersionStatement): Recollection;
  /** Why something was neither compared nor remembered; undefined while all was. */
  lack(): string | undefined;
  /** Write what is not written yet. */
  close(): void;
}

/** Neither compares nor remembers. @param lack why, where somebody should know */
export function noMemory(lack?: string): Memory {
  return { meet: () => 'none', lack: () => lack, close: () => undefined };
}

/**
 * Memory in a file that other commands of the same user share. Opened when the first file is met; one
 * that cannot be used ends nothing: `lack` says why.
 *
 * What is met is compared at once, with what others wrote too, and written within a second, together:
 * a commit costs some ms.
 */
export class KeptMemory implements Memory {
  readonly #open: () => MemoryFile;
  readonly #clock: Clock;
  #file: MemoryFile | undefined;
  #lack: string | undefined;
  /** Met and not written, by key. */
  readonly #unwritten = new Map<string, SeenVersion>();
  #timer: Timer | undefined;

  constructor({ open, clock }: { readonly open: () => MemoryFile; readonly clock: Clock }) {
    this.#open = open;
    this.#clock = clock;
  }

  meet(asked: AskedFile, stated: VersionStatement): Recollection {
    const shown = seenOf(stated);
    const keys = new Set([stated.name, asked.name].map((name) => keyOf(stated, name)));
    const known = [...keys].map((key) => ({ key, seen: this.#seen(key) }));
    if (this.#lack !== undefined) return 'none';
    const found = known.map(({ seen }) => recollect(seen, shown, asked));
    for (const { key, seen } of known) if (isToRemember(seen, shown)) this.#remember(key, shown);
    return found.find((one) => one === 'another') ?? found[0] ?? 'first';
  }

  lack(): string | undefined {
    return this.#lack;
  }

  close(): void {
    this.#write();
    this.#file?.close();
    this.#file = undefined;
  }

  #seen(key: string): SeenVersion | undefined {
    return this.#unwritten.get(key) ?? this.#attempt((file) => file.find(key));
  }

  #remember(key: string, seen: SeenVersion): void {
    this.#unwritten.set(key, seen);
    if (this.#unwritten.size >= clientLimits.memoryUnwrittenMax) this.#write();
    else
      this.#timer ??= this.#clock.schedule(clientLimits.memoryWriteMs, () => {
        this.#write();
      });
  }

  #write(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#unwritten.size === 0) return;
    this.#attempt((file) => file.write(this.#unwritten));
    this.#unwritten.clear();
  }

  /** A memory that fails is one that is not there from then on. */
  #attempt<T>(use: (file: MemoryFile) => T): T | undefined {
    if (this.#lack !== undefined) return undefined;
    try {
      this.#file ??= this.#open();
      return use(this.#file);
    } catch (error) {
      this.#lack = (error as Error).message;
      return undefined;
    }
  }
}

/** Names are not kept: who reads the file learns only whether one that he knows was read. */
function keyOf({ site, collection }: VersionStatement, name: string): string {
  return hash('sha256', `/${site}/${collection}/${name}`, 'hex').slice(0, 32);
}
