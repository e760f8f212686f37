import { setImmediate } from 'node:timers/promises';
import { applyChange } from './apply-change.ts';
import type { CatalogChange, CatalogInbox } from './catalog.ts';
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
      for (const { change } of changes) checkChange(change);
      // Long batches are cut: a crash leaves the changes up to some sequence, and says which.
      for (let start = 0; start < changes.length; ) {
        const part = nextPart(changes, start, context.limits.transactionRows);
        await applyPart(context, part);
        start += part.length;
        await setImmediate();
      }
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
    rows += change?.kind === 'series' ? 20 + change.series.instanceNames.length : 5;
  }
  return changes.slice(start, end);
}

async function applyPart(
  context: CatalogContext,
  changes: readonly SequencedChange[],
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const before = await appliedSequence(tx);
    let applied = before;
    for (const { sequence, change } of changes) {
      if (sequence <= applied) continue;
      if (sequence !== applied + 1)
        throw catalogErrors.create('CATALOG_FEED_GAP', { context: { applied, sequence } });
      await applyChange(tx, change, context);
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
