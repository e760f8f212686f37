import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DistinguishedName, nameKey, sameName, slashForm } from './distinguished-name.ts';

const dc = '0.9.2342.19200300.100.1.25';
const cn = '2.5.4.3';

function name(...attributes: readonly (readonly [type: string, value: string])[]) {
  return attributes.map(([type, value]) => [{ type, value }]);
}

test('a name is written most significant part first, as grid software writes it', () => {
  const alice = name([dc, 'test'], [dc, 'grid'], ['2.5.4.11', 'people'], [cn, 'Alice Example']);
  assert.equal(slashForm(alice), '/DC=test/DC=grid/OU=people/CN=Alice Example');
});

test('a host in a common name keeps its slash', () => {
  assert.equal(slashForm(name([cn, 'host/se.example.test'])), '/CN=host/se.example.test');
});

test('bytes outside printable ASCII are escaped, unknown types are dotted', () => {
  assert.equal(slashForm(name([cn, 'Zoë'], ['1.2.3', 'x'])), '/CN=Zo\\xC3\\xAB/1.2.3=x');
});

test('a name that would be read as another has no written form', () => {
  const cases: readonly DistinguishedName[] = [
    [],
    [[]],
    name([cn, '']),
    name([dc, 'test'], [cn, 'Mallory/CN=Alice Example']),
    name([dc, 'test/DC=grid/CN=Alice Example']),
    name([cn, 'x/1.2.3=y']),
    name([cn, 'Zo\\xC3\\xAB']),
    [
      [
        { type: cn, value: 'Alice' },
        { type: '2.5.4.11', value: 'people' },
      ],
    ],
  ];
  for (const each of cases) assert.equal(slashForm(each), undefined, nameKey(each));
});

test('names differ when their structure does, whatever it reads like', () => {
  assert.ok(sameName(name([cn, 'a'], [cn, 'b']), name([cn, 'a'], [cn, 'b'])));
  assert.ok(!sameName(name([cn, 'a'], [cn, 'b']), name([cn, 'b'], [cn, 'a'])));
  assert.ok(!sameName(name([cn, 'a/CN=b']), name([cn, 'a'], [cn, 'b'])));
  assert.ok(!sameName(name([cn, 'Alice']), name([cn, 'alice'])));
});
