import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageErrors } from '../storage/errors.ts';
import type { ReplicaId } from '../storage/storage.ts';
import { recallErrors } from './errors.ts';
import { followReplica } from './tickets.ts';

const growing = {
  replicaId: '00' as ReplicaId,
  of: {
    site: 'site',
    collection: 'all',
    name: 'p-1/t-1/s-1/v-1.nii',
    guid: 'g',
    stateNumber: 1,
    version: 1,
  },
  validator: '01',
  key: { keyId: '', recipientPublicKey: new Uint8Array(32) },
  plaintextSize: 1,
  sealedSize: 1,
};

for (const code of ['STORAGE_REPLICA_ABORTED', 'STORAGE_NOT_FOUND'] as const) {
  // A reader may come to the replica just before its production gives up, or just after.
  test(`a reader whose replica went (${code}) learns why the recall failed`, async () => {
    const followed = followReplica({
      storage: {
        // oxlint-disable-next-line require-yield -- it fails at once
        async *follow() {
          throw storageErrors.create(code);
        },
      },
      growing,
      settled: Promise.reject(recallErrors.create('RECALL_INCOMPLETE')),
    });
    const reading = followed.sealedBytes(0, {})[Symbol.asyncIterator]();
    await assert.rejects(reading.next(), { code: 'RECALL_INCOMPLETE' });
  });
}
