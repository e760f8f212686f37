import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../lib/clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { newRecipientKeyPair } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import { depositRecordsOf } from '../shares/deposit-records.ts';
import type { ShareItem } from '../wire/messages.ts';
import type { ShareRecord } from '../wire/share-record.ts';
import { type AskShares, type FetchedKeys, FetchSession } from './fetch-session.ts';

const recipient = newRecipientKeyPair(systemRandom);
const names = ['a', 'b', 'c'];
const described = {
  keyId: 'k1',
  guid: 'g1',
  version: 1,
  generation: 1,
  of: { collection: 'trial', subject: 'p-1', study: 't-1', series: 's-1', stem: 'i-1' },
  policyId: 'p1',
  recipient,
};
const records = await depositRecordsOf(described, { servers: names, threshold: 2 });

type Behaviour = 'good' | 'refuses' | 'down' | 'hangs' | 'lies' | 'silent' | 'unauthenticated';

function answer(server: string, behaviour: Behaviour): Promise<readonly ShareItem[]> {
  const record = records[names.indexOf(server)] as ShareRecord;
  const lie = { ...record, x: (record.x % 255) + 1 };
  switch (behaviour) {
    case 'good':
      return Promise.resolve([{ keyId: 'k1', record }]);
    case 'refuses':
      return Promise.resolve([{ keyId: 'k1', record: null }]);
    case 'lies':
      return Promise.resolve([{ keyId: 'k1', record: lie }]);
    case 'silent':
      return Promise.resolve([]);
    case 'down':
      return Promise.reject(keysErrors.create('KEYS_SERVER_UNREACHABLE'));
    case 'unauthenticated':
      return Promise.reject(keysErrors.create('KEYS_UNAUTHENTICATED'));
    case 'hangs':
      return new Promise(() => {});
  }
}

/** A clock on which waiting ends as soon as nothing else happens. */
const eagerClock: Clock = {
  nowMs: () => 0,
  monotonicMs: () => 0,
  schedule(_delayMs, callback) {
    const handle = setImmediate(callback);
    return { cancel: () => clearImmediate(handle) };
  },
};

async function fetch(
  behaviours: readonly Behaviour[],
): Promise<{ readonly fetched: FetchedKeys; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const ask: AskShares = (server) => {
    asked.push(server);
    return answer(server, behaviours[names.indexOf(server)] ?? 'down');
  };
  const session = new FetchSession({
    requests: [{ keyId: 'k1', of: described.of, recipientPublicKey: recipient.publicKey }],
    servers: names,
    threshold: 2,
    ask,
    clock: eagerClock,
  });
  return { fetched: await session.run(undefined), asked };
}

test('asks no more servers than needed while they are well', async () => {
  const { fetched, asked } = await fetch(['good', 'good', 'good']);
  assert.deepEqual(fetched.keys.get('k1'), recipient.privateKey);
  assert.deepEqual(asked, ['a', 'b']);
});

test('one server that is down, hangs, refuses, lies or says nothing is made up for', async () => {
  for (const bad of ['down', 'hangs', 'refuses', 'lies', 'silent'] as const) {
    for (const at of [0, 1, 2]) {
      const behaviours = names.map((_, index): Behaviour => (index === at ? bad : 'good'));
      const { fetched } = await fetch(behaviours);
      assert.deepEqual(fetched.keys.get('k1'), recipient.privateKey, `${bad} at ${at}`);
      const blamed = bad === 'lies' && at < 2 ? [names[at]] : [];
      assert.deepEqual(fetched.liars, blamed, `${bad} at ${at}`);
    }
  }
});

test('what cannot be had says why', async () => {
  const cases: readonly (readonly [readonly Behaviour[], string])[] = [
    [['refuses', 'refuses', 'refuses'], 'KEYS_FORBIDDEN'],
    [['refuses', 'refuses', 'down'], 'KEYS_FORBIDDEN'],
    [['good', 'refuses', 'refuses'], 'KEYS_FORBIDDEN'],
    [['down', 'down', 'good'], 'KEYS_UNAVAILABLE'],
    [['good', 'refuses', 'down'], 'KEYS_UNAVAILABLE'],
    [['refuses', 'down', 'down'], 'KEYS_UNAVAILABLE'],
    [['unauthenticated', 'unauthenticated', 'unauthenticated'], 'KEYS_UNAUTHENTICATED'],
    [['lies', 'lies', 'good'], 'KEYS_INCONSISTENT'],
    [['silent', 'silent', 'silent'], 'KEYS_UNAVAILABLE'],
  ];
  for (const [behaviours, code] of cases) {
    const { fetched } = await fetch(behaviours);
    assert.equal(fetched.failures.get('k1')?.code, code, behaviours.join());
    assert.equal(fetched.keys.size, 0);
  }
});

test('a key that needs more shares than is configured is asked for at more servers', async () => {
  const three = await depositRecordsOf(described, { servers: names, threshold: 3 });
  const session = new FetchSession({
    requests: [{ keyId: 'k1', of: described.of, recipientPublicKey: recipient.publicKey }],
    servers: names,
    threshold: 2,
    ask: (server) =>
      Promise.resolve([{ keyId: 'k1', record: three[names.indexOf(server)] ?? null }]),
    clock: eagerClock,
  });
  const fetched = await session.run(undefined);
  assert.deepEqual(fetched.keys.get('k1'), recipient.privateKey);
});
