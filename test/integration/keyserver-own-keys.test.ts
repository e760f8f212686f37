/** Keys of users' own files, from the owner's list at the gateway to the shares at three key servers. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSqlite } from '../../src/db/index.ts';
import {
  Conduct,
  keyServerPath,
  keysLimits,
  noProgress,
  ownDeposit,
  ownKeyIdOf,
  recoverShares,
  type StoredShare,
  toBase64Url,
} from '../../src/keys/index.ts';
import { depositRecordsOf } from '../../src/keys/shares/deposit-records.ts';
import type { MasterKey } from '../../src/keyserver/master-key.ts';
import { type KeyServerSchema, migrations } from '../../src/keyserver/store/schema.ts';
import { wrapShare } from '../../src/keyserver/store/share-row.ts';
import type { MdmError } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createOwnKeys } from '../../src/policy/index.ts';
import { newRecipientKeyPair } from '../../src/seal/index.ts';
import { tempFolder } from '../support/temp.ts';
import {
  feedServerOf,
  line,
  openServer,
  putTrial,
  serverNames,
  startTrio,
  tokenOf,
} from './keyserver-fixture.ts';

const nameOf = (who: string): string => `user:token:test#${who}`;
const callerOf = (who: string) => ({
  subject: `token:test#${who}`,
  groups: [],
  method: 'token' as const,
  expiresMs: Number.MAX_SAFE_INTEGER,
});

async function desk(t: TestContext) {
  const trio = await startTrio(t, await tempFolder(t));
  const feed = trio.feed();
  const keys = trio.keys();
  const audited: string[] = [];
  const own = createOwnKeys({
    feed,
    clock: trio.clock,
    neverMatches: () => undefined,
    audit: async ({ caller, action, keyId, who }) =>
      void audited.push(`${caller.subject} ${action} ${keyId} ${who}`),
  });
  const pair = newRecipientKeyPair(systemRandom);
  const keyId = ownKeyIdOf(pair.publicKey);
  const fetch = async (who: string): Promise<Uint8Array | string | undefined> => {
    const wanted = [{ keyId, of: 'own', recipientPublicKey: pair.publicKey }] as const;
    const { keys: found, failures } = await keys.fetch(wanted, tokenOf(who), {});
    return found.get(keyId) ?? failures.get(keyId)?.code;
  };
  const post = async (who: string, records: readonly unknown[]) => {
    const response = await globalThis.fetch(
      new URL(keyServerPath.ownDeposits, trio.addresses[0]?.baseUrl),
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${who}` },
        body: JSON.stringify({ records }),
      },
    );
    const { code } = (await response.json()) as { code?: string };
    return [response.status, code];
  };
  return { trio, feed, keys, own, audited, pair, keyId, fetch, post };
}

test('a key of one’s own is for its owner, then for whom he says, then for nobody', async (t) => {
  const { trio, keys, own, audited, pair, keyId, fetch } = await desk(t);
  const alice = callerOf('alice');
  const made = await own.register(alice, keyId, {});
  assert.equal(made.owner, nameOf('alice'));
  const outcome = await keys.depositOwn([ownDeposit(made.owner, pair)], tokenOf('alice'), {});
  assert.deepEqual(outcome.missing, []);
  await trio.feed().beat();
  assert.deepEqual(await fetch('alice'), pair.privateKey);
  assert.equal(await fetch('bob'), 'KEYS_FORBIDDEN');
  await assert.rejects(own.acl(callerOf('bob'), keyId), { code: 'POLICY_KEY_UNKNOWN' });

  const give = { keyId, entry: { who: nameOf('bob'), rights: ['read'] as const } };
  await assert.rejects(own.change(callerOf('bob'), give, {}), { code: 'POLICY_KEY_UNKNOWN' });
  assert.deepEqual((await own.change(alice, give, {})).completeMs, undefined);
  assert.deepEqual(await fetch('bob'), pair.privateKey);
  const taken = await own.change(alice, { keyId, entry: { who: nameOf('bob'), rights: [] } }, {});
  assert.equal(taken.spread.complete, true);
  assert.equal(await fetch('bob'), 'KEYS_FORBIDDEN');
  assert.equal((await own.acl(alice, keyId)).version, 3);

  const folder = join(trio.root, 'hospital');
  const onDisk = (): Buffer =>
    Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  const publicKey = toBase64Url(pair.publicKey);
  assert.ok(onDisk().includes(publicKey));
  await own.unregister(alice, keyId, {});
  assert.equal(await fetch('alice'), 'KEYS_FORBIDDEN');
  const again = keys.depositOwn([ownDeposit(made.owner, pair)], tokenOf('alice'), {});
  await assert.rejects(again, (error: MdmError) => {
    assert.equal(error.context['reason'], 'KEYSERVER_KEY_DESTROYED');
    return true;
  });
  await assert.rejects(own.register(alice, keyId, {}), { code: 'POLICY_KEY_UNKNOWN' });
  assert.deepEqual(
    audited.map((record) => record.replaceAll(keyId, 'KEY')),
    [
      `token:test#alice grant KEY ${nameOf('alice')}`,
      `token:test#alice grant KEY ${nameOf('bob')}`,
      `token:test#alice revoke KEY ${nameOf('bob')}`,
      `token:test#alice key-destroy KEY ${nameOf('alice')}`,
    ],
  );
});

test('a key is registered once: again is the same, by another it is unknown', async (t) => {
  const { feed, own, keyId } = await desk(t);
  await own.register(callerOf('alice'), keyId, {});
  const { seq } = (await feed.state()).position;
  await own.register(callerOf('alice'), keyId, {});
  assert.equal((await feed.state()).position.seq, seq);
  await assert.rejects(own.register(callerOf('bob'), keyId, {}), { code: 'POLICY_KEY_UNKNOWN' });
  for (const other of ['trial', 'own-', `own-${'A'.repeat(44)}`, `own-${'A'.repeat(42)}!`])
    await assert.rejects(own.register(callerOf('bob'), other, {}), { code: 'POLICY_INVALID' });
});

test('nobody deposits but in his own name, under the key’s own id and policy', async (t) => {
  const { trio, feed, pair, keyId, post } = await desk(t);
  await feed.append(putTrial(1, nameOf('alice')));
  await feed.beat();
  const shape = { servers: serverNames, threshold: 2 };
  const [record] = await depositRecordsOf(ownDeposit(nameOf('alice'), pair), shape);
  assert.ok(record !== undefined);
  const changed = (key: Partial<StoredShare['key']>): unknown => ({
    ...record,
    key: { ...record.key, ...key },
  });
  const refused = [403, 'KEYSERVER_NOT_OWNER'];
  assert.deepEqual(await post('bob', [record]), refused);
  assert.deepEqual(await post('alice', [changed({ of: { owner: nameOf('bob') } })]), refused);
  assert.deepEqual(await post('alice', [changed({ of: line })]), refused);
  assert.deepEqual(await post('alice', [changed({ policyId: 'trial' })]), refused);
  assert.deepEqual(await post('alice', [changed({ keyId: 'k1' })]), refused);
  assert.deepEqual(await post('alice', [changed({ version: 2 })]), refused);
  const other = toBase64Url(newRecipientKeyPair(systemRandom).publicKey);
  assert.deepEqual(await post('alice', [changed({ recipientPublicKey: other })]), refused);
  assert.deepEqual(await post('', [record]), [401, 'KEYSERVER_UNAUTHENTICATED']);
  const many = Array.from({ length: keysLimits.ownKeysPerRequestMax + 1 }, () => record);
  assert.deepEqual(await post('alice', many), [400, 'KEYSERVER_REQUEST_INVALID']);
  // A producer does not deposit for an owner.
  const keys = trio.keys();
  const byProducer = keys.deposit([ownDeposit(nameOf('alice'), pair)], {});
  await assert.rejects(byProducer, { code: 'KEYS_DEPOSIT_REFUSED' });

  assert.deepEqual(await post('alice', [record]), [200, undefined]);
  assert.deepEqual(await post('alice', [record]), [200, undefined]);
  // Another splitting of the same key; the share of another server; one that is none.
  const [again, others] = await depositRecordsOf(ownDeposit(nameOf('alice'), pair), shape);
  assert.deepEqual(await post('alice', [again]), [409, 'KEYSERVER_SHARE_CONFLICT']);
  const invalid = [400, 'KEYSERVER_REQUEST_INVALID'];
  assert.deepEqual(await post('alice', [others]), invalid);
  assert.deepEqual(await post('alice', [{ ...record, y: again?.y }]), invalid);
  await feed.append([{ kind: 'banned', who: nameOf('alice') }]);
  await feed.beat();
  assert.deepEqual(await post('alice', [record]), refused);
  assert.equal(record.key.keyId, keyId);
});

test('a list of another owner, or of a collection, opens no key of somebody’s own', async (t) => {
  const { feed, keys, pair, keyId, fetch } = await desk(t);
  await keys.depositOwn([ownDeposit(nameOf('alice'), pair)], tokenOf('alice'), {});
  const entries = [{ who: 'authenticated', rights: ['read'] as const }];
  for (const whose of [{ owner: nameOf('bob') }, { collection: 'trial' }]) {
    await feed.append([{ kind: 'policy', policy: { id: keyId, version: 1, entries, ...whose } }]);
    await feed.beat();
    for (const who of ['alice', 'bob']) assert.equal(await fetch(who), 'KEYS_FORBIDDEN');
  }
});

test('a share of such a key that a server missed is made again, as of any other', async (t) => {
  const { trio, own, pair, keyId } = await desk(t);
  await trio.servers[1]?.close();
  const { owner } = await own.register(callerOf('alice'), keyId, {});
  const deposit = [ownDeposit(owner, pair)];
  const outcome = await trio.keys().depositOwn(deposit, tokenOf('alice'), {});
  assert.deepEqual(outcome.missing, ['office']);
  const server = await openServer({ ...trio, name: 'office', peers: serverNames });
  t.after(() => server.close());
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  trio.addresses[1] = feedServerOf({ root: trio.root, name: 'office' }, baseUrl);
  await trio.feed().beat();
  const progress = noProgress();
  const conduct = new Conduct(trio.clock);
  await recoverShares({ client: trio.upkeep(), conduct, log: silentLog }, progress);
  assert.deepEqual([progress.keys, progress.recovered, progress.lost], [1, 1, 0]);
  const wanted = [{ keyId, of: 'own', recipientPublicKey: pair.publicKey }] as const;
  const [, ...late] = trio.addresses;
  const { keys } = await trio.keys(late).fetch(wanted, tokenOf('alice'), {});
  assert.deepEqual(keys.get(keyId), pair.privateKey);
});

test('an owner has at most so many keys, at the gateway and at each server', async (t) => {
  const { trio, feed, keys, own, pair, keyId } = await desk(t);
  const { keysPerOwnerMax } = keysLimits;
  const owner = nameOf('alice');
  const idOf = (index: number): string => `own-${String(index).padStart(43, '0')}`;
  const indexes = Array.from({ length: keysPerOwnerMax }, (_, index) => index);
  await feed.append(
    indexes.map((index) => ({
      kind: 'policy',
      policy: { id: idOf(index), version: 1, owner, entries: [] },
    })),
  );
  const alice = callerOf('alice');
  await assert.rejects(own.register(alice, keyId, {}), { code: 'POLICY_KEYS_TOO_MANY' });
  await own.unregister(alice, idOf(7), {});
  await own.register(alice, keyId, {});

  // At one of the servers as many as may be: their rows are made without their shares.
  await trio.servers[0]?.close();
  const path = join(trio.root, 'hospital', 'keyserver.db');
  const db = await openSqlite<KeyServerSchema>({ path, migrations });
  const [record] = await depositRecordsOf(ownDeposit(owner, pair), {
    servers: serverNames,
    threshold: 2,
  });
  assert.ok(record !== undefined);
  const noKey = { wrap: () => new Uint8Array(60) } as unknown as MasterKey; // only this is called
  const row = wrapShare(record, { run: null, since: 0 }, noKey);
  await db.transaction(async (tx) => {
    for (let at = 0; at < keysPerOwnerMax; at += 500) {
      const rows = indexes
        .slice(at, at + 500)
        .map((index) => ({ ...row, key_id: idOf(keysPerOwnerMax + index) }));
      await tx.insertInto('share').values(rows).execute();
    }
  });
  await db.close();
  const server = await openServer({ ...trio, name: 'hospital' });
  t.after(() => server.close());
  const { port } = new URL(trio.addresses[0]?.baseUrl ?? '');
  await server.listen({ host: '127.0.0.1', port: Number(port) });
  const outcome = await keys.depositOwn([ownDeposit(owner, pair)], tokenOf('alice'), {});
  assert.deepEqual(outcome.missing, ['hospital']);
});
