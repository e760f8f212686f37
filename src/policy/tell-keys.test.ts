import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogKeyChanges, KeyChange } from '../catalog/catalog.ts';
import { type FeedChange, FeedState, namesOf, type PolicyFeed } from '../keys/index.ts';
import { policyLimits } from './limits.ts';
import { tellKeys } from './tell-keys.ts';

/** A queue in memory, and a feed that notes what it is told, in calls. */
function open(changes: readonly KeyChange[]) {
  let queue = [...changes];
  const told: string[][] = [];
  const keyChanges: CatalogKeyChanges = {
    pending: async (limit) => queue.slice(0, limit),
    told: async (some) => {
      queue = queue.filter((one) => !some.includes(one));
    },
    destroyUnused: async () => {},
    restore: async () => {},
  };
  const state = new FeedState();
  const feed: Pick<PolicyFeed, 'append' | 'state'> = {
    async append(news) {
      told.push(news.map(textOf));
      const { seq, digest: previous } = state.position;
      const numbers = { site: 's', seq: seq + 1, previous, timeMs: 0, changes: news };
      const entry = { format: 'mdm-policy-feed', formatVersion: 2, ...numbers } as const;
      state.apply({ entry, digest: String(seq) });
      return state.position;
    },
    state: () => Promise.resolve(state),
  };
  return {
    keyChanges,
    feed,
    told,
    add: (more: KeyChange) => queue.push(more),
    left: () => queue.length,
  };
}

function textOf(change: FeedChange): string {
  const what =
    'place' in change ? namesOf(change.place).join('/') : 'keyId' in change && change.keyId;
  return `${change.kind} ${what}`;
}

const place = { collection: 'lung', subject: 'p-1' };
const nothing = { hidden: undefined, locked: undefined, destroyed: undefined };
const change = (id: number, marks: Partial<Record<keyof typeof nothing, string>>): KeyChange => ({
  kind: 'place',
  id,
  place,
  ...nothing,
  ...marks,
});

test('a place is told as it is now, and only what the feed does not say already', async () => {
  const { keyChanges, feed, told, add } = open([{ kind: 'unused', id: 1, keyId: 'k1' }]);
  const steps: readonly (readonly [KeyChange, readonly string[]])[] = [
    [change(2, {}), []],
    [change(3, { hidden: 'why' }), ['hidden lung/p-1']],
    [change(4, { hidden: 'why', locked: 'why' }), ['locked lung/p-1']],
    [change(5, { hidden: 'why', locked: 'another reason' }), []],
    [change(6, { locked: 'why' }), ['shown lung/p-1']],
    [change(7, { hidden: 'why' }), ['hidden lung/p-1', 'unlocked lung/p-1']],
    [change(8, { destroyed: 'why' }), ['shown lung/p-1', 'destroyed lung/p-1']],
    [change(9, { destroyed: 'why' }), []],
  ];
  assert.equal(await tellKeys(keyChanges, feed), 1);
  assert.deepEqual(told.splice(0), [['tombstone k1']]);
  for (const [one, news] of steps) {
    add(one);
    assert.equal(await tellKeys(keyChanges, feed), news.length);
    assert.deepEqual(told.splice(0), news.length === 0 ? [] : [news]);
  }
});

test('however many there are, they are told a part at a time', async () => {
  const { keyChangesPerBatch } = policyLimits;
  const many = Array.from({ length: 2 * keyChangesPerBatch + 3 }, (_, at) => ({
    kind: 'unused' as const,
    id: at,
    keyId: `k${at}`,
  }));
  const { keyChanges, feed, told, left } = open(many);
  assert.equal(await tellKeys(keyChanges, feed), many.length);
  assert.deepEqual(
    told.map((part) => part.length),
    [keyChangesPerBatch, keyChangesPerBatch, 3],
  );
  assert.equal(left(), 0);
});

test('what the feed did not take is told again', async () => {
  const { keyChanges, feed, left } = open([change(1, { locked: 'why' })]);
  const broken = { ...feed, append: () => Promise.reject(new Error('disk')) };
  await assert.rejects(tellKeys(keyChanges, broken), /disk/);
  assert.equal(left(), 1);
  assert.equal(await tellKeys(keyChanges, feed), 1);
});
