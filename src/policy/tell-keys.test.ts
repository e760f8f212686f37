import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogKeyChanges, KeyChange } from '../catalog/catalog.ts';
import { nobodyPolicyId, type PolicyFeed } from '../keys/index.ts';
import { policyLimits } from './limits.ts';
import { tellKeys } from './tell-keys.ts';

/** A queue in memory, and a feed that notes what it is told, in entries. */
function open(changes: readonly KeyChange[]) {
  let queue = [...changes];
  const told: string[][] = [];
  const keyChanges: CatalogKeyChanges = {
    pending: async (limit) => queue.slice(0, limit),
    told: async (some) => {
      queue = queue.filter((one) => !some.includes(one));
    },
    destroyUnused: async () => {},
  };
  const position = { seq: 1, digest: '' };
  const feed: Pick<PolicyFeed, 'mapKeys' | 'destroy'> = {
    mapKeys: async (keys) => {
      told.push(keys.map(({ keyId, policyId }) => `${keyId} ${policyId}`));
      return position;
    },
    destroy: async (keyIds) => {
      told.push(keyIds.map((keyId) => `${keyId} destroyed`));
      return position;
    },
  };
  return { keyChanges, feed, told, left: () => queue.length };
}

const policyId = 'site/lung';

test('a closed key is nobody’s, an open one is under its policy again, a destroyed one is gone', async () => {
  const { keyChanges, feed, told } = open([
    { id: 1, keyId: 'k1', goal: 'closed', policyId },
    { id: 2, keyId: 'k2', goal: 'open', policyId },
    { id: 3, keyId: 'k3', goal: 'destroyed', policyId },
    { id: 4, keyId: 'k4', goal: 'open', policyId: undefined },
  ]);
  assert.equal(await tellKeys(keyChanges, feed), 4);
  const mapped = [`k1 ${nobodyPolicyId}`, `k2 ${policyId}`, `k4 ${nobodyPolicyId}`];
  assert.deepEqual(told, [mapped, ['k3 destroyed']]);
});

test('however many keys there are, no entry of the feed has more than its limit', async () => {
  const { keyChangesPerBatch } = policyLimits;
  const many = Array.from({ length: 2 * keyChangesPerBatch + 3 }, (_, at) => ({
    id: at,
    keyId: `k${at}`,
    goal: 'closed' as const,
    policyId,
  }));
  const { keyChanges, feed, told, left } = open(many);
  assert.equal(await tellKeys(keyChanges, feed), many.length);
  assert.deepEqual(
    told.map((entry) => entry.length),
    [keyChangesPerBatch, keyChangesPerBatch, 3],
  );
  assert.equal(left(), 0);
});

test('what the feed did not take is told again', async () => {
  const { keyChanges, feed, left } = open([{ id: 1, keyId: 'k1', goal: 'closed', policyId }]);
  const broken = { ...feed, mapKeys: () => Promise.reject(new Error('disk')) };
  await assert.rejects(tellKeys(keyChanges, broken), /disk/);
  assert.equal(left(), 1);
  assert.equal(await tellKeys(keyChanges, feed), 1);
});
