import {
  areVanishing,
  commitmentOf,
  keyBytes,
  type SharesStaged,
  type StoredShare,
  shareSize,
  signReady,
  verifyStaged,
  type WordAnswer,
  type WordsRequest,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { insertShares } from '../store/insert-shares.ts';
import { Runs } from '../store/runs.ts';
import { unwrapShare, wrapShare } from '../store/share-row.ts';
import { invalidWords, refreshParties, wordsOf } from './holders.ts';
import { readOrderFor } from './read-order.ts';

/**
 * Judge the new shares of all servers by their words: what was dealt must vanish at the secret, or the
 * new shares would give another one. If so, promise to keep our own until the feed decides.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED, KEYSERVER_WORDS_INVALID, KEYSERVER_DEAL_WRONG
 */
export async function ready(core: KeyServerCore, request: WordsRequest): Promise<WordAnswer> {
  const { order, digest: run } = await readOrderFor(core, 'refresh', request.order);
  const { shares, holders } = await refreshParties(core, order);
  const { words, digest: staged } = await wordsOf(core, request.words, {
    holders,
    verify: verifyStaged,
  });
  const isOneRun = words.every(
    (word) =>
      word.order === run &&
      word.dealt === words[0]?.dealt &&
      word.commitments.length === shares.length,
  );
  if (!isOneRun) throw invalidWords('run');
  const tests = words.map((word) => Buffer.from(word.tests, 'base64url'));
  for (const [index, { key }] of shares.entries())
    if (!(await areRight(key, index, { holders, tests })))
      throw keyserverErrors.create('KEYSERVER_DEAL_WRONG', { message: key.keyId });
  await promise(core, { run, staged, holders, words, shares });
  const word = { site: core.site, server: core.name, order: run, staged };
  return { word: await signReady(word, core.signer) };
}

/** Whether the tests of one key lie on a curve that is zero at the secret. */
async function areRight(
  key: StoredShare['key'],
  index: number,
  { holders, tests }: { readonly holders: readonly string[]; readonly tests: readonly Buffer[] },
): Promise<boolean> {
  const points = holders.map((name, at) => {
    const x = key.holders.find(({ server }) => server === name)?.x ?? 0;
    const y = tests[at]?.subarray(index * shareSize, (index + 1) * shareSize);
    return { x, y: Uint8Array.from(y ?? []) };
  });
  if (points.some(({ y }) => y.length !== shareSize)) throw invalidWords('tests');
  return areVanishing({ at: 0, threshold: key.threshold }, points);
}

interface Promised {
  readonly run: string;
  readonly staged: string;
  readonly holders: readonly string[];
  readonly words: readonly SharesStaged[];
  readonly shares: readonly StoredShare[];
}

/** With the commitments of all in the place of the old ones. The same again is accepted. */
async function promise(core: KeyServerCore, promised: Promised): Promise<void> {
  const { run, staged, shares } = promised;
  const known = core.runs.get(run);
  if (known === undefined || (known.state !== 'staged' && known.staged !== staged))
    throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED', { message: 'not staged' });
  if (known.state !== 'staged') return;
  const next = { state: 'ready', staged } as const;
  const keyIds = shares.map(({ key }) => key.keyId);
  await core.db.transaction(async (tx) => {
    const rows = await tx.selectFrom('share').selectAll().where('run', '=', run).execute();
    const byId = new Map(rows.map((row) => [row.key_id, row]));
    const renewed = keyIds.map((keyId, index) => {
      const row = byId.get(keyId);
      if (row === undefined)
        throw keyserverErrors.create('KEYSERVER_ORDER_OUTDATED', { message: keyId });
      const share = withCommitments(core.name, unwrapShare(row, core.masterKey), promised, index);
      return wrapShare(share, row, core.masterKey);
    });
    await tx.deleteFrom('share').where('run', '=', run).execute();
    await insertShares(tx, renewed);
    await Runs.write(tx, run, next);
    const event = { kind: 'upkeep', step: 'ready', order: run, keyIds } as const;
    await appendAudit(tx, event, core.clock.nowMs());
  });
  core.runs.noted(run, next);
}

/** @throws KEYSERVER_WORDS_INVALID when our own word is not of the share that we have */
function withCommitments(
  own: string,
  { key, x, y: text }: StoredShare,
  { holders, words }: Promised,
  index: number,
): StoredShare {
  const y = keyBytes(text);
  const commitment = commitmentOf({ keyId: key.keyId, epoch: key.epoch, x, y });
  y.fill(0);
  const said = (name: string): string => words[holders.indexOf(name)]?.commitments[index] ?? '';
  if (said(own) !== commitment) throw invalidWords('our own');
  const renewed = key.holders.map((one) => ({ ...one, commitment: said(one.server) }));
  return { key: { ...key, holders: renewed }, x, y: text };
}
