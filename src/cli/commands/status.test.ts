import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectionStatusAnswer, FullStatusAnswer } from '../../client/api/answers.ts';
import type { Connection } from '../connection.ts';
import { status } from './status.ts';

/** What an operator reads of a collection. */
async function linesOf(collection: CollectionStatusAnswer): Promise<string> {
  const answer: FullStatusAnswer = {
    site: 'site',
    state: 'ok',
    recalls: [],
    amiss: [],
    roles: [],
    notes: [],
    storage: { name: 'disk', usedBytes: 0, limitBytes: 1, freeBytes: 1 },
    pacs: [],
    keyServers: [],
    collections: [collection],
    locks: [],
  };
  const api = { status: async () => answer };
  const lines: string[] = [];
  const result = (_: unknown, line: string): void => void lines.push(line);
  const connection = { api } as unknown as Connection; // nothing else of it is used
  await status(connection, { json: false, result, note: () => undefined });
  return lines.join('\n');
}

const lung = { collection: 'lung', studies: 90, studiesLeaving: 0, isWaiting: false, failures: [] };

test('an operator reads what waits for him in a collection, and what of it is not shown', async () => {
  assert.match(await linesOf(lung), /^collection lung: 90 studies$/m);
  assert.doesNotMatch(await linesOf({ ...lung, studiesLeaving: 5 }), /collection apply/);
  assert.match(
    await linesOf({ ...lung, studiesLeaving: 25, isWaiting: true }),
    /^ +25 of them .*`mdm collection apply lung`$/m,
  );
  const failures = [{ code: 'INDEX_HOLDINGS_DISAGREE', series: 3 }];
  assert.match(
    await linesOf({ ...lung, failures }),
    /^ +3 series not shown: INDEX_HOLDINGS_DISAGREE$/m,
  );
});
