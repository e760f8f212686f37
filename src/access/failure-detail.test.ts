import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MdmError } from '../lib/errors/mdm-error.ts';
import { failureDetail } from './failure-detail.ts';

test('a failed recall is told in its numbers, and in nothing else', () => {
  const details = [
    [{ listed: 4, counted: 6, unusable: 0 }, 'the archive counts 6 instances and lists 4'],
    [{ listed: 4, unusable: 1 }, 'the archive lists 4 instances, and 1 without a valid UID'],
    [
      { announced: 6, missing: 2, late: 1 },
      'the archive lists 4 of 6 instances announced, and 1 others',
    ],
    [{ expected: 6, missing: 2, reason: 'PRODUCTION_INCOMPLETE' }, '2 of 6 did not come'],
    [
      { transferSyntax: '1.2.840.10008.1.2.4.201 (HTJ2KLossless), 1.2.840.113619.5.2 (private)' },
      'transfer syntax 1.2.840.10008.1.2.4.201, 1.2.840.113619.5.2',
    ],
    [{ transferSyntax: 'of SYNTHETIC^ADA' }, undefined],
    [{ status: '0xA702' }, 'DIMSE status 0xA702'],
    [{ status: 'SYNTHETIC^ADA' }, undefined],
    [{ listed: 'SYNTHETIC^ADA', counted: 6 }, undefined],
    [{}, undefined],
  ] as const;
  for (const [context, detail] of details) {
    const error = new MdmError('RECALL_INCOMPLETE', 'transient', {
      message: 'SYNTHETIC^ADA',
      context,
    });
    assert.equal(failureDetail(error), detail);
  }
  assert.equal(
    failureDetail(new MdmError('FILES_X', 'transient', { context: { status: 1 } })),
    undefined,
  );
  assert.equal(failureDetail(new Error('listed 4')), undefined);
});
