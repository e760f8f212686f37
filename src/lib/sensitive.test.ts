import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Sensitive } from './sensitive.ts';

const canary = 'SYNTHETIC^ADA';

test('a sensitive value shows in no text, JSON, inspect or spread form', () => {
  const held = new Sensitive({ name: canary });
  const forms = [
    String(held),
    ['held', held].join(': '),
    JSON.stringify({ held, list: [held] }),
    inspect({ held }, { depth: 9, showHidden: true }),
    inspect(Object.assign({}, held), { showHidden: true }),
    JSON.stringify(Object.entries(held)),
    new Error('wrapped', { cause: held }).stack ?? '',
  ];
  for (const form of forms) assert.doesNotMatch(form, new RegExp(canary.replace('^', '\\^')));
});

test('the value comes out only by asking', () => {
  assert.equal(new Sensitive(canary).expose(), canary);
});
