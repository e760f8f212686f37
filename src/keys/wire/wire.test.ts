import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { keyIdOf, pinKeys, signStatement } from '../../seal/index.ts';
import { checkAddresses } from '../http/server-address.ts';
import { verifyDeposit } from './deposit.ts';
import {
  type FeedChange,
  feedStart,
  nobodyPolicyId,
  signFeedEntry,
  verifyFeedEntry,
} from './feed-entry.ts';
import { signHeartbeat, verifyHeartbeat } from './heartbeat.ts';
import {
  readDepositRequest,
  readErrorAnswer,
  readFeedAnswer,
  readFeedRequest,
  readSharesAnswer,
  readSharesRequest,
  readStatus,
} from './messages.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = { keyId: keyIdOf(publicKey), privateKey };
const pinned = pinKeys([publicKey]);
const entry = { site: 'hospital-a', seq: 1, previous: feedStart.digest, timeMs: 5 };

test('a feed entry with every kind of change comes back as it was', async () => {
  const changes: readonly FeedChange[] = [
    {
      kind: 'policy',
      policy: {
        id: 'p1',
        version: 3,
        entries: [
          { who: 'user:x509:/C=NL/CN=Jörg', rights: ['list', 'read'], expiresMs: 9 },
          { who: 'authenticated', rights: [] },
        ],
      },
    },
    { kind: 'policy-removed', policyId: 'p2' },
    { kind: 'key-policy', keyId: 'k1', policyId: 'p1' },
    { kind: 'tombstone', keyId: 'k2' },
  ];
  const jws = await signFeedEntry({ ...entry, changes }, signer);
  assert.deepEqual((await verifyFeedEntry(jws, pinned)).entry.changes, changes);
});

test('an entry that readers would refuse is never signed', async () => {
  const change = (value: unknown): FeedChange => value as FeedChange;
  const policy = (entries: readonly object[]): FeedChange =>
    change({ kind: 'policy', policy: { id: 'p', version: 1, entries } });
  const wrong: readonly FeedChange[] = [
    policy([{ who: 'a', rights: ['fly'] }]),
    policy([{ who: 'a', rights: ['read', 'read'] }]),
    policy([{ who: '', rights: [] }]),
    policy([{ who: 'a\nb', rights: [] }]),
    policy([{ who: 'a', rights: [], expiresMs: 1.5 }]),
    policy([{ who: 'a', rights: [], deny: true }]),
    policy(Array.from({ length: 201 }, () => ({ who: 'a', rights: [] }))),
    { kind: 'tombstone', keyId: '../k' },
    // The policy of nobody is never somebody's.
    { kind: 'policy', policy: { id: nobodyPolicyId, version: 1, entries: [] } },
    change({ kind: 'other' }),
  ];
  for (const one of wrong)
    await assert.rejects(signFeedEntry({ ...entry, changes: [one] }, signer), {
      code: 'KEYS_RECORD_INVALID',
    });
});

test('no statement passes for one of another type', async () => {
  const heartbeat = await signHeartbeat({ ...feedStart, site: 'a', timeMs: 1 }, signer);
  assert.equal((await verifyHeartbeat(heartbeat, pinned)).seq, 0);
  for (const verify of [verifyDeposit, verifyFeedEntry])
    await assert.rejects(verify(heartbeat, pinned), { code: 'SEAL_RECEIPT_INVALID' });
});

test('no JSON makes a reader do other than read or refuse by code', async () => {
  const readers = [
    readSharesRequest,
    readDepositRequest,
    readFeedRequest,
    readSharesAnswer,
    readStatus,
    readFeedAnswer,
    readErrorAnswer,
  ];
  const names = ['keyIds', 'deposit', 'entries', 'heartbeat', 'shares', 'name', 'seq', 'digest'];
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...names, 'code', 'position', 'record', 'keyId'), fc.jsonValue()),
    fc.record({ shares: fc.array(fc.record({ keyId: fc.string(), record: fc.jsonValue() })) }),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom(...readers), (value, read) => {
      try {
        read(value);
      } catch (error) {
        assert.equal(codeOf(error), 'KEYS_RECORD_INVALID');
      }
    }),
    { numRuns: 3000 },
  );
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      const jws = await signStatement('mdm-share-deposit', value, signer);
      await assert.rejects(verifyDeposit(jws, pinned), { code: 'KEYS_RECORD_INVALID' });
    }),
    { numRuns: 50 },
  );
});

test('a list of servers that cannot work is refused', () => {
  const server = (name: string, baseUrl: string) => ({ name, baseUrl });
  const [a, b] = [server('a', 'https://a.example'), server('b', 'http://127.0.0.1:1')];
  checkAddresses([a, b], 2);
  const wrong = [
    [[a, b], 1],
    [[a, b], 3],
    [[a, b], 1.5],
    [[a, server('a', 'https://b.example')], 2],
    [[a, server('b', 'https://A.example:443/')], 2],
    [[a, server('b', 'https://a.example.')], 2],
    [[server('c', 'http://localhost:1'), b], 2],
    [[a, server('b', 'http://b.example')], 2],
    [[a, server('b', 'https://b.example/path')], 2],
    [[a, server('b', 'https://user@b.example')], 2],
    [[a, server('b', 'nonsense')], 2],
    [[a, server('B', 'https://b.example')], 2],
  ] as const;
  for (const [servers, threshold] of wrong)
    assert.throws(() => checkAddresses(servers, threshold), { code: 'KEYS_CONFIG_INVALID' });
});
