import { present } from '../../lib/assert.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Conduct } from '../conduct.ts';
import { keysLimits } from '../limits.ts';
import { choicesOf } from '../shares/choices-of.ts';
import type { ListedKey } from '../wire/key-list.ts';
import type { TakeAnswer } from '../wire/upkeep-messages.ts';
import type { OrderedKey } from '../wire/upkeep-order.ts';
import type { UpkeepClient } from './upkeep-client.ts';
import { type KeptKey, walkKeys } from './walk-keys.ts';

/** What recovering works with. */
export interface RecoveryPorts {
  readonly client: Pick<UpkeepClient, 'servers' | 'list' | 'order' | 'deal' | 'blind' | 'take'>;
  readonly conduct: Conduct;
  readonly log: Log;
}

/** How far it has come; the numbers grow. */
export interface UpkeepProgress {
  /** Keys that were looked at. */
  keys: number;
  /** Shares that were found missing and are not made yet, by server. */
  readonly missing: Map<string, number>;
  /** Shares that were made again. */
  recovered: number;
  /** Keys that were given new shares. */
  renewed: number;
  /** Shares that could not be made, by code. */
  readonly failed: Map<string, number>;
  /** Keys of which fewer servers than it takes have a share: nobody can open them. */
  lost: number;
  /** Servers that could not be asked what they have, and why. */
  readonly silent: Map<string, string>;
}

/** Nothing done yet. */
export function noProgress(): UpkeepProgress {
  return {
    keys: 0,
    missing: new Map(),
    recovered: 0,
    renewed: 0,
    failed: new Map(),
    lost: 0,
    silent: new Map(),
  };
}

/** Shares that one server lacks, and who can make them. */
interface Lack {
  readonly target: string;
  /** All that have the key as the others do; k of them are enough. */
  readonly able: readonly string[];
  readonly threshold: number;
  readonly keys: OrderedKey[];
}

/**
 * Look what each server has, and have k others make what one lacks. Whatever is stored is whole, and
 * what is missing is found again, so it may end anywhere and be begun again.
 * @param progress is kept up to date
 */
export async function recoverShares(
  ports: RecoveryPorts,
  progress: UpkeepProgress,
  signal?: AbortSignal,
): Promise<void> {
  const servers = await speaking(ports, progress, signal);
  const open = new Map<string, Lack>();
  for await (const kept of walkKeys(ports.client, servers, signal)) {
    signal?.throwIfAborted();
    progress.keys += 1;
    for (const lack of lacksOf(kept, servers, progress)) {
      const name = [lack.target, lack.threshold, ...lack.able].join(' ');
      const known = open.get(name);
      const batch = known ?? lack;
      if (known === undefined) open.set(name, lack);
      else known.keys.push(...lack.keys);
      if (
        batch.keys.length < batchSizeOf(present(kept.kept.get(lack.able[0] ?? ''), 'one of them'))
      )
        continue;
      open.delete(name);
      await recover(ports, progress, { lack: batch, signal });
    }
  }
  for (const lack of open.values()) await recover(ports, progress, { lack, signal });
}

/** Messages grow with keys and holders. */
export function batchSizeOf({ holders }: ListedKey): number {
  const { keysPerRequestMax, upkeepSharesPerOrderMax } = keysLimits;
  return Math.min(keysPerRequestMax, Math.floor(upkeepSharesPerOrderMax / holders.length));
}

/** Those that say what they have; a silent one lacks nothing that is known. */
async function speaking(
  { client, log }: RecoveryPorts,
  progress: UpkeepProgress,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const asked = client.servers.map(async (server) => {
    try {
      await client.list(server, null, signal);
      return server;
    } catch (error) {
      signal?.throwIfAborted();
      const code = codeOf(error) ?? 'KEYS_ANSWER_INVALID';
      log.warn('keys.upkeep_silent', { server, code });
      progress.silent.set(server, code);
      return undefined;
    }
  });
  return (await Promise.all(asked)).filter((server) => server !== undefined);
}

