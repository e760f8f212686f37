import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dicomErrors } from '../../../dicom/index.ts';
import { dimseErrors } from '../../../dimse/index.ts';
import { pacsErrors } from '../../errors.ts';
import { associateError, isFailureOfPacs, pacsError } from './translate.ts';

test('the DIMSE status is in the error that a failed query becomes', () => {
  const cause = dimseErrors.create('DIMSE_STATUS_FAILURE', { context: { status: 0xa900 } });
  const error = pacsError(cause, 'PACS_QUERY_FAILED');
  assert.ok(pacsErrors.has(error));
  assert.equal(error.message, 'PACS_QUERY_REFUSED: 0xA900');
  assert.deepEqual(error.context, { reason: 'DIMSE_STATUS_FAILURE', status: 0xa900 });
  assert.equal(isFailureOfPacs(error), false);
});

test('an answer that is no data set fails its query, and does not close the PACS', () => {
  const cause = dicomErrors.create('DICOM_TRUNCATED');
  const error = pacsError(cause, 'PACS_QUERY_FAILED');
  assert.ok(pacsErrors.has(error));
  assert.equal(error.code, 'PACS_QUERY_FAILED');
  assert.deepEqual(error.context, { reason: 'DICOM_TRUNCATED' });
  assert.equal(isFailureOfPacs(error), false);
  assert.equal(pacsError(cause, 'PACS_RETRIEVE_FAILED'), cause);
});

test('an AE title that the PACS does not know stays unknown; other rejections may pass', () => {
  const source = 'service-user';
  const rows = [
    ['rejected-permanent', 'calling-ae-title-not-recognized', 'PACS_AE_TITLE_UNKNOWN', 'permanent'],
    ['rejected-permanent', 'called-ae-title-not-recognized', 'PACS_AE_TITLE_UNKNOWN', 'permanent'],
    ['rejected-transient', 'called-ae-title-not-recognized', 'PACS_REJECTED', 'transient'],
    ['rejected-permanent', 'no-reason-given', 'PACS_REJECTED', 'transient'],
  ] as const;
  for (const [result, reason, code, disposition] of rows) {
    const rejection = { kind: 'A-ASSOCIATE-RJ', result, source, reason } as const;
    const error = associateError({ kind: 'rejected', rejection });
    assert.ok(pacsErrors.has(error));
    assert.deepEqual([error.code, error.disposition], [code, disposition], reason);
    assert.match(error.message, new RegExp(reason));
  }
});
