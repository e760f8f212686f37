import { setImmediate } from 'node:timers/promises';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { applyChange } from './apply-change.ts';
import type { CatalogChange, CatalogInbox, RefusedChange } from './catalog.ts';
import { checkChange } from './change-check.ts';
import type { CatalogContext, Session } from './context.ts';
import { catalogErrors } from './errors.ts';

interface SequencedChange {
  readonly sequence: number;
  readonly change: CatalogChange;
}

/** The inbox over the database. */
export function createInbox(context: CatalogContext): CatalogInbox {
  return {
    appliedSequence: () => appliedSequence(context.db.query),
    async apply(changes) {
      const refused: RefusedChange[] = [];
      // Long batches are cut: a crash leaves the changes up to some sequence, and says which.
      for (let start = 0; start < changes.length; ) {
        const part = nextPart(changes, start, context.limits.transactionRows);
        refused.push(...(await applyPart(context, part)));
        start += part.length;
        await setImmediate();
      }
      return refused;
    },
  };
}

/** Changes that fit one transaction; at least one. */
function nextPart(
  changes: readonly SequencedChange[],
  start: number,
  rowsMax: number,
): readonly SequencedChange[] {
  let rows = 0;
  let end = start;
  for (; end < changes.length && rows < rowsMax; end += 1) {
    const change = changes[end]?.change;
    rows +=
      change !== undefined && 'series' in change ? 20 + change.series.instanceNames.length : 5;
  }
  return changes.slice(start, end);
}

/** All at once; where that fails, one by one, so that one that cannot be applied fails alone. */
async function applyPart(
  context: CatalogContext,
  changes: readonly SequencedChange[],
): Promise<readonly RefusedChange[]> {
  try {
    await applyTogether(context, changes);
    return [];
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
  }
  const refused: RefusedChange[] = [];
  for (const each of changes) {
    const code = await applyAlone(context, each);
    if (code !== undefined) refused.push({ ...each, code });
  }
  return refused;
}

/** Answers the code of an announcement that was passed over. */
async function applyAlone(
  context: CatalogContext,
  { sequence, change }: SequencedChange,
): Promise<string | undefined> {
  try {
    await applyTogether(context, [{ sequence, change }]);
    return undefined;
  } catch (error) {
    const code = refusalOf(error);
    const rest = code === undefined ? undefined : withoutAnnouncement(change);
    if (rest === undefined) throw error;
    await applyTogether(context, [{ sequence, change: rest.change }]);
    return code;
  }
}

/** The code of a failure that another try will not change; undefined of any other. */
function refusalOf(error: unknown): string | undefined {
  const code = codeOf(error);
  const isRefusal =
    code === 'CATALOG_CHANGE_INVALID' ||
    code === 'CATALOG_NAME_CONFLICT' ||
    code === 'DB_CONSTRAINT';
  return isRefusal ? code : undefined;
}

/** What is left of a change whose announcement is passed over; undefined if it has none. */
function withoutAnnouncement(
  change: CatalogChange,
): { readonly change: CatalogChange | undefined } | undefined {
  if (change.kind === 'series') return { change: undefined };
  if (change.kind !== 'series-reassigned') return undefined;
  return { change: { kind: 'series-withdrawn', place: change.from, reason: 'reassigned' } };
}

async function applyTogether(
  context: CatalogContext,
  changes: readonly { readonly sequence: number; readonly change: CatalogChange | undefined }[],
): Promise<void> {
  for (const { change } of changes) if (change !== undefined) checkChange(change, context.products);
  await context.db.transaction(async (tx) => {
    const before = await appliedSequence(tx);
    let applied = before;
    for (const { sequence, change } of changes) {
      if (sequence <= applied) continue;
      if (sequence !== applied + 1)
        throw catalogErrors.create('CATALOG_FEED_GAP', { context: { applied, sequence } });
      if (change !== undefined) await applyChange(tx, change, context);
      applied = sequence;
    }
    if (applied !== before) await tx.updateTable('feed').set({ sequence: applied }).execute();
  });
}

async function appliedSequence(session: Session): Promise<number> {
  const { sequence } = await session
    .selectFrom('feed')
    .select('sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}
