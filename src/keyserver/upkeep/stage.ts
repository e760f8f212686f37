import type { Transaction } from 'kysely';
import {
  addInto,
  boxDigestOf,
  commitmentOf,
  type DealtTests,
  dealtDigestOf,
  dealtSize,
  dealtTestsOf,
  keyBytes,
  type StageRequest,
  type StoredShare,
  shareSize,
  signStaged,
  testOf,
  toBase64Url,
  type WordAnswer,
} from '../../keys/index.ts';
import { keyserverErrors } from '../errors.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { appendAudit } from '../store/audit-chain.ts';
import { insertShares } from '../store/insert-shares.ts';
import { Runs } from '../store/runs.ts';
import type { KeyServerSchema } from '../store/schema.ts';
import { wrapShare } from '../store/share-row.ts';
import { openBoxes } from './boxes.ts';
import { refreshParties } from './holders.ts';
import { readOrderFor } from './read-order.ts';

/**
 * Make new shares of what all dealers dealt, store them beside the ones that count, and say what the
 * others need to judge them: commitments, and tests that nobody could foresee when dealing.
 *
 * @throws as `readOrder`, KEYSERVER_ORDER_OUTDATED, KEYSERVER_BOX_INVALID, KEYSERVER_RUN_UNDECIDED
 */
export async function stage(core: KeyServerCore, request: StageRequest): Promise<WordAnswer> {
  const verified = await readOrderFor(core, 'refresh', request.order);
  const { order, digest: run } = verified;
  const { shares, holders } = await refreshParties(core, order);
  checkDealt(core, request, { dealers: order.dealers, holders });
  const boxes = { kind: 'deal', size: dealtSize, boxes: request.boxes } as const;
  const opened = await openBoxes(core, verified, boxes);
  const dealt = dealtDigestOf(run, request.dealt);
  const tests = dealtTestsOf(dealt);
  const made = shares.map((share, index) => {
    const sum = new Uint8Array(dealtSize);
    for (const { values } of opened) addInto(sum, values[index] ?? sum);
    return newShare(share, sum, tests);
  });
  for (const { values } of opened) for (const value of values) value.fill(0);
  await store(
    core,
    run,
    made.map(({ share }) => share),
  );
  const commitments = made.map(({ share: { key, x } }) => commitmentAt(key.holders, x));
  const testBytes = toBase64Url(Buffer.concat(made.map(({ test }) => test)));
  const words = { site: core.site, server: core.name, order: run, dealt };
  const word = await signStaged({ ...words, commitments, tests: testBytes }, core.signer);
  return { word };
}

/** The boxes that came are those of which all servers were told the digests. */
function checkDealt(
  core: KeyServerCore,
  { boxes, dealt }: StageRequest,
  {
    dealers,
    holders,
  }: { readonly dealers: readonly string[]; readonly holders: readonly string[] },
): void {
  const own = holders.indexOf(core.name);
  const areTold = dealers.every(
    (_, at) => dealt[at * holders.length + own] === boxDigestOf(boxes[at] ?? ''),
  );
  if (!areTold || dealt.length !== dealers.length * holders.length)
    throw keyserverErrors.create('KEYSERVER_BOX_INVALID', { message: 'dealt' });
}

/** Wipes `sum`. The commitments of the other holders are still the old ones. */
function newShare(
  { key, x, y: text }: StoredShare,
  sum: Uint8Array,
  tests: DealtTests,
): { readonly share: StoredShare; readonly test: Uint8Array } {
  const test = testOf(sum, tests);
  const y = keyBytes(text);
  addInto(y, sum.subarray(0, shareSize));
  sum.fill(0);
  const epoch = key.epoch + 1;
  const commitment = commitmentOf({ keyId: key.keyId, epoch, x, y });
  const holders = key.holders.map((one) => (one.x === x ? { ...one, commitment } : one));
  const share = { key: { ...key, epoch, holders }, x, y: toBase64Url(y) };
  y.fill(0);
  return { share, test };
}

function commitmentAt(holders: StoredShare['key']['holders'], x: number): string {
  return holders.find((one) => one.x === x)?.commitment ?? '';
}

async function store(
  core: KeyServerCore,
  run: string,
  made: readonly StoredShare[],
): Promise<void> {
  const keyIds = made.map(({ key }) => key.keyId);
  const staged = { state: 'staged', staged: '' } as const;
  await core.db.transaction(async (tx) => {
    await checkUndecided(core, tx, { run, keyIds });
    // What was staged before, or is of an epoch that never came to count.
    for (const [epoch, of] of Map.groupBy(made, ({ key }) => key.epoch))
      await tx
        .deleteFrom('share')
        .where('epoch', '=', epoch)
        .where(
          'key_id',
          'in',
          of.map(({ key }) => key.keyId),
        )
        .execute();
    const rows = made.map((share) => wrapShare(share, { run, since: 0 }, core.masterKey));
    await insertShares(tx, rows);
    await Runs.write(tx, run, staged);
    const event = { kind: 'upkeep', step: 'staged', order: run, keyIds } as const;
    await appendAudit(tx, event, core.clock.nowMs());
  });
  core.runs.noted(run, staged);
}

/** New shares that were promised are not replaced. @throws KEYSERVER_RUN_UNDECIDED */
async function checkUndecided(
  core: KeyServerCore,
  tx: Transaction<KeyServerSchema>,
  { run, keyIds }: { readonly run: string; readonly keyIds: readonly string[] },
): Promise<void> {
  const rows = await tx
    .selectFrom('share')
    .select('run')
    .distinct()
    .where('key_id', 'in', keyIds)
    .where('run', 'is not', null)
    .execute();
  if ([run, ...rows.map((row) => row.run ?? '')].some((other) => isPromised(core, other)))
    throw keyserverErrors.create('KEYSERVER_RUN_UNDECIDED');
}

/** Whether a run may still come to count, by what we said of it. */
function isPromised({ runs, feed }: KeyServerCore, run: string): boolean {
  const state = runs.get(run)?.state ?? 'staged';
  const isCommitted = feed.state.epochs.decisionOf(run)?.isCommitted;
  if (state === 'proven') return isCommitted === undefined;
  return state === 'ready' && isCommitted !== false;
}
