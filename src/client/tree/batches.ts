import type { MdmApi } from '../api/mdm-api.ts';
import { clientLimits } from '../limits.ts';
import type { Unwalked, Walked, WantedFile } from './walk.ts';

/** Files that are asked for together: one retrieve at the archive instead of one for each. */
export interface Batch {
  /** Give up the pins of all of its files. Idempotent; whether it had any. Never throws. */
  release(): Promise<boolean>;
  /** One of its files needs it no more. */
  leave(): Promise<void>;
}

/** A file whose turn it is, or what cannot be fetched. */
export type Ready = Unwalked | { readonly file: WantedFile; readonly batch: Batch };

/** What making batches works with. */
export interface BatchPorts {
  readonly api: MdmApi;
  readonly signal: AbortSignal;
  /** Whether a file must come from the archive; one that is here already need not. */
  readonly isMissing: (file: WantedFile) => Promise<boolean>;
  /** Batches that have pins. */
  readonly pinned: Set<Batch>;
}

/** Files in their order, those that only an archive has asked for before they are read. */
export async function* inBatches(
  ports: BatchPorts,
  walked: AsyncIterable<Walked>,
): AsyncGenerator<Ready, void, void> {
  let files: WantedFile[] = [];
  for await (const one of walked) {
    if ('error' in one) yield one;
    else files.push(one);
    if (files.length < clientLimits.stagedTogether) continue;
    yield* readyOf(ports, files);
    files = [];
  }
  yield* readyOf(ports, files);
}

async function* readyOf(ports: BatchPorts, files: readonly WantedFile[]): AsyncGenerator<Ready> {
  const batch = await stage(ports, files);
  for (const file of files) yield { file, batch };
}

/** Ask for the files. A refusal is no news: reading them tells what is to be told. */
async function stage(ports: BatchPorts, files: readonly WantedFile[]): Promise<Batch> {
  const { api, signal, isMissing } = ports;
  const paths: string[] = [];
  for (const file of files) {
    if (file.isNearline && (await isMissing(file))) paths.push(file.path);
  }
  // One alone is asked for by reading it.
  const asked =
    paths.length < 2 ? undefined : await api.stage(paths, signal).catch(() => undefined);
  return batchOf(ports, { token: asked?.token, count: files.length });
}

function batchOf(
  { api, pinned }: BatchPorts,
  staged: { token: string | undefined; count: number },
): Batch {
  const batch: Batch = {
    async release() {
      const { token } = staged;
      staged.token = undefined;
      pinned.delete(batch);
      if (token === undefined) return false;
      // Pins that are not given back lapse by themselves: nothing waits long for that.
      const limit = AbortSignal.timeout(clientLimits.releaseMs);
      await api.release(token, limit).catch(() => undefined);
      return true;
    },
    async leave() {
      staged.count -= 1;
      if (staged.count === 0) await batch.release();
    },
  };
  if (staged.token !== undefined) pinned.add(batch);
  return batch;
}
