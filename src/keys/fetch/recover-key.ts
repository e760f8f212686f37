import { equalBytes } from '../../lib/bytes/bytes.ts';
import { isKeyPair, wipe } from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { combineShares, type Share } from '../shares/threshold-shares.ts';
import {
  commitmentOf,
  keyBytes,
  matchKeyOf,
  type ShareRecord,
  toBase64Url,
} from '../wire/share-record.ts';

/** The record that one server gave. */
export interface Candidate {
  readonly server: string;
  readonly record: ShareRecord;
}

/** What a set of records gives. */
export interface Recovery {
  /** Verified against the recipient public key; undefined when no records that agree give it. */
  readonly privateKey: Uint8Array | undefined;
  /** Servers whose record is wrong beyond doubt. */
  readonly liars: readonly string[];
}

/**
 * Recover a private key from the records of several servers.
 *
 * Combines only records that agree in everything but the share, tries the choices of shares within a
 * bound, and believes a result only if it is the private half of `recipientPublicKey`. Once the key
 * is known, every record that does not lie on its curve is a lie. Before, only a record that
 * contradicts itself or the request is.
 */
export async function recoverKey(
  request: { readonly keyId: string; readonly recipientPublicKey: Uint8Array },
  candidates: readonly Candidate[],
): Promise<Recovery> {
  const publicKey = toBase64Url(request.recipientPublicKey);
  const liars = new Set<string>();
  const usable: Candidate[] = [];
  for (const candidate of candidates) {
    const { key } = candidate.record;
    const asked = key.keyId === request.keyId && key.recipientPublicKey === publicKey;
    if (asked && keepsItsCommitment(candidate.record)) usable.push(candidate);
    else liars.add(candidate.server);
  }
  for (const group of agreeing(usable)) {
    const privateKey = await tryChoices(group, request.recipientPublicKey);
    if (privateKey === undefined) continue;
    for (const other of usable) if (!group.includes(other)) liars.add(other.server);
    for (const server of await offTheCurve(group, privateKey)) liars.add(server);
    return { privateKey, liars: [...liars] };
  }
  return { privateKey: undefined, liars: [...liars] };
}

/** How many records agree at most; fewer than the threshold cannot give the key. */
export function largestAgreement(candidates: readonly Candidate[]): number {
  return Math.max(0, ...agreeing(candidates).map((group) => group.length));
}

function keepsItsCommitment(record: ShareRecord): boolean {
  const share = shareOf(record);
  const commitment = commitmentOf({ keyId: record.key.keyId, epoch: record.key.epoch, ...share });
  share.y.fill(0);
  return record.key.commitments.includes(commitment);
}

/** Groups of records that agree, each x once, largest first. */
function agreeing(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const groups = Map.groupBy(candidates, (candidate) => matchKeyOf(candidate.record.key));
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

async function tryChoices(
  group: readonly Candidate[],
  recipientPublicKey: Uint8Array,
): Promise<Uint8Array | undefined> {
  const threshold = group[0]?.record.key.threshold ?? 0;
  let tried = 0;
  for (const choice of choicesOf(group, threshold)) {
    if (new Set(choice.map((one) => one.record.x)).size < threshold) continue;
    if (++tried > keysLimits.subsetsTriedMax) return undefined;
    const secret = await combineShares(choice.map((one) => shareOf(one.record)));
    if (isKeyPair(secret, recipientPublicKey)) return secret;
    wipe(secret);
  }
  return undefined;
}

/** Servers whose share, put in the place of a good one, gives another key. */
async function offTheCurve(
  group: readonly Candidate[],
  privateKey: Uint8Array,
): Promise<readonly string[]> {
  const threshold = group[0]?.record.key.threshold ?? 0;
  if (group.length === threshold) return [];
  const fits = new Map<Candidate, boolean>();
  for (const choice of choicesOf(group, threshold)) {
    if (choice.every((one) => fits.get(one) === true)) continue;
    if (new Set(choice.map((one) => one.record.x)).size < threshold) continue;
    const secret = await combineShares(choice.map((one) => shareOf(one.record)));
    if (equalBytes(secret, privateKey)) for (const one of choice) fits.set(one, true);
    wipe(secret);
  }
  return group.filter((one) => fits.get(one) !== true).map((one) => one.server);
}

/** All choices of `count` items, in order. */
function* choicesOf<T>(items: readonly T[], count: number, from = 0): Generator<readonly T[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let index = from; index <= items.length - count; index++) {
    const item = items[index] as T;
    for (const rest of choicesOf(items, count - 1, index + 1)) yield [item, ...rest];
  }
}

function shareOf(record: ShareRecord): Share {
  return { x: record.x, y: keyBytes(record.y) };
}
