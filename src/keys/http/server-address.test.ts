import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKnowingHosts, checkAddresses } from './server-address.ts';

const named = (...urls: readonly string[]) =>
  urls.map((baseUrl, at) => ({ name: `s${at}`, baseUrl }));

const many = (count: number) =>
  named(...Array.from({ length: count }, (_, at) => `https://keys${at}.example`));

test('keys are split 2 of 2 to 7 of 13', () => {
  const invalid = { code: 'KEYS_CONFIG_INVALID' };
  for (const [count, threshold] of [
    [2, 2],
    [3, 2],
    [13, 2],
    [13, 7],
  ] as const)
    checkAddresses(many(count), threshold);
  for (const [count, threshold] of [
    [1, 1],
    [2, 1],
    [2, 3],
    [13, 8],
    [14, 7],
    [3, 2.5],
  ] as const)
    assert.throws(() => checkAddresses(many(count), threshold), invalid, `${threshold}/${count}`);
});

test('a host with as many servers as open a key is named, by whatever name of this machine', () => {
  const servers = named(
    'http://127.0.0.1:1',
    'http://localhost:2',
    'https://keys.example:3',
    'https://keys.example.:4',
    'https://other.example',
  );
  assert.deepEqual(allKnowingHosts(servers, 2), [
    { host: 'localhost', servers: ['s0', 's1'] },
    { host: 'keys.example', servers: ['s2', 's3'] },
  ]);
  assert.deepEqual(allKnowingHosts(servers, 3), []);
});
