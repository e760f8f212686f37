import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import { statementDigestOf } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import type { PolicyFeed } from '../feed/policy-feed.ts';
import { keysLimits } from '../limits.ts';
import type { FeedPosition } from '../wire/feed-position.ts';
import type { ListedKey } from '../wire/key-list.ts';
import { boxDigestOf } from '../wire/refresh-words.ts';
import type { OrderedKey } from '../wire/upkeep-order.ts';
import {
  batchSizeOf,
  type RecoveryPorts,
  recoverShares,
  type UpkeepProgress,
} from './recover-shares.ts';
import type { UpkeepClient } from './upkeep-client.ts';
import { walkKeys } from './walk-keys.ts';

/** What refreshing works with. */
export interface RefreshPorts extends RecoveryPorts {
  readonly client: RecoveryPorts['client'] & Pick<UpkeepClient, 'stage' | 'ready' | 'prove'>;
  readonly feed: Pick<PolicyFeed, 'append' | 'state' | 'spread'>;
}

/** Keys of which the same servers have shares. */
interface Batch {
  readonly holders: readonly string[];
  readonly threshold: number;
  readonly keys: OrderedKey[];
}

/**
 * Give all keys new shares, so that those that leaked or were saved before are good for nothing; the keys
 * stay, and readers notice nothing. All servers must answer. What is committed stays so; begun again
 * it goes on with the keys whose shares are older than the entry that began it.
 * @throws KEYS_UPKEEP_INCOMPLETE, and what asking throws
 */
export async function refreshShares(
  ports: RefreshPorts,
  progress: UpkeepProgress,
  { reason, signal }: { readonly reason: string; readonly signal?: AbortSignal },
): Promise<void> {
  const { client } = ports;
  // All must answer, before anything is begun.
  const lists = await Promise.all(client.servers.map((name) => client.list(name, null, signal)));
  await abandon(
    ports,
    lists.flatMap(({ undecided }) => undecided),
    signal,
  );
  const begun = await begin(ports, reason, signal);
  const distrusted = new Set<string>();
  for (;;) {
    await recoverShares(ports, progress, signal);
    const before = progress.renewed;
    const older = await refreshOlder(ports, progress, { begun, distrusted, signal });
    if (older === 0) break;
    if (progress.renewed === before) throw incomplete('keys', older);
  }
  await tellAll(ports, await ports.feed.append([{ kind: 'refreshed', begun }]), signal);
}

/** Goes on with what was begun. All that is deposited once all servers know of it is new enough. */
async function begin(
  ports: RefreshPorts,
  reason: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { epochs, position } = await ports.feed.state();
  if (epochs.begun !== undefined) {
    await tellAll(ports, position, signal);
    return epochs.begun;
  }
  const begun = await ports.feed.append([{ kind: 'refresh-begun', reason }]);
  await tellAll(ports, begun, signal);
  return begun.seq;
}

/** @throws KEYS_UPKEEP_INCOMPLETE when a server does not know of it */
async function tellAll(
  { feed, client }: RefreshPorts,
  position: FeedPosition,
  signal: AbortSignal | undefined,
): Promise<void> {
  const cancel = signal === undefined ? {} : { signal };
  const { acknowledged } = await feed.spread(position, { until: 'complete', ...cancel });
  const missing = client.servers.filter((name) => !acknowledged.includes(name));
  if (missing[0] !== undefined) throw incomplete('server', missing[0]);
}

/** What an earlier process left undecided counts for nobody: servers hold it ready until they hear so. */
async function abandon(
  ports: RefreshPorts,
  undecided: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (undecided.length === 0) return;
  const runs = new Set(undecided);
  const changes = [...runs].map((run) => ({ kind: 'epoch-abandoned', run }) as const);
  await tellAll(ports, await ports.feed.append(changes), signal);
}

