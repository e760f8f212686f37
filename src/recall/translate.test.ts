import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogErrors } from '../catalog/errors.ts';
import { dbErrors } from '../db/index.ts';
import { deidErrors } from '../deid/index.ts';
import { dicomErrors } from '../dicom/index.ts';
import { dimseErrors } from '../dimse/index.ts';
import { keysErrors } from '../keys/errors.ts';
import { pacsErrors } from '../pacs/errors.ts';
import { indexErrors } from '../pacs/index/index.ts';
import { productionErrors } from '../production/index.ts';
import { sealErrors } from '../seal/index.ts';
import { storageErrors } from '../storage/errors.ts';
import { volumeErrors } from '../volume/index.ts';
import { recallErrors } from './errors.ts';
import { recallError, recallFailureOf } from './translate.ts';

// That every code has an answer is for the compiler; these are the answers that matter to a reader.
test('a permanent failure never becomes one that says: try again, and the other way round', () => {
  const exceptions = new Set([
    // Ours, or the operator's, to repair: trying again may help then.
    ...Object.keys({ ...dbErrors.rows, ...sealErrors.rows, ...indexErrors.rows }),
    ...Object.keys({ ...catalogErrors.rows, ...storageErrors.rows, ...keysErrors.rows }),
    ...Object.keys({ ...dimseErrors.rows, ...dicomErrors.rows }),
    // The headers are asked for anew, without the list.
    'VOLUME_NOT_AS_LISTED',
  ]);
  const tables = [pacsErrors, deidErrors, volumeErrors, productionErrors];
  for (const [code, row] of tables.flatMap(({ rows }) => Object.entries(rows))) {
    if (exceptions.has(code)) continue;
    assert.equal(recallErrors.rows[recallFailureOf(code)].disposition, row.disposition, code);
  }
});

test('each folder below has its answer', () => {
  const answers = [
    ['DIMSE_ABORTED', 'RECALL_PACS_FAILED'],
    ['PDU_TOO_LONG', 'RECALL_PACS_FAILED'],
    ['DICOM_TRUNCATED', 'RECALL_OBJECT_DAMAGED'],
    ['DEID_MALFORMED', 'RECALL_OBJECT_DAMAGED'],
    ['PACS_INSTANCE_WRONG', 'RECALL_OBJECT_DAMAGED'],
    ['DB_BUSY', 'RECALL_FAILED'],
    ['SEAL_TOO_LARGE', 'RECALL_FAILED'],
    ['KEYS_QUORUM', 'RECALL_KEYS_UNAVAILABLE'],
    ['KEYS_DEPOSIT_REFUSED', 'RECALL_KEYS_REFUSED'],
    ['PACS_AE_TITLE_UNKNOWN', 'RECALL_PACS_REFUSED'],
    ['STORAGE_FULL', 'RECALL_STORAGE_FULL'],
    ['RECALL_LOST', 'RECALL_LOST'],
    ['CATALOG_FILE_GONE', 'RECALL_WITHDRAWN'],
  ] as const;
  for (const [code, failure] of answers) assert.equal(recallFailureOf(code), failure);
});

test('what nobody declared is a failure of our own, with no code made up', () => {
  for (const code of [undefined, '', 'ENOENT', 'toString', 'DEID', 'DEIDX_A', '__proto__']) {
    assert.equal(recallFailureOf(code), 'RECALL_FAILED');
  }
  const cause = new TypeError('of a bug');
  const error = recallError(cause);
  assert.equal(error.code, 'RECALL_FAILED');
  assert.equal(error.cause, cause);
  assert.deepEqual(error.context, {});
});

test('a DIMSE status and the instances that lack are named in the error', () => {
  const failed = recallError(
    pacsErrors.create('PACS_RETRIEVE_FAILED', { context: { status: 0xa702 } }),
  );
  assert.match(failed.message, /0xA702/);
  assert.deepEqual(failed.context, { status: '0xA702', reason: 'PACS_RETRIEVE_FAILED' });
  const context = { expected: 6, missing: 2 };
  const short = recallError(productionErrors.create('PRODUCTION_INCOMPLETE', { context }));
  assert.match(short.message, /2 of 6/);
});

test('the reason stays visible and a failure is translated once', () => {
  const error = recallError(storageErrors.create('STORAGE_FULL'));
  assert.deepEqual(error.context, { reason: 'STORAGE_FULL' });
  assert.equal(recallError(error), error);
});
