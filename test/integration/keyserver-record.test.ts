/** The audit record of a key server: what is missing of it stops the start, until that is accepted. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CompiledQuery } from 'kysely';
import { readHeadFile } from '../../src/audit/index.ts';
import { openSqlite } from '../../src/db/index.ts';
import { keyServerPath, signDeposit } from '../../src/keys/index.ts';
import { depositRecordsOf } from '../../src/keys/shares/deposit-records.ts';
import { acceptRecord, type KeyServer, verifyRecord } from '../../src/keyserver/index.ts';
import { appendAudit } from '../../src/keyserver/store/audit-chain.ts';
import { type KeyServerSchema, migrations } from '../../src/keyserver/store/schema.ts';
import { present } from '../../src/lib/assert.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { jsonLog, type Log, silentLog } from '../../src/lib/log.ts';
import { startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';
import { until } from '../support/until.ts';
import { newDeposit, newSigner, openServer, serverNames } from './keyserver-fixture.ts';

const name = 'hospital';

/** A key server whose record can be spoilt while it does not run. */
async function makeServer(t: TestContext) {
  const root = await tempFolder(t);
  const [producer, gateway] = [newSigner(), newSigner()];
  const places = { folder: join(root, name), masterKeyFile: join(root, `${name}.key`) };
  const trusted = { depositorKeys: producer.pinned, feedKeys: gateway.pinned };
  const open = (log: Log = silentLog): Promise<KeyServer> =>
    openServer({ root, name, clock: systemClock, log, ...trusted });
  let made = 0;
  const deposit = async (baseUrl: string): Promise<number> => {
    const shape = { servers: serverNames, threshold: 2 };
    const [record] = await depositRecordsOf(newDeposit(`k${(made += 1)}`), shape);
    const statement = { server: name, records: [present(record, 'a record')] };
    const response = await fetch(baseUrl + keyServerPath.deposits, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ deposit: await signDeposit(statement, producer.signer) }),
    });
    return response.status;
  };
  return {
    ...places,
    root,
    producer,
    gateway,
    backup: join(root, 'backup'),
    open,
    deposit,
    /** One life of it, with so many records. */
    async live(count: number): Promise<void> {
      const server = await open();
      const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
      for (let at = 0; at < count; at += 1) assert.equal(await deposit(baseUrl), 200);
      await server.close();
    },
    verify: () => verifyRecord(places, {}),
    accept: () => acceptRecord(places, { clock: systemClock, by: 'local:op', reason: 'restored' }),
    /** Further records, by nobody. */
    async fill(count: number): Promise<void> {
      const path = join(places.folder, 'keyserver.db');
      const db = await openSqlite<KeyServerSchema>({ path, migrations });
      await db.transaction(async (tx) => {
        for (let at = 0; at < count; at += 1)
          await appendAudit(tx, { kind: 'refused', count: at }, at);
      });
      await db.close();
    },
    async sql(text: string): Promise<void> {
      const path = join(places.folder, 'keyserver.db');
      const db = await openSqlite<KeyServerSchema>({ path, migrations });
      await db.query.executeQuery(CompiledQuery.raw(text));
      await db.close();
    },
  };
}

type Made = Awaited<ReturnType<typeof makeServer>>;

const damages: Readonly<Record<string, (server: Made) => void | Promise<void>>> = {
  'an emptied folder': ({ folder }) => rmSync(folder, { recursive: true }),
  'an older copy of the folder': ({ folder, backup }) => {
    rmSync(folder, { recursive: true });
    cpSync(backup, folder, { recursive: true });
  },
  'a cut end': (server) => server.sql('DELETE FROM audit WHERE seq > 5'),
  'a record taken out': (server) => server.sql('DELETE FROM audit WHERE seq = 5'),
  'an edited record': (server) => server.sql(`UPDATE audit SET event = '{}' WHERE seq = 6`),
  'an edited last record': (server) => server.sql('UPDATE audit SET time_ms = 1 WHERE seq = 7'),
};

