import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors } from './error-table.ts';
import { codeOf, MdmError } from './mdm-error.ts';

const row = { meaning: 'm', user: 'u', operator: 'o' };
const table = defineErrors('sample', {
  SAMPLE_BUSY: { disposition: 'transient', ...row },
  SAMPLE_BROKEN: { disposition: 'permanent', ...row },
});

test('an error carries the code and disposition of its row, its context and its cause', () => {
  const cause = new Error('below');
  const error = table.create('SAMPLE_BUSY', {
    message: 'queue full',
    context: { count: 3 },
    cause,
  });
  assert.equal(error.code, 'SAMPLE_BUSY');
  assert.equal(error.disposition, 'transient');
  assert.equal(error.message, 'SAMPLE_BUSY: queue full');
  assert.deepEqual(error.context, { count: 3 });
  assert.equal(error.cause, cause);
});

test('without details there is no cause and the message is the code', () => {
  const error = table.create('SAMPLE_BROKEN');
  assert.equal(error.message, 'SAMPLE_BROKEN');
  assert.equal(Object.hasOwn(error, 'cause'), false);
  assert.deepEqual(error.context, {});
});

test('a table knows its own errors and no others', () => {
  assert.ok(table.has(table.create('SAMPLE_BUSY')));
  assert.ok(!table.has(new MdmError('OTHER', 'permanent')));
  assert.ok(!table.has(new MdmError('toString', 'permanent')));
  assert.ok(!table.has(new Error('SAMPLE_BUSY')));
  assert.ok(!table.has(undefined));
});

test('codeOf reads the code of our errors only', () => {
  assert.equal(codeOf(table.create('SAMPLE_BUSY')), 'SAMPLE_BUSY');
  const system = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  assert.equal(codeOf(system), undefined);
  assert.equal(codeOf('SAMPLE_BUSY'), undefined);
});
