import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dicomErrors } from '../../../dicom/index.ts';
import { dimseErrors } from '../../../dimse/index.ts';
import { pacsErrors } from '../../errors.ts';
import { isFailureOfPacs, pacsError } from './translate.ts';

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
