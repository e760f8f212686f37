import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CompiledQuery } from 'kysely';
import { tempFolder } from '../../../test/support/temp.ts';
import { openSqlite } from '../../db/index.ts';
import { depositRecordsOf } from '../../keys/shares/deposit-records.ts';
import { systemRandom } from '../../lib/random.ts';
import { newRecipientKeyPair } from '../../seal/index.ts';
import { initMasterKey, MasterKey } from '../master-key.ts';
import { appendAudit } from './audit-chain.ts';
import { verifyAudit } from './audit-record.ts';
import { type KeyServerSchema, migrations, type ShareTable } from './schema.ts';
import { unwrapShare, wrapShare } from './share-row.ts';

const deposit = {
  keyId: 'k1',
  guid: 'g1',
  version: 1,
  generation: 1,
  of: { collection: 'trial', subject: 'p-1', study: 't-1', series: 's-1', stem: 'i-1' },
  policyId: 'p1',
  recipient: newRecipientKeyPair(systemRandom),
};
const [record] = await depositRecordsOf(deposit, { servers: ['a', 'b', 'c'], threshold: 2 });
assert.ok(record);

test('a master key is made once, for its owner only, and loads unless it was touched', async (t) => {
  const path = join(await tempFolder(t), 'keys', 'master.key');
  initMasterKey(path, systemRandom);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.throws(() => initMasterKey(path, systemRandom), { code: 'KEYSERVER_MASTER_KEY_EXISTS' });
  const check = MasterKey.load(path, systemRandom).check();
  assert.equal(MasterKey.load(path, systemRandom).check(), check);
  const invalid = { code: 'KEYSERVER_MASTER_KEY_INVALID' };
  chmodSync(path, 0o640);
  assert.throws(() => MasterKey.load(path, systemRandom), invalid);
  chmodSync(path, 0o600);
  writeFileSync(path, new Uint8Array(40));
  assert.throws(() => MasterKey.load(path, systemRandom), invalid);
  assert.throws(() => MasterKey.load(`${path}x`, systemRandom), invalid);
});

test('a wrapped share comes back; a change of any field of its row is noticed', async (t) => {
  const path = join(await tempFolder(t), 'master.key');
  initMasterKey(path, systemRandom);
  const masterKey = MasterKey.load(path, systemRandom);
  const row = wrapShare(record, { run: null, since: 3 }, masterKey);
  assert.deepEqual(unwrapShare(row, masterKey), record);
  assert.ok(!Buffer.from(row.wrapped_y).includes(Buffer.from(record.y, 'base64url')));
  const damaged = { code: 'KEYSERVER_STORE_DAMAGED' };
  for (const name of Object.keys(row) as (keyof ShareTable)[]) {
    const value = row[name];
    if (name === 'wrapped_y') continue;
    const other = typeof value === 'number' ? value + 1 : 'x';
    assert.throws(() => unwrapShare({ ...row, [name]: other }, masterKey), damaged, name);
  }
  fc.assert(
    fc.property(fc.nat(row.wrapped_y.length * 8 - 1), (bit) => {
      const wrapped = Uint8Array.from(row.wrapped_y);
      wrapped[bit >> 3] = (wrapped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => unwrapShare({ ...row, wrapped_y: wrapped }, masterKey), damaged);
    }),
  );
  assert.throws(() => unwrapShare({ ...row, wrapped_y: new Uint8Array(3) }, masterKey), damaged);
});

test('an edited, removed or exchanged audit record breaks the chain', async (t) => {
  const db = await openSqlite<KeyServerSchema>({ path: ':memory:', migrations });
  t.after(() => db.close());
  for (let at = 0; at < 5; at++)
    await db.transaction((tx) =>
      appendAudit(tx, { kind: 'feed', from: at, to: at + 1 }, 1000 + at),
    );
  assert.equal((await verifyAudit(db)).records, 5);
  assert.deepEqual((await verifyAudit(db)).problems, []);
  const tryChange = async (sql: string): Promise<void> => {
    const rows = await db.query.selectFrom('audit').selectAll().execute();
    await db.query.executeQuery(CompiledQuery.raw(sql));
    assert.notDeepEqual((await verifyAudit(db)).problems, [], sql);
    await db.query.deleteFrom('audit').execute();
    await db.query.insertInto('audit').values(rows).execute();
    assert.deepEqual((await verifyAudit(db)).problems, []);
  };
  await tryChange(`UPDATE audit SET event = '{}' WHERE seq = 2`);
  await tryChange('UPDATE audit SET time_ms = 1 WHERE seq = 5');
  await tryChange('DELETE FROM audit WHERE seq = 3');
  await tryChange('DELETE FROM audit WHERE seq = 1');
  await tryChange('UPDATE audit SET seq = seq + 1000 WHERE seq = 2');
});
