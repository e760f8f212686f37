import { verifyReady, type WordsRequest } from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { Runs } from '../store/runs.ts';
import { invalidWords, refreshParties, wordsOf } from './holders.ts';
import { readOrderFor } from './read-order.ts';

/**
 * Take it as proven that all holders keep their new shares: from then on they count here too once the
 * feed says so. Before, they do not, whatever it says: else fewer than k servers could have left the old
 * shares behind, and the others the new ones.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED, KEYSERVER_WORDS_INVALID
 */
export async function prove(core: KeyServerCore, request: WordsRequest): Promise<object> {
  const { order, digest: run } = await readOrderFor(core, 'refresh', request.order);
  const { holders } = await refreshParties(core, order);
  const { words } = await wordsOf(core, request.words, { holders, verify: verifyReady });
  const known = core.runs.get(run);
  if (known === undefined || known.state === 'staged')
    throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED', { message: 'not ready' });
  if (!words.every((word) => word.order === run && word.staged === known.staged))
    throw invalidWords('run');
  const next = { ...known, state: 'proven' } as const;
  await core.db.transaction((tx) => Runs.write(tx, run, next));
  core.runs.noted(run, next);
  return {};
}
