import { codeOf } from '../../lib/errors/mdm-error.ts';
import { eachInParallel, readAhead } from '../../lib/streams/in-parallel.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import { type GetPorts, type GetReport, type GetRequest, getFile } from '../open/get-file.ts';
import { verifyLocal } from '../open/verify-local.ts';
import { type Batch, inBatches, type Ready } from './batches.ts';
import type { HeldFolder } from './held-folder.ts';
import { isHopeless } from './hopeless.ts';
import { type Source, type WantedFile, walk } from './walk.ts';

/** Several files to fetch into one folder. */
export interface TreeRequest {
  readonly sources: AsyncIterable<Source>;
  /** Each file stands below it under its whole path, so no two meet. */
  readonly root: HeldFolder;
  readonly keepSealed: boolean;
  readonly force: boolean;
  /** Files at a time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onProgress?: (progress: TreeProgress) => void;
}

/** How one file ended: fetched, found to be here already, or not. Each was verified unless it failed. */
export type Outcome =
  | { readonly kind: 'fetched' | 'present'; readonly path: string; readonly report: GetReport }
  | { readonly kind: 'failed'; readonly path: string; readonly error: Error };

/** How far it is. */
export interface TreeProgress {
  readonly doneFiles: number;
  readonly knownFiles: number;
  /** Whether there are no more files than are known. */
  readonly isListed: boolean;
  readonly receivedBytes: number;
}

/**
 * Fetch files as `getFile` does, several at a time, into a tree. One that fails ends no other.
 * What is here already and is the file is not fetched again; what is here and is not is kept, unless
 * `force` says otherwise. Memory does not grow with the number of files.
 * @throws what no other file would fare better with, and CLIENT_INTERRUPTED
 */
export async function fetchTree(ports: GetPorts, request: TreeRequest): Promise<void> {
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, request.signal]);
  const fetching = new TreeFetch(ports, { ...request, signal });
  const work = async (ready: Ready): Promise<void> => {
    try {
      await fetching.take(ready);
    } catch (error) {
      own.abort();
      throw error;
    }
  };
  try {
    await eachInParallel(fetching.ready(), { count: request.parallel, work });
  } catch (cause) {
    if (!request.signal.aborted) throw cause;
    throw clientErrors.create('CLIENT_INTERRUPTED', { cause });
  } finally {
    await fetching.end();
  }
}

class TreeFetch {
  readonly #ports: GetPorts;
  readonly #request: TreeRequest;
  /** Files under way by their local path: of two that are the same the second waits. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #pinned = new Set<Batch>();
  #doneFiles = 0;
  #knownFiles = 0;
  #isListed = false;
  #receivedBytes = 0;

  constructor(ports: GetPorts, request: TreeRequest) {
    this.#ports = ports;
    this.#request = request;
  }

  ready(): AsyncIterable<Ready> {
    const { signal, root } = this.#request;
    const { api } = this.#ports;
    const known = readAhead(this.#known(), clientLimits.listedAhead);
    const isMissing = async (file: WantedFile): Promise<boolean> =>
      this.#request.force || !(await root.has([...file.folders, this.#nameOf(file)].join('/')));
    const ready = inBatches({ api, signal, isMissing, pinned: this.#pinned }, known);
    return readAhead(ready, clientLimits.stagedTogether);
  }

  async take(ready: Ready): Promise<void> {
    const outcome = 'error' in ready ? failed(ready) : await this.#takeInTurn(ready);
    this.#doneFiles += 1;
    this.#request.onOutcome(outcome);
    this.#tell();
  }

  /** Nothing is asked for any more. */
  async end(): Promise<void> {
    await Promise.all([...this.#pinned].map((batch) => batch.release()));
  }

  async *#known() {
    const { sources, signal } = this.#request;
    for await (const walked of walk({ api: this.#ports.api, signal }, sources)) {
      this.#knownFiles += 1;
      yield walked;
      this.#tell();
    }
    this.#isListed = true;
  }

  async #takeInTurn(ready: Exclude<Ready, { error: Error }>): Promise<Outcome> {
    const { file, batch } = ready;
    const key = [...file.folders, file.name].join('/');
    while (this.#underWay.has(key)) await this.#underWay.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underWay.set(key, promise);
    try {
      return await this.#fetch(file, batch);
    } finally {
      this.#underWay.delete(key);
      resolve();
      await batch.leave();
    }
  }

  async #fetch(file: WantedFile, batch: Batch): Promise<Outcome> {
    const { path } = file;
    try {
      await using folder = await this.#request.root.below(file.folders);
      const request = this.#requestOf(file, folder);
      const present = request.force ? undefined : await verifyLocal(this.#ports, request);
      if (present !== undefined) return { kind: 'present', path, report: present };
      const report = await this.#getOrMakeRoom(request, batch);
      return { kind: 'fetched', path, report };
    } catch (error) {
      if (this.#request.signal.aborted || !(error instanceof Error) || isHopeless(error))
        throw error;
      return { kind: 'failed', path, error };
    }
  }

  /** Pins of what was asked for together may be what leaves no room: without them it is tried once more. */
  async #getOrMakeRoom(request: GetRequest, batch: Batch): Promise<GetReport> {
    try {
      return await getFile(this.#ports, request);
    } catch (error) {
      const isFull = codeOf(error) === 'RECALL_STORAGE_FULL';
      if (!isFull || !(await batch.release())) throw error;
      return getFile(this.#ports, request);
    }
  }

  #requestOf(file: WantedFile, folder: HeldFolder): GetRequest {
    const { keepSealed, force, signal } = this.#request;
    let counted: number | undefined;
    return {
      path: file.path,
      target: folder.place(this.#nameOf(file)),
      keepSealed,
      force,
      signal,
      onProgress: ({ receivedBytes }) => {
        // What an earlier run brought does not count as received.
        this.#receivedBytes += receivedBytes - (counted ?? receivedBytes);
        counted = receivedBytes;
        this.#tell();
      },
    };
  }

  #nameOf({ name }: WantedFile): string {
    return localNameOf(name, this.#request);
  }

  #tell(): void {
    this.#request.onProgress?.({
      doneFiles: this.#doneFiles,
      knownFiles: this.#knownFiles,
      isListed: this.#isListed,
      receivedBytes: this.#receivedBytes,
    });
  }
}

function failed({ path, error }: { readonly path: string; readonly error: Error }): Outcome {
  return { kind: 'failed', path, error };
}

/** What a file is called here: an opened one loses `.c4gh`. */
export function localNameOf(
  name: string,
  { keepSealed }: { readonly keepSealed: boolean },
): string {
  return keepSealed ? name : name.replace(/\.c4gh$/, '');
}
