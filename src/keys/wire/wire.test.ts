import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { keyIdOf, pinKeys, signStatement } from '../../seal/index.ts';
import { checkAddresses } from '../http/server-address.ts';
import { auditStart } from './audit-head.ts';
import { signDeposit, verifyDeposit } from './deposit.ts';
import { signFeedAck, verifyFeedAck } from './feed-ack.ts';
import type { FeedChange } from './feed-change.ts';
import { signFeedEntry, verifyFeedEntry } from './feed-entry.ts';
import { feedStart } from './feed-position.ts';
import { signFeedRead, verifyFeedRead } from './feed-read.ts';
import { signHeartbeat, verifyHeartbeat } from './heartbeat.ts';
import {
  readDepositRequest,
  readErrorAnswer,
  readFeedAnswer,
  readFeedEntriesAnswer,
  readFeedRequest,
  readSharesAnswer,
  readSharesRequest,
  readStatus,
} from './messages.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = { keyId: keyIdOf(publicKey), privateKey };
const pinned = pinKeys([publicKey]);
const series = { collection: 'trial', subject: 'p-1', study: 't-1', series: 's-1' };
const entry = { site: 'hospital-a', seq: 1, previous: feedStart.digest, timeMs: 5 };

test('a feed entry with every kind of change comes back as it was', async () => {
  const changes: readonly FeedChange[] = [
    {
      kind: 'policy',
      policy: {
        id: 'p1',
        version: 3,
        collection: 'trial',
        entries: [
          { who: 'user:x509:/C=NL/CN=Jörg', rights: ['list', 'read'], expiresMs: 9 },
          { who: 'authenticated', rights: [] },
        ],
      },
    },
    { kind: 'policy-removed', policyId: 'p2' },
    {
      kind: 'policy',
      policy: { id: 'p3', version: 1, owner: 'user:token:issuer#ada', entries: [] },
    },
    { kind: 'tombstone', keyId: 'k2' },
    { kind: 'hidden', place: { collection: 'trial' }, reason: 'hidden' },
    { kind: 'shown', place: { collection: 'trial' }, reason: 'shown again' },
    { kind: 'locked', place: { collection: 'trial', subject: 'p-1' }, reason: 'nobody knows yet' },
    { kind: 'unlocked', place: { collection: 'trial', subject: 'p-1' }, reason: 'known' },
    { kind: 'hold', place: series, reason: 'a court asks' },
    { kind: 'hold-lifted', place: series, reason: 'it has decided' },
    { kind: 'destroyed', place: { ...series, stem: 'v-abc_Eq_1' }, reason: 'withdrawn' },
    { kind: 'destroyed', place: series, reason: 'opt-out', patient: 'a'.repeat(64) },
    { kind: 'banned', who: 'user:token:issuer#eve' },
    { kind: 'unbanned', who: 'group:/vo/eves' },
    { kind: 'producer-retired', keyId: 'b'.repeat(64) },
    { kind: 'given-up', seq: 4, digest: 'c'.repeat(64) },
    {
      kind: 'audit-accepted',
      server: 'hospital',
      reason: 'restored',
      gap: { expected: { count: 9, digest: 'd'.repeat(64) }, found: auditStart },
    },
  ];
  const { statement, digest } = await signFeedEntry({ ...entry, changes }, signer);
  const verified = await verifyFeedEntry(statement, pinned);
  assert.deepEqual(verified.entry.changes, changes);
  assert.equal(verified.digest, digest);
});

