import { equalBytes } from '../../lib/bytes/bytes.ts';
import { isKeyPair, wipe } from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { choicesOf } from '../shares/choices-of.ts';
import { combineShares, type Share, valueAt } from '../shares/threshold-shares.ts';
import {
  isShareOf,
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
 * is known, records that do not lie on its curve are lies, where there are enough others to tell.
 * Before, only a record that contradicts itself or the request is.
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
    if (asked && isShareOf(candidate.server, candidate.record)) usable.push(candidate);
    else liars.add(candidate.server);
  }
  for (const group of agreeing(usable)) {
    const found = await tryChoices(group, request.recipientPublicKey);
    if (found === undefined) continue;
    const agreed = new Set(group.map(({ server }) => server));
    for (const { server } of usable) if (!agreed.has(server)) liars.add(server);
    for (const server of found.off) liars.add(server);
    return { privateKey: found.privateKey, liars: [...liars] };
  }
  return { privateKey: undefined, liars: [...liars] };
}

/** How many records agree at most; fewer than the threshold cannot give the key. */
export function largestAgreement(candidates: readonly Candidate[]): number {
  return Math.max(0, ...agreeing(candidates).map((group) => group.length));
}

/** Groups of records that agree, each x once, largest first. */
function agreeing(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const groups = Map.groupBy(candidates, (candidate) => matchKeyOf(candidate.record.key));
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

/** The key, and whose share does not lie on its curve. */
interface FoundKey {
  readonly privateKey: Uint8Array;
  readonly off: readonly string[];
}

/**
 * The key by the first choice of shares that gives it. Wrong shares of several servers can cancel out
 * in a choice, so others are tried until so few shares are off the curve that no other one has as many.
 */
async function tryChoices(
  group: readonly Candidate[],
  recipientPublicKey: Uint8Array,
): Promise<FoundKey | undefined> {
  const threshold = group[0]?.record.key.threshold ?? 0;
  const offMax = Math.floor((group.length - threshold) / 2);
  let found: FoundKey | undefined;
  let tried = 0;
  for (const choice of choicesOf(group, threshold)) {
    if (new Set(choice.map((one) => one.record.x)).size < threshold) continue;
    if (++tried > keysLimits.subsetsTriedMax) break;
    const shares = choice.map((one) => shareOf(one.record));
    const privateKey = await combineShares(shares);
    if (!isKeyPair(privateKey, recipientPublicKey)) {
      wipeAll([privateKey, ...shares.map(({ y }) => y)]);
      continue;
    }
    const off = await offTheCurve(group, shares);
    wipeAll(shares.map(({ y }) => y));
    if (off.length <= offMax) return { privateKey, off };
    found ??= { privateKey, off: [] };
  }
  return found;
}

/** Servers whose share does not lie on the curve through these. */
async function offTheCurve(
  group: readonly Candidate[],
  shares: readonly Share[],
): Promise<readonly string[]> {
  const off: string[] = [];
  for (const { server, record } of group) {
    const share = shareOf(record);
    const right = await valueAt(shares, share.x);
    if (!equalBytes(right, share.y)) off.push(server);
    wipeAll([right, share.y]);
  }
  return off;
}

function wipeAll(secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) wipe(secret);
}

function shareOf(record: ShareRecord): Share {
  return { x: record.x, y: keyBytes(record.y) };
}
