import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTown, memoryPacs } from '../../test/support/recall-town.ts';

const small = { slices: 5, rows: 16, columns: 12 } as const;

test('what was hidden, held back or locked is fetched no further, and its keys are never used', {
  timeout: 30_000,
}, async (t) => {
  const ends = [
    ['series-hidden', 'RECALL_WITHDRAWN'],
    ['series-conflict', 'RECALL_QUARANTINED'],
    ['lock', 'RECALL_LOCKED'],
    ['lock-file', 'RECALL_LOCKED'],
  ] as const;
  for (const [kind, code] of ends) {
    const pacs = memoryPacs('pacs', [small]);
    const town = await buildTown(t, pacs);
    const file = await town.file('.nii');
    const series = await town.catalog.names.series(file.seriesId);
    assert(series !== undefined);
    let arrived = 0;
    const told = Promise.withResolvers<void>();
    pacs.behave.before = async () => {
      arrived += 1;
      // Its reader is told at once, before what else the pass makes goes on.
      if (arrived > 2) await told.promise;
      if (arrived !== 2) return;
      if (kind === 'lock' || kind === 'lock-file') {
        const path = kind === 'lock' ? series.path : `${series.path}/${file.name}`;
        await town.catalog.locks.set({ path, reason: 'test', by: 'test' });
      } else {
        const sequence = (await town.catalog.inbox.appliedSequence()) + 1;
        await town.catalog.inbox.apply([{ sequence, change: { kind, place: series } }]);
      }
      await town.engine.dropUnserved();
    };
    const ticket = await town.engine.request(file, { caller: 'ada', priority: 'interactive' });
    await assert.rejects(ticket.settled({}), { code });
    // Nor is its size or validator told any more.
    assert.equal(town.engine.growing(file.id), undefined);
    told.resolve();
    ticket.detach();
    // Of a file alone the others that the pass makes go on.
    if (kind !== 'lock-file') assert.equal(arrived, 2);
    await town.engine.stop();
    for await (const replica of town.workshop.storage.list()) assert.fail(replica.id);
    const changes = await town.catalog.keyChanges.pending(10);
    assert.equal(changes.filter(({ kind }) => kind === 'unused').length, 1);
  }
});
