import { type Peer, type StoredShare, type UpkeepOrder, wordsDigestOf } from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { orderedShares } from './ordered-shares.ts';
import { peerOf } from './read-order.ts';

/** The shares of a refresh, and who has one of each of their keys, by name. */
export interface RefreshParties {
  readonly shares: readonly StoredShare[];
  readonly holders: readonly string[];
}

/**
 * What a refresh is of: the same servers hold all its keys, and k of them at least deal, so that one of
 * these is honest.
 * @throws KEYSERVER_ORDER_OUTDATED, KEYSERVER_PEER_UNKNOWN
 */
export async function refreshParties(
  core: KeyServerCore,
  { keys, dealers }: UpkeepOrder,
): Promise<RefreshParties> {
  const shares = await orderedShares(core, keys);
  const [holders = [], ...others] = shares.map(({ key }) => namesOf(key.holders));
  const isOne = others.every((names) => names.join() === holders.join());
  const areEnough = shares.every(({ key }) => dealers.length >= key.threshold);
  if (!isOne || !areEnough || !dealers.every((name) => holders.includes(name)))
    throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED', { message: 'holders' });
  for (const name of holders) peerOf(core, name);
  return { shares, holders };
}

function namesOf(holders: readonly { readonly server: string }[]): readonly string[] {
  return holders.map(({ server }) => server).toSorted();
}

/**
 * The verified words of all holders on one run, in the order of their names.
 * @throws KEYSERVER_WORDS_INVALID
 */
export async function wordsOf<Word extends { readonly site: string; readonly server: string }>(
  core: KeyServerCore,
  statements: readonly string[],
  {
    holders,
    verify,
  }: {
    readonly holders: readonly string[];
    readonly verify: (statement: string, peer: Peer) => Promise<Word>;
  },
): Promise<{ readonly words: readonly Word[]; readonly digest: string }> {
  if (statements.length !== holders.length) throw invalidWords('of each holder one');
  const words = await Promise.all(
    holders.map(async (name, at) => {
      const word = await verify(statements[at] ?? '', peerOf(core, name));
      if (word.server !== name || word.site !== core.site) throw invalidWords(name);
      return word;
    }),
  );
  return { words, digest: wordsDigestOf(statements) };
}

export function invalidWords(message: string): Error {
  return keyserverErrors.create('KEYSERVER_WORDS_INVALID', { message });
}
