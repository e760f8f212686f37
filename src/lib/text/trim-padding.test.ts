import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimPadding } from './trim-padding.ts';

test('NULs and spaces at the end go, all else stays', () => {
  const cases = { 'A \0 ': 'A', '': '', ' \0': '', ' A B': ' A B', 'A\0B ': 'A\0B', 'A\t ': 'A\t' };
  for (const [text, trimmed] of Object.entries(cases)) assert.equal(trimPadding(text), trimmed);
});