for (const [what, damage] of Object.entries(damages))
  test(`${what} stops a key server, until it is accepted`, async (t) => {
    const server = await makeServer(t);
    await server.live(3);
    cpSync(server.folder, server.backup, { recursive: true });
    await server.live(4);
    await damage(server);
    await assert.rejects(server.open(), { code: 'AUDIT_DAMAGED' });
    const accepted = await server.accept();
    assert.deepEqual([accepted?.by, accepted?.record], ['local:op', 8], 'no number comes again');
    await server.live(1);
    const verdict = await server.verify();
    assert.deepEqual([verdict.problems, verdict.head.count], [[], 9]);
    assert.deepEqual(verdict.accepted, [accepted]);
    assert.equal(await server.accept(), undefined);
    await server.sql('DELETE FROM audit WHERE seq = 9');
    await assert.rejects(server.open(), { code: 'AUDIT_DAMAGED' });
  });

test('damage older than the newest records does not stop it, and is found beside it', async (t) => {
  const server = await makeServer(t);
  await server.live(3);
  await server.fill(1_100);
  await server.sql('UPDATE audit SET time_ms = 1 WHERE seq = 2');
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => void lines.push(line), nowMs: () => 0 });
  const running = await server.open(log);
  await until(() => lines.some((line) => /audit\.damaged.*after record 1, keyserver/.test(line)));
  await running.close();
  assert.deepEqual(
    (await server.verify()).problems.map(({ kind, after }) => [kind, after.count]),
    [['chain-broken', 1]],
  );
  assert.equal((await server.accept())?.record, 1_104);
  assert.deepEqual((await server.verify()).problems, []);
});

test('what is damaged in more places than can be named is no record', async (t) => {
  const server = await makeServer(t);
  await server.fill(300);
  await server.sql('DELETE FROM audit WHERE seq % 2 = 0');
  await assert.rejects(server.accept(), { code: 'AUDIT_GAP_TOO_WIDE' });
});

test('a killed key server starts again, and its head is never ahead of its record', async (t) => {
  const server = await makeServer(t);
  const pemOf = ({ signer }: ReturnType<typeof newSigner>): string =>
    createPublicKey(signer.privateKey).export({ format: 'pem', type: 'spki' }).toString();
  const program = fileURLToPath(new URL('./keyserver-child.ts', import.meta.url));
  const args = [server.root, name, pemOf(server.producer), pemOf(server.gateway)];
  let answered = 0;
  for (let life = 0; life < 6; life += 1) {
    const child = await startChild(t, [process.execPath, program, ...args]);
    const [, url = ''] = await child.waitForOutput(/listening (\S+)/);
    const until = answered + 10 + life * 7;
    const lost = Promise.all(
      Array.from({ length: 60 }, async () => {
        if ((await server.deposit(url).catch(() => 0)) === 200) answered += 1;
        if (answered === until) child.kill('SIGKILL');
      }),
    );
    await lost;
    child.kill('SIGKILL');
    await child.exited;
    const verdict = await server.verify();
    assert.deepEqual(verdict.problems, []);
    assert.ok(verdict.records >= answered);
    const head = await readHeadFile(`${server.masterKeyFile}.audit-head`);
    assert.ok((head?.count ?? 0) <= verdict.head.count);
  }
  await server.live(1);
});

test('a record is read beside its server, and from a folder that is only a copy', async (t) => {
  const server = await makeServer(t);
  await server.live(2);
  const running = await server.open();
  t.after(() => running.close());
  assert.deepEqual((await server.verify()).problems, []);
  cpSync(server.folder, server.backup, { recursive: true });
  const copy = await verifyRecord({ folder: server.backup }, {});
  assert.deepEqual([copy.problems, copy.records], [[], 2]);
  await assert.rejects(verifyRecord({ folder: join(server.root, 'nowhere') }, {}), {
    code: 'DB_OPEN_FAILED',
  });
  assert.ok(!existsSync(join(server.root, 'nowhere')));
  assert.equal(readFileSync(`${server.masterKeyFile}.audit-head`).length, 256);
});