/** @returns how many keys had shares that are too old */
async function refreshOlder(
  ports: RefreshPorts,
  progress: UpkeepProgress,
  about: {
    readonly begun: number;
    readonly distrusted: Set<string>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<number> {
  const { client } = ports;
  const open = new Map<string, Batch>();
  const commit = new Commit(ports, progress, about.signal);
  let older = 0;
  const refresh = async (batch: Batch): Promise<void> => {
    await commit.add(await renew(ports, batch, about), batch.keys.length);
  };
  for await (const { keyId, kept } of walkKeys(client, client.servers, about.signal)) {
    about.signal?.throwIfAborted();
    const keys = [...kept.values()];
    if (keys.every(({ since }) => since >= about.begun)) continue;
    older += 1;
    const [first] = keys;
    if (first === undefined || !isWhole(first, kept)) continue;
    const batch = batchFor(open, first);
    batch.keys.push({ keyId, digest: first.digest });
    if (batch.keys.length < batchSizeOf(first)) continue;
    open.delete(nameOf(first));
    await refresh(batch);
  }
  for (const batch of open.values()) await refresh(batch);
  await commit.end();
  return older;
}

/** Whether all holders have the same of it. */
function isWhole(first: ListedKey, kept: ReadonlyMap<string, ListedKey>): boolean {
  return first.holders.every((name) => kept.get(name)?.digest === first.digest);
}

function batchFor(open: Map<string, Batch>, key: ListedKey): Batch {
  const name = nameOf(key);
  const { threshold, holders } = key;
  const batch = open.get(name) ?? { holders: holders.toSorted(), threshold, keys: [] };
  open.set(name, batch);
  return batch;
}

function nameOf({ threshold, holders }: ListedKey): string {
  return [threshold, ...holders.toSorted()].join(' ');
}

/** Runs that all holders keep ready, until one entry of the feed commits them. */
class Commit {
  readonly #ports: RefreshPorts;
  readonly #progress: UpkeepProgress;
  readonly #signal: AbortSignal | undefined;
  readonly #runs: string[] = [];
  #keys = 0;

  constructor(ports: RefreshPorts, progress: UpkeepProgress, signal: AbortSignal | undefined) {
    this.#ports = ports;
    this.#progress = progress;
    this.#signal = signal;
  }

  async add(run: string | undefined, keys: number): Promise<void> {
    if (run === undefined) return;
    this.#runs.push(run);
    this.#keys += keys;
    if (this.#runs.length === keysLimits.runsPerCommitMax) await this.end();
  }

  async end(): Promise<void> {
    const runs = this.#runs.splice(0);
    if (runs.length === 0) return;
    const changes = runs.map((run) => ({ kind: 'epoch', run }) as const);
    const position = await this.#ports.feed.append(changes);
    this.#progress.renewed += this.#keys;
    this.#keys = 0;
    await tellAll(this.#ports, position, this.#signal);
  }
}

/** @returns the run that all holders keep ready; undefined where the keys changed meanwhile */
async function renew(
  ports: RefreshPorts,
  batch: Batch,
  {
    distrusted,
    signal,
  }: { readonly distrusted: Set<string>; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const dealers = batch.holders.filter((name) => !distrusted.has(name));
  try {
    return await renewBy(ports, { ...batch, dealers }, signal);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'KEYSERVER_ORDER_OUTDATED') return undefined;
    if (reason !== 'KEYSERVER_DEAL_WRONG') throw error;
    return renewWithoutOne(ports, { ...batch, dealers }, { distrusted, signal, error });
  }
}

/** Who dealt wrong is the one without whom it comes right; nobody deals with him again. */
async function renewWithoutOne(
  ports: RefreshPorts,
  batch: Batch & { readonly dealers: readonly string[] },
  about: {
    readonly distrusted: Set<string>;
    readonly signal: AbortSignal | undefined;
    readonly error: unknown;
  },
): Promise<string> {
  for (const liar of batch.dealers) {
    const dealers = batch.dealers.filter((name) => name !== liar);
    if (dealers.length < batch.threshold) break;
    try {
      const run = await renewBy(ports, { ...batch, dealers }, about.signal);
      about.distrusted.add(liar);
      ports.conduct.blame(liar);
      ports.log.error('keys.server_lied', { server: liar });
      return run;
    } catch (error) {
      if (reasonOf(error) !== 'KEYSERVER_DEAL_WRONG') throw error;
    }
  }
  throw about.error;
}

/** What the holders do for a batch, step by step; what comes to nothing is abandoned at once. */
async function renewBy(
  { client, feed }: RefreshPorts,
  { dealers, holders, keys }: Batch & { readonly dealers: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<string> {
  const order = await client.order({ purpose: 'refresh', target: null, dealers, keys });
  const run = statementDigestOf(order);
  const all = <T>(names: readonly string[], ask: (name: string) => Promise<T>): Promise<T[]> =>
    Promise.all(names.map(ask));
  const dealt = await all(dealers, (name) => client.deal(name, order, signal));
  const boxFor = (to: string, from: number): string =>
    dealt[from]?.boxes.find((box) => box.to === to)?.box ?? '';
  const digests = dealers.flatMap((_, from) => holders.map((to) => boxDigestOf(boxFor(to, from))));
  try {
    const staged = await all(holders, (name) => {
      const boxes = dealers.map((_, from) => boxFor(name, from));
      return client.stage(name, { order, boxes, dealt: digests }, signal);
    });
    const ready = await all(holders, (name) =>
      client.ready(name, { order, words: staged }, signal),
    );
    await all(holders, (name) => client.prove(name, { order, words: ready }, signal));
    return run;
  } catch (error) {
    await feed.append([{ kind: 'epoch-abandoned', run }]);
    throw error;
  }
}

function reasonOf(error: unknown): string | undefined {
  const reason = error instanceof MdmError ? error.context['reason'] : undefined;
  return typeof reason === 'string' ? reason : codeOf(error);
}

function incomplete(what: string, value: string | number): Error {
  return keysErrors.create('KEYS_UPKEEP_INCOMPLETE', { context: { [what]: value } });
}
