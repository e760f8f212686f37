import assert from 'node:assert/strict';
import { test } from 'node:test';
import { malformed, ok, type Result } from './result.ts';

function parse(text: string): Result<number, 'NOT_A_DIGIT'> {
  const offset = text.search(/\D/);
  return offset === -1 ? ok(Number(text)) : malformed('NOT_A_DIGIT', offset);
}

test('a result is a value or a code with its offset', () => {
  assert.deepEqual(parse('42'), { ok: true, value: 42 });
  assert.deepEqual(parse('4x'), { ok: false, code: 'NOT_A_DIGIT', offset: 1 });
});
