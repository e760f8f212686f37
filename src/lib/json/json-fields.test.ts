import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonFields } from './json-fields.ts';

function fieldsOf(value: unknown): JsonFields {
  return new JsonFields(value, { path: '$', refuse: (path) => new Error(`refused ${path}`) });
}

test('reads what is there and within its bounds', () => {
  const fields = fieldsOf({ a: 'x', b: 3, c: null, d: [{ e: 'y' }], f: ['p'], g: 'on', h: null });
  assert.equal(fields.text('a', /^[a-z]$/), 'x');
  assert.equal(fields.integer('b', 0, 3), 3);
  assert.equal(fields.nullableText('c', /^.$/), undefined);
  assert.equal(fields.nullableInteger('h'), undefined);
  assert.deepEqual(
    fields.objects('d', 1, (item) => item.text('e', /^y$/)),
    ['y'],
  );
  assert.deepEqual(fields.texts('f', 1, /^p$/), ['p']);
  assert.equal(fields.choice('g', ['on', 'off']), 'on');
  fields.end();
});

test('refuses absent, mistyped, unbounded and unknown fields by path, without their values', () => {
  const refused = (path: string, run: () => unknown): void =>
    assert.throws(run, new Error(`refused ${path}`));
  for (const value of [null, 1, 'x', [], undefined]) refused('$', () => fieldsOf(value));
  const fields = fieldsOf({ a: 'secret', n: 1.5, l: [1, 2], o: { p: 1, q: 2 } });
  refused('$.absent', () => fields.text('absent', /./));
  refused('$.toString', () => fields.text('toString', /./));
  refused('$.a', () => fields.text('a', /^[0-9]+$/));
  refused('$.a', () => fields.integer('a', 0));
  refused('$.n', () => fields.integer('n', 0));
  refused('$.l', () => fields.texts('l', 1, /./));
  refused('$.l[0]', () => fields.texts('l', 2, /./));
  refused('$.a', () => fields.choice('a', ['b']));
  refused('$.o.p', () => fields.object('o').text('p', /./));
  refused('$: unknown field', () => {
    const other = fieldsOf({ a: 1, b: 2 });
    other.integer('a', 0);
    other.end();
  });
  refused('$: unknown field', () => fieldsOf(JSON.parse('{"__proto__":1}')).end());
});
