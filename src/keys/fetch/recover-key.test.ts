import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../lib/random.ts';
import { newRecipientKeyPair } from '../../seal/index.ts';
import { depositRecordsOf } from '../shares/deposit-records.ts';
import { splitSecret, valueAt } from '../shares/threshold-shares.ts';
import {
  commitmentOf,
  type KeyDescription,
  keyBytes,
  type ShareRecord,
  toBase64Url,
} from '../wire/share-record.ts';
import { type Candidate, recoverKey } from './recover-key.ts';

const recipient = newRecipientKeyPair(systemRandom);
const request = { keyId: 'k1', recipientPublicKey: recipient.publicKey };
const deposit = {
  keyId: 'k1',
  guid: 'g1',
  version: 1,
  generation: 1,
  of: { collection: 'trial', subject: 'p-1', study: 't-1', series: 's-1', stem: 'i-1' },
  policyId: 'p1',
  recipient,
};

function recordsOf(count: number, threshold: number): Promise<readonly ShareRecord[]> {
  const servers = Array.from({ length: count }, (_, at) => `s${at}`);
  return depositRecordsOf(deposit, { servers, threshold });
}

function given(records: readonly (ShareRecord | undefined)[]): readonly Candidate[] {
  return records.flatMap((record, index) =>
    record === undefined ? [] : [{ server: `s${index}`, record }],
  );
}

function flipped(y: string): string {
  const bytes = keyBytes(y);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  return toBase64Url(bytes);
}

/** A list that says that these shares are what their holders have. */
function committedTo(key: KeyDescription, ...shares: readonly Pick<ShareRecord, 'x' | 'y'>[]) {
  const { keyId, epoch } = key;
  const holders = key.holders.map((holder) => {
    const share = shares.find(({ x }) => x === holder.x);
    if (share === undefined) return holder;
    const y = keyBytes(share.y);
    return { ...holder, commitment: commitmentOf({ keyId, epoch, x: share.x, y }) };
  });
  return { ...key, holders };
}

/** Ways in which a server may give a wrong record. */
const lies: Readonly<Record<string, (record: ShareRecord) => ShareRecord>> = {
  'another share': (record) => ({ ...record, y: flipped(record.y) }),
  'another x': (record) => ({ ...record, x: (record.x % 255) + 1 }),
  'another share with its own commitment': (record) => {
    const y = flipped(record.y);
    return { ...record, y, key: committedTo(record.key, { ...record, y }) };
  },
  'an older epoch': (record) => {
    return { ...record, key: committedTo({ ...record.key, epoch: 7 }, record) };
  },
  'another public key': (record) => ({
    ...record,
    key: { ...record.key, recipientPublicKey: flipped(record.key.recipientPublicKey) },
  }),
  'another key': (record) => ({ ...record, key: { ...record.key, keyId: 'k2' } }),
  'a lower threshold': (record) => ({ ...record, key: { ...record.key, threshold: 2 } }),
};

test('every choice of honest servers gives the key and blames nobody', async () => {
  for (const [count, threshold] of [
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ] as const) {
    const records = await recordsOf(count, threshold);
    for (let mask = 0; mask < 1 << count; mask++) {
      const chosen = given(records.map((record, at) => ((mask >> at) & 1 ? record : undefined)));
      const { privateKey, liars } = await recoverKey(request, chosen);
      assert.deepEqual(liars, []);
      if (chosen.length < threshold) assert.equal(privateKey, undefined);
      else assert.deepEqual(privateKey, recipient.privateKey);
    }
  }
});

test('up to n-k lying servers of any kind neither hide nor change the key, and are all named', async () => {
  for (const [count, threshold] of [
    [3, 2],
    [4, 3],
    [5, 3],
  ] as const) {
    const records = await recordsOf(count, threshold);
    for (const [kind, lie] of Object.entries(lies)) {
      if (kind === 'a lower threshold' && threshold === 2) continue;
      for (let mask = 1; mask < 1 << count; mask++) {
        const lying = records.map((_, at) => ((mask >> at) & 1) === 1);
        const expected = lying.flatMap((lies, at) => (lies ? [`s${at}`] : []));
        if (expected.length > count - threshold) continue;
        const answers = records.map((record, at) => (lying[at] ? lie(record) : record));
        const { privateKey, liars } = await recoverKey(request, given(answers));
        assert.deepEqual(privateKey, recipient.privateKey, `${kind} ${mask}`);
        assert.deepEqual(liars.toSorted(), expected, `${kind} ${mask}`);
      }
    }
  }
});

test('a wrong share that its server committed to is found by the choices of shares', async () => {
  // All records agree, because the producer's list itself holds the wrong commitment.
  const records = await recordsOf(4, 2);
  const bad = { ...(records[0] as ShareRecord), y: flipped(records[0]?.y ?? '') };
  const key = committedTo(bad.key, bad);
  const answers = [bad, ...records.slice(1)].map((record) => ({ ...record, key }));
  const { privateKey, liars } = await recoverKey(request, given(answers));
  assert.deepEqual(privateKey, recipient.privateKey);
  assert.deepEqual(liars, ['s0']);
});

test('a server that gives the share of another lies', async () => {
  const [first] = await recordsOf(3, 2);
  const twice = given([first, first]);
  assert.deepEqual(await recoverKey(request, twice), { privateKey: undefined, liars: ['s1'] });
});

test('of 7 of 13, six lost ones are not missed, six lying ones named; three where only the curve tells', async () => {
  const records = await recordsOf(13, 7);
  const { privateKey } = recipient;
  const seven = given(records.map((record, at) => (at < 6 ? undefined : record)));
  assert.deepEqual(await recoverKey(request, seven), { privateKey, liars: [] });
  const lying = (count: number) =>
    records.map((record, at) => (at < count ? { ...record, y: flipped(record.y) } : record));
  const six = await recoverKey(request, given(lying(6)));
  assert.deepEqual(six, { privateKey, liars: ['s0', 's1', 's2', 's3', 's4', 's5'] });
  // The list of all holds what the wrong shares are.
  const answers = lying(3).map((record) => ({
    ...record,
    key: committedTo(record.key, ...lying(3)),
  }));
  const three = await recoverKey(request, given(answers));
  assert.deepEqual(three, { privateKey, liars: ['s0', 's1', 's2'] });
});

test('wrong shares that cancel out blame nobody in their place', async () => {
  const records = await recordsOf(4, 2);
  const [first, second] = records as [ShareRecord, ShareRecord];
  // Differences on a line through 0 at 0: two of the shares give the key, and lie both.
  const [one, other] = await splitSecret(new Uint8Array(32), { count: 2, threshold: 2 });
  assert.ok(one && other);
  const shifted = (record: ShareRecord) => {
    const difference = valueAt([one, other], record.x);
    return difference.then((bytes) => {
      const y = keyBytes(record.y).map((byte, at) => byte ^ (bytes[at] ?? 0));
      return { ...record, y: toBase64Url(y) };
    });
  };
  const wrong = [await shifted(first), await shifted(second), ...records.slice(2)];
  const answers = wrong.map((record) => ({ ...record, key: committedTo(record.key, ...wrong) }));
  const recovered = await recoverKey(request, given(answers));
  assert.deepEqual(recovered, { privateKey: recipient.privateKey, liars: [] });
});
