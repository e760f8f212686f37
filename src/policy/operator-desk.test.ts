import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerNamed } from '../../test/support/files-bench.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { createIsOperator } from '../authz/index.ts';
import { createOperatorDesk } from './operator-desk.ts';

const alice = callerNamed('alice');

function desk(operators: readonly string[]) {
  const done: string[] = [];
  const made = createOperatorDesk({
    isOperator: createIsOperator(operators),
    applyHiding: async (collection) => {
      done.push(`hide ${collection}`);
      return collection === 'lung' ? 3 : undefined;
    },
    clock: manualClock(),
    audit: async ({ caller, action, path }) => {
      done.push(`${action} ${path} ${caller.subject}`);
    },
  });
  return { done, apply: (collection: string) => made.applyCollection(alice, collection) };
}

test('who is named as an operator, or is in a group that is, applies; it is recorded first', async () => {
  const groups = alice.groups.map((group) => `group:${group}`);
  for (const operators of [[`user:${alice.subject}`], ...groups.map((group) => [group])]) {
    const { apply, done } = desk(operators);
    assert.deepEqual(await apply('lung'), { collection: 'lung', seriesHidden: 3 });
    assert.deepEqual(done, [`collection-apply lung ${alice.subject}`, 'hide lung']);
  }
});

test('nobody else does: none is an operator by default, nor by a right on files', async () => {
  for (const operators of [[], ['user:x509:/CN=other'], ['group:/other'], ['authenticate']]) {
    const { apply, done } = desk(operators);
    await assert.rejects(apply('lung'), { code: 'POLICY_OPERATORS_ONLY' });
    assert.deepEqual(done, []);
  }
});

test('a collection that is not configured is said to be so', async () => {
  const { apply } = desk([`user:${alice.subject}`]);
  await assert.rejects(apply('brain'), { code: 'POLICY_COLLECTION_UNKNOWN' });
});