test('an entry that readers would refuse is never signed', async () => {
  const change = (value: unknown): FeedChange => value as FeedChange;
  const policy = (entries: readonly object[]): FeedChange =>
    change({ kind: 'policy', policy: { id: 'p', version: 1, collection: 'c', entries } });
  const hidden = (place: object, reason = 'why'): FeedChange =>
    change({ kind: 'hidden', place, reason });
  const wrong: readonly FeedChange[] = [
    policy([{ who: 'a', rights: ['fly'] }]),
    policy([{ who: 'a', rights: ['read', 'read'] }]),
    policy([{ who: '', rights: [] }]),
    policy([{ who: 'a\nb', rights: [] }]),
    policy([{ who: 'a', rights: [], expiresMs: 1.5 }]),
    policy([{ who: 'a', rights: [], deny: true }]),
    policy(Array.from({ length: 201 }, () => ({ who: 'a', rights: [] }))),
    { kind: 'tombstone', keyId: '../k' },
    // A policy is of a collection or of an owner, and of one of them.
    change({ kind: 'policy', policy: { id: 'p', version: 1, entries: [] } }),
    change({
      kind: 'policy',
      policy: { id: 'p', version: 1, collection: 'c', owner: 'user:x', entries: [] },
    }),
    // A place has no gaps, and its names are of their level.
    hidden({}),
    hidden({ subject: 'p-1' }),
    hidden({ collection: 'c', study: 't-1' }),
    hidden({ collection: 'c', subject: 'p-1', study: 't-1', stem: 'i-1' }),
    hidden({ collection: 'c', subject: 't-1' }),
    hidden({ ...series, stem: 'volume.nii' }),
    hidden(series, 'two\nlines'),
    hidden(series, ''),
    // Nobody shuts out everybody.
    { kind: 'banned', who: 'authenticated' },
    change({ kind: 'key-policy', keyId: 'k', policyId: 'p' }),
    change({ kind: 'other' }),
  ];
  for (const one of wrong)
    await assert.rejects(signFeedEntry({ ...entry, changes: [one] }, signer), {
      code: 'KEYS_RECORD_INVALID',
    });
});

test('no statement passes for one of another type', async () => {
  const heartbeat = await signHeartbeat(
    { ...feedStart, site: 'a', timeMs: 1, audit: auditStart },
    signer,
  );
  assert.equal((await verifyHeartbeat(heartbeat, pinned)).seq, 0);
  for (const verify of [verifyDeposit, verifyFeedEntry, verifyFeedAck, verifyFeedRead])
    await assert.rejects(verify(heartbeat, pinned), { code: 'SEAL_RECEIPT_INVALID' });
});

test('statements of the format before are refused', async () => {
  const ack = {
    ...feedStart,
    server: 's',
    site: 'a',
    confirmed: null,
    audit: auditStart,
    accepted: null,
    timeMs: 1,
  };
  const read = { server: 's', after: 0, timeMs: 1, nonce: 'n' };
  const signed = [
    ['mdm-policy-feed', (await signFeedEntry({ ...entry, changes: [] }, signer)).statement],
    [
      'mdm-feed-heartbeat',
      await signHeartbeat({ ...feedStart, site: 'a', timeMs: 1, audit: auditStart }, signer),
    ],
    ['mdm-feed-ack', await signFeedAck(ack, signer)],
    ['mdm-feed-read', await signFeedRead(read, signer)],
    ['mdm-share-deposit', await signDeposit({ server: 's', records: [] }, signer)],
  ] as const;
  const verifiers = {
    'mdm-policy-feed': verifyFeedEntry,
    'mdm-feed-heartbeat': verifyHeartbeat,
    'mdm-feed-ack': verifyFeedAck,
    'mdm-feed-read': verifyFeedRead,
    'mdm-share-deposit': verifyDeposit,
  } as const;
  for (const [type, statement] of signed) {
    await verifiers[type](statement, pinned);
    const [, payload = ''] = statement.split('.');
    const older = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), formatVersion: 1 };
    const jws = await signStatement(type, older, signer);
    await assert.rejects(verifiers[type](jws, pinned), { code: 'KEYS_RECORD_INVALID' }, type);
  }
});

test('no JSON makes a reader do other than read or refuse by code', async () => {
  const readers = [
    readSharesRequest,
    readDepositRequest,
    readFeedRequest,
    readSharesAnswer,
    readStatus,
    readFeedAnswer,
    readFeedEntriesAnswer,
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