/** Of the versions of a key that k servers agree on the newest counts. */
function lacksOf(
  { keyId, kept }: KeptKey,
  servers: readonly string[],
  progress: UpkeepProgress,
): readonly Lack[] {
  const versions = [...Map.groupBy(kept, ([, key]) => key.digest).values()];
  const [best] = versions
    .filter((version) => version.length >= (version[0]?.[1].threshold ?? Number.NaN))
    .toSorted((a, b) => (b[0]?.[1].epoch ?? 0) - (a[0]?.[1].epoch ?? 0));
  const key = best?.[0]?.[1];
  if (best === undefined || key === undefined) {
    // A server that is silent may have what is missing here.
    if (progress.silent.size === 0) progress.lost += 1;
    return [];
  }
  const able = best.map(([server]) => server);
  const lacking = servers.filter((name) => key.holders.includes(name) && !able.includes(name));
  for (const name of lacking) addTo(progress.missing, name, 1);
  const { threshold, digest } = key;
  return lacking.map((target) => ({ target, able, threshold, keys: [{ keyId, digest }] }));
}

/**
 * Choice after choice of k servers, until all shares fit what was committed to. Who took part in the
 * choices that gave wrong ones, and in none that gave right ones, lied.
 */
async function recover(
  { client, conduct, log }: RecoveryPorts,
  progress: UpkeepProgress,
  { lack, signal }: { readonly lack: Lack; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { target, able, threshold } = lack;
  let keys: readonly OrderedKey[] = lack.keys;
  const suspects = new Set<string>();
  let code = 'KEYS_INCONSISTENT';
  for (const dealers of choicesOf(able, threshold)) {
    try {
      const { stored, wrong } = await recoverBy(client, { target, dealers, keys }, signal);
      progress.recovered += stored.length;
      addTo(progress.missing, target, -stored.length);
      if (wrong.length > 0) for (const name of dealers) suspects.add(name);
      if (stored.length > 0) blame(suspects, dealers, { conduct, log });
      keys = keys.filter(({ keyId }) => wrong.includes(keyId));
      if (keys.length === 0) return;
    } catch (error) {
      signal?.throwIfAborted();
      code = codeOf(error) ?? 'KEYS_ANSWER_INVALID';
      log.warn('keys.not_recovered', {
        server: target,
        code,
        keys: keys.length,
        reason: reasonOf(error),
      });
    }
  }
  addTo(progress.failed, code, keys.length);
}

/** Counts of 0 are none. */
function addTo(counts: Map<string, number>, name: string, more: number): void {
  const count = (counts.get(name) ?? 0) + more;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}

function blame(
  suspects: Set<string>,
  honest: readonly string[],
  { conduct, log }: Pick<RecoveryPorts, 'conduct' | 'log'>,
): void {
  for (const server of suspects) {
    if (honest.includes(server)) continue;
    conduct.blame(server);
    log.error('keys.server_lied', { server });
  }
  suspects.clear();
}

/** What a server said, where it said no. */
function reasonOf(error: unknown): string | undefined {
  const reason = error instanceof MdmError ? error.context['reason'] : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

/** Have these k servers make the target's shares. */
async function recoverBy(
  client: RecoveryPorts['client'],
  wanted: {
    readonly target: string;
    readonly dealers: readonly string[];
    readonly keys: readonly OrderedKey[];
  },
  signal: AbortSignal | undefined,
): Promise<TakeAnswer> {
  const { dealers, target } = wanted;
  const order = await client.order({ purpose: 'recovery', ...wanted });
  const dealt = await Promise.all(dealers.map((name) => client.deal(name, order, signal)));
  const boxesFor = (to: string): readonly string[] =>
    dealt.map(({ boxes }) => boxes.find((box) => box.to === to)?.box ?? '');
  const blinded = await Promise.all(
    dealers.map((name) => client.blind(name, { order, boxes: boxesFor(name) }, signal)),
  );
  return client.take(target, { order, boxes: blinded.map(({ box }) => box) }, signal);
}
