import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionFailure, assert as assertThat, present, unreachable } from './assert.ts';

test('assert passes what holds and crashes on what does not', () => {
  assertThat(true, 'holds');
  assert.throws(() => assertThat(false, 'two is odd'), new AssertionFailure('two is odd'));
});

test('present gives what is there, falsy values too, and crashes on absence', () => {
  assert.equal(present(0, 'number'), 0);
  assert.equal(present('', 'text'), '');
  assert.throws(() => present(undefined, 'gone'), AssertionFailure);
  assert.throws(() => present(null, 'gone'), AssertionFailure);
});

test('unreachable names the case that was forgotten', () => {
  assert.throws(() => unreachable('Sta14' as never), /Sta14/);
});
