import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from './address.ts';
import { addressGroup } from './address-group.ts';
import { parseAddressRange, rangeHas } from './address-range.ts';

const has = (range: string, address: string): boolean => {
  const parsed = parseAddressRange(range);
  const bytes = parseAddress(address);
  assert(parsed !== undefined && bytes !== undefined, `${range} ${address}`);
  return rangeHas(parsed, bytes);
};

const parsed: readonly (readonly [string, string | undefined])[] = [
  ['127.0.0.1', '7f000001'],
  ['::ffff:127.0.0.1', '7f000001'],
  ['::FFFF:7f00:1', '7f000001'],
  ['0:0:0:0:0:ffff:127.0.0.1', '7f000001'],
  ['::1', '00000000000000000000000000000001'],
  ['::', '00000000000000000000000000000000'],
  ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ['127.0.0.01', undefined],
  ['127.0.0.256', undefined],
  ['127.1', undefined],
  ['', undefined],
  ['pacs.example', undefined],
  ['1::2::3', undefined],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1:2:3:4:5:6:7:8::', undefined],
  ['::1.2.3', undefined],
  ['12345::', undefined],
];

for (const [text, hex] of parsed) {
  test(`the address "${text}" is ${hex ?? 'none'}`, () => {
    const bytes = parseAddress(text);
    assert.equal(bytes === undefined ? undefined : Buffer.from(bytes).toString('hex'), hex);
  });
}

test('a block holds its addresses and no others', () => {
  assert.ok(has('192.0.2.7', '192.0.2.7'));
  assert.ok(!has('192.0.2.7', '192.0.2.6'));
  assert.ok(has('192.0.2.0/24', '::ffff:192.0.2.255'));
  assert.ok(!has('192.0.2.0/24', '192.0.3.0'));
  assert.ok(has('192.0.2.128/25', '192.0.2.129') && !has('192.0.2.128/25', '192.0.2.127'));
  assert.ok(has('::ffff:192.0.2.0/120', '192.0.2.9'));
  assert.ok(has('2001:db8::/33', '2001:db8:7fff::1') && !has('2001:db8::/33', '2001:db8:8000::1'));
  assert.ok(has('0.0.0.0/0', '203.0.113.9') && !has('0.0.0.0/0', '::1'));
});

test('what is no block is none', () => {
  const wrong = ['192.0.2.1/24', '192.0.2.0/33', '192.0.2.0/', '::/129', '10.0.0.0/8/8', 'host/8'];
  for (const text of [...wrong, '::ffff:0.0.0.0/95'])
    assert.equal(parseAddressRange(text), undefined);
});

test('an IPv6 address counts as its /64, a mapped one as IPv4', () => {
  assert.equal(addressGroup('2001:db8:0:1::1'), addressGroup('2001:db8:0:1:ffff::2'));
  assert.notEqual(addressGroup('2001:db8:0:1::1'), addressGroup('2001:db8:0:2::1'));
  assert.equal(addressGroup('::ffff:192.0.2.7'), '192.0.2.7');
});
