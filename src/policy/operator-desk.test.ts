import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerNamed } from '../../test/support/files-bench.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { createIsOperator } from '../authz/index.ts';
import { catalogErrors } from '../catalog/errors.ts';
import { createOperatorDesk } from './operator-desk.ts';

const alice = callerNamed('alice');

function desk(operators: readonly string[]) {
  const done: string[] = [];
  const note = (what: string) => (): Promise<void> => Promise.resolve(void done.push(what));
  const row = { path: '/s/c', fileId: undefined, reason: 'r', by: 'a', sinceMs: 1 };
  const spread = {
    acknowledged: ['one'],
    leaseExpired: [],
    quorum: true,
    shut: true,
    complete: true,
  };
  const made = createOperatorDesk({
    isOperator: createIsOperator(operators),
    applyHiding: async (collection) => {
      done.push(`hide ${collection}`);
      return collection === 'lung' ? 3 : undefined;
    },
    locks: {
      changes: 0,
      async set({ path }) {
        done.push(`set ${path}`);
        if (path === '/absent') throw catalogErrors.create('CATALOG_NODE_UNKNOWN');
        if (path === '/many') throw catalogErrors.create('CATALOG_LOCKS_TOO_MANY');
        return row;
      },
      async clear(path) {
        done.push(`clear ${path}`);
        return path === '/s/c' ? row : undefined;
      },
      all: () => Promise.resolve([row]),
      covers: () => Promise.resolve(false),
      coversFile: () => Promise.resolve(false),
    },
    dropRecalls: note('drop recalls'),
    policy: {
      async reconcile() {
        done.push('tell');
        return { seq: 7, digest: '' };
      },
    },
    feed: {
      async spread({ seq }, { until }) {
        done.push(`${until} of ${seq}`);
        return spread;
      },
      spreadNow: () => spread,
    },
    clock: manualClock(),
    audit: async ({ caller, action, path }) => {
      done.push(`${action} ${path} ${caller.subject}`);
    },
  });
  return {
    done,
    made,
    apply: (collection: string) => made.applyCollection(alice, collection),
    lock: (path: string, reason = 'why') => made.lock(alice, { path, reason }, {}),
    unlock: (path: string) => made.unlock(alice, path, {}),
  };
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
    const { apply, lock, unlock, made, done } = desk(operators);
    for (const refused of [apply('lung'), lock('/s/c'), unlock('/s/c'), made.locks(alice)])
      await assert.rejects(refused, { code: 'POLICY_OPERATORS_ONLY' });
    assert.deepEqual(done, []);
  }
});

test('a collection that is not configured is said to be so', async () => {
  const { apply } = desk([`user:${alice.subject}`]);
  await assert.rejects(apply('brain'), { code: 'POLICY_COLLECTION_UNKNOWN' });
});

test('a lock is recorded, shuts the doors, ends recalls and is told, in that order; so is its end', async () => {
  const { lock, unlock, done, made } = desk([`user:${alice.subject}`]);
  const { quorumMs, completeMs } = await lock('/s/c');
  assert.deepEqual([quorumMs, completeMs], [0, 0]);
  const [audited, set, ...rest] = done.splice(0);
  assert.deepEqual([audited, set], [`lock /s/c ${alice.subject}`, 'set /s/c']);
  assert.deepEqual(rest.slice(0, 2), ['drop recalls', 'tell']);
  assert.ok(rest.includes('complete of 7'));
  assert.equal((await unlock('/s/c')).completeMs, undefined);
  assert.deepEqual(done.slice(0, 2), [`unlock /s/c ${alice.subject}`, 'clear /s/c']);
  assert.equal((await made.locks(alice)).length, 1);
});

test('a lock needs a path that is there, room and a reason of one line; its end needs a lock', async () => {
  const { lock, unlock, done } = desk([`user:${alice.subject}`]);
  await assert.rejects(lock('/absent'), { code: 'POLICY_PATH_UNKNOWN' });
  await assert.rejects(lock('/many'), { code: 'POLICY_LOCKS_TOO_MANY' });
  await assert.rejects(unlock('/other'), { code: 'POLICY_NOT_LOCKED' });
  done.length = 0;
  for (const reason of ['', ' ', 'two\nlines', 'bell\u0007', 'x'.repeat(501)])
    await assert.rejects(lock('/s/c', reason), { code: 'POLICY_INVALID' });
  assert.deepEqual(done, []);
});
