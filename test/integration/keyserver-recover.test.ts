/** A share that a server missed or lost is made again by k others, and nobody sees another's. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import BetterSqlite3 from 'better-sqlite3';
import {
  Conduct,
  type FeedServer,
  noProgress,
  recoverShares,
  type StoredShare,
  UpkeepClient,
} from '../../src/keys/index.ts';
import { MasterKey } from '../../src/keyserver/master-key.ts';
import type { ShareTable } from '../../src/keyserver/store/schema.ts';
import { unwrapShare, wrapShare } from '../../src/keyserver/store/share-row.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { MdmError } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { tempFolder } from '../support/temp.ts';
import {
  destroyed,
  FakeClock,
  feedServerOf,
  newDeposit,
  newSigner,
  openServer,
  putTrial,
  type Shape,
  site,
  startTrio,
  type Trio,
  tokenOf,
} from './keyserver-fixture.ts';

const alice = 'user:token:test#alice';

const wanted = (deposit: ReturnType<typeof newDeposit>) => ({
  keyId: deposit.keyId,
  of: deposit.of,
  recipientPublicKey: deposit.recipient.publicKey,
});

const many = (count: number, prefix = 'k') =>
  Array.from({ length: count }, (_, at) => newDeposit(`${prefix}${at}`));

async function ready(t: TestContext, shape?: Shape): Promise<Trio> {
  const trio = await startTrio(t, await tempFolder(t), undefined, shape);
  const feed = trio.feed();
  await feed.append(putTrial(1, alice));
  await feed.beat();
  return trio;
}

/** A server of the trio again, on a new port; it enrols the keys of the others as they are now. */
async function again(t: TestContext, trio: Trio, at: number): Promise<void> {
  const { name } = trio.addresses[at] as FeedServer;
  const server = await openServer({ ...trio, name, peers: trio.addresses.map((one) => one.name) });
  t.after(() => server.close());
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  trio.servers[at] = server;
  trio.addresses[at] = feedServerOf({ root: trio.root, name }, baseUrl);
  await trio.feed().beat();
}

async function recover(trio: Trio, client: UpkeepClient = trio.upkeep()) {
  const progress = noProgress();
  const conduct = new Conduct(systemClock);
  await recoverShares({ client, conduct, log: silentLog }, progress);
  return { progress, conduct };
}

/** Every choice of k servers gives every key. */
async function assertAllWhole(
  trio: Trio,
  deposits: readonly ReturnType<typeof newDeposit>[],
  threshold = 2,
): Promise<void> {
  for (const [at] of trio.addresses.entries()) {
    const some = [...trio.addresses.slice(at), ...trio.addresses.slice(0, at)].slice(0, threshold);
    const fetched = await trio.keys(some).fetch(deposits.map(wanted), tokenOf('alice'), {});
    for (const { keyId, recipient } of deposits)
      assert.deepEqual(fetched.keys.get(keyId), recipient.privateKey, `${keyId} without one`);
  }
}

test('shares that a server missed while it was down are made again', async (t) => {
  const trio = await ready(t);
  const before = many(3, 'early');
  await trio.keys().deposit(before, {});
  await trio.servers[1]?.close();
  const missed = many(7, 'late');
  assert.deepEqual((await trio.keys().deposit(missed, {})).missing, ['office']);
  await again(t, trio, 1);
  const { progress } = await recover(trio);
  assert.deepEqual([progress.keys, progress.recovered, progress.lost], [10, 7, 0]);
  assert.deepEqual([...progress.missing], []);
  await assertAllWhole(trio, [...before, ...missed]);
  assert.deepEqual((await recover(trio)).progress, { ...noProgress(), keys: 10 });
});

test('a lost server is replaced: an empty one under its name gets the same shares from the others', async (t) => {
  for (const { count, ...shape } of [
    // More than one page of what a server has.
    { names: ['a', 'b', 'c'], threshold: 2, count: 1_020 },
    { names: ['a', 'b', 'c', 'd'], threshold: 3, count: 20 },
    { names: ['a', 'b', 'c', 'd', 'e'], threshold: 3, count: 20 },
  ]) {
    const trio = await ready(t, shape);
    const deposits = many(count);
    for (let at = 0; at < deposits.length; at += 500)
      await trio.keys().deposit(deposits.slice(at, at + 500), {});
    const shares = rowsOf(trio, 'b');
    await trio.servers[1]?.close();
    for (const file of readdirSync(trio.root).filter((name) => /^b\b/.test(name)))
      rmSync(join(trio.root, file), { recursive: true });
    await again(t, trio, 1);
    // The new server knows the others, and they do not know it: their operators have to enrol it.
    const early = await recover(trio);
    assert.deepEqual([early.progress.recovered, early.progress.failed.size], [0, 1]);
    for (const at of [0, 2, 3, 4].filter((one) => one < shape.names.length)) {
      await trio.servers[at]?.close();
      await again(t, trio, at);
    }
    assert.equal(rowsOf(trio, 'b').length, 0);
    const { progress } = await recover(trio);
    assert.deepEqual([progress.keys, progress.recovered], [count, count]);
    assert.deepEqual(
      rowsOf(trio, 'b').map(({ wrapped_y: _y, ...row }) => row),
      shares.map(({ wrapped_y: _y, ...row }) => row),
    );
    await assertAllWhole(trio, deposits, shape.threshold);
  }
});

test('a damaged share is made again; a destroyed one never', async (t) => {
  const trio = await ready(t);
  const [kept, doomed] = many(2) as [ReturnType<typeof newDeposit>, ReturnType<typeof newDeposit>];
  await trio.keys().deposit([kept, doomed], {});
  await trio.servers[1]?.close();
  edit(trio, 'office', 'UPDATE share SET x = x % 255 + 1 WHERE key_id = ?', kept.keyId);
  edit(trio, 'office', 'DELETE FROM share WHERE key_id = ?', doomed.keyId);
  await trio.feed().append(destroyed(doomed.keyId));
  await again(t, trio, 1);
  const { progress } = await recover(trio);
  assert.deepEqual([progress.keys, progress.recovered], [1, 1]);
  await assertAllWhole(trio, [kept]);
  assert.deepEqual(
    rowsOf(trio, 'office').map(({ key_id }) => key_id),
    [kept.keyId],
  );
});

test('of a key that fewer than k have nothing is made, and it is counted as lost only when all are heard', async (t) => {
  const trio = await ready(t);
  const deposits = many(2);
  await trio.keys().deposit(deposits, {});
  for (const name of ['office', 'infrastructure'])
    edit(trio, name, `DELETE FROM share WHERE key_id = 'k0'`);
  const all = await recover(trio);
  assert.deepEqual([all.progress.lost, all.progress.recovered], [1, 0]);
  await trio.servers[2]?.close();
  const some = await recover(trio);
  assert.deepEqual([some.progress.lost, some.progress.recovered], [0, 0]);
  assert.deepEqual([...some.progress.silent], [['infrastructure', 'KEYS_SERVER_UNREACHABLE']]);
});

test('who gives a wrong share for another is named, and the others make it', async (t) => {
  const shape = { names: ['a', 'b', 'c', 'd'], threshold: 2 };
  const trio = await ready(t, shape);
  const deposits = many(3);
  await trio.keys().deposit(deposits, {});
  lie(trio, 'a');
  edit(trio, 'd', 'DELETE FROM share');
  const { progress, conduct } = await recover(trio);
  assert.deepEqual([progress.recovered, progress.failed.size], [3, 0]);
  for (const name of shape.names)
    assert.equal(conduct.of(name).blamed?.count, name === 'a' ? 1 : undefined, name);
  const honest = trio.addresses.slice(2);
  const fetched = await trio.keys(honest).fetch(deposits.map(wanted), tokenOf('alice'), {});
  assert.equal(fetched.keys.size, 3);
});

test('where no k of the others agree nothing is stored', async (t) => {
  const trio = await ready(t);
  await trio.keys().deposit(many(2), {});
  lie(trio, 'hospital');
  edit(trio, 'office', 'DELETE FROM share');
  const { progress } = await recover(trio);
  assert.deepEqual([progress.recovered, [...progress.failed]], [0, [['KEYS_INCONSISTENT', 2]]]);
  assert.equal(rowsOf(trio, 'office').length, 0);
});

test('who carries it all reads nothing of it, and cannot use it for anything else', async (t) => {
  const trio = await ready(t);
  await trio.keys().deposit(many(3), {});
  const shares = [...sharesOf(trio, 'hospital'), ...sharesOf(trio, 'infrastructure')];
  edit(trio, 'office', 'DELETE FROM share');
  const client = trio.upkeep();
  const { keys } = await client.list('hospital', null);
  const words = {
    purpose: 'recovery',
    target: 'office',
    dealers: ['hospital', 'infrastructure'],
    keys: keys.map(({ keyId, digest }) => ({ keyId, digest })),
  } as const;
  const order = await client.order(words);
  const dealt = await Promise.all(words.dealers.map((name) => client.deal(name, order)));
  const boxesFor = (to: string) =>
    dealt.map(({ boxes }) => boxes.find((box) => box.to === to)?.box ?? '');
  const own = { order, boxes: boxesFor('hospital') };
  const blinded = await client.blind('hospital', own);
  const carried = JSON.stringify([dealt, blinded]);
  for (const { y } of shares) assert.ok(!carried.includes(y));

  const refused = async (code: string, asked: Promise<unknown>) =>
    assert.rejects(asked, (error: MdmError) => error.context['reason'] === code, code);
  // What was dealt for one order, or for another server, hides nothing under another.
  const later = await client.order(words);
  await refused('KEYSERVER_BOX_INVALID', client.blind('hospital', { ...own, order: later }));
  const others = { order, boxes: boxesFor('infrastructure') };
  await refused('KEYSERVER_BOX_INVALID', client.blind('hospital', others));
  const swapped = { order, boxes: boxesFor('hospital').toReversed() };
  await refused('KEYSERVER_BOX_INVALID', client.blind('hospital', swapped));
  const one = { order, boxes: boxesFor('hospital').slice(1) };
  await refused('KEYSERVER_BOX_INVALID', client.blind('hospital', one));
  // Fewer dealers than k, or the target among them, would hide nothing from it.
  for (const dealers of [['hospital'], ['hospital', 'office']]) {
    const alone = await client.order({ ...words, dealers });
    await refused('KEYSERVER_ORDER_OUTDATED', client.deal('hospital', alone));
  }
  await refused(
    'KEYSERVER_PEER_UNKNOWN',
    client.deal('hospital', await client.order({ ...words, target: 'thief' })),
  );
  await refused(
    'KEYSERVER_NOT_ADDRESSED',
    client.take('hospital', { order, boxes: [blinded.box, blinded.box] }),
  );
  const stranger = new UpkeepClient({
    site,
    signer: newSigner().signer,
    servers: trio.addresses,
    clock: systemClock,
  });
  t.after(() => stranger.close());
  await refused('KEYSERVER_SIGNER_UNKNOWN', stranger.list('hospital', null));
  await refused('KEYSERVER_SIGNER_UNKNOWN', stranger.deal('hospital', await stranger.order(words)));
  const late = new UpkeepClient({
    site,
    signer: trio.gateway,
    servers: trio.addresses,
    clock: new FakeClock(),
  });
  t.after(() => late.close());
  await refused('KEYSERVER_ORDER_STALE', late.deal('hospital', await late.order(words)));
});

/** The shares of a server as it keeps them. */
function sharesOf(trio: Trio, name: string): readonly StoredShare[] {
  const masterKey = MasterKey.load(join(trio.root, `${name}.key`), systemRandom);
  return rowsOf(trio, name).map((row) => unwrapShare(row, masterKey));
}

/** A server that has other shares than it says: wrapped by itself, so that it does not notice. */
function lie(trio: Trio, name: string): void {
  const masterKey = MasterKey.load(join(trio.root, `${name}.key`), systemRandom);
  for (const row of rowsOf(trio, name)) {
    const share = unwrapShare(row, masterKey);
    const y = Buffer.from(systemRandom.bytes(32)).toString('base64url');
    const { wrapped_y: wrapped } = wrapShare({ ...share, y }, row, masterKey);
    edit(trio, name, 'UPDATE share SET wrapped_y = ? WHERE key_id = ?', wrapped, share.key.keyId);
  }
}

function edit(trio: Trio, name: string, sql: string, ...values: readonly unknown[]): void {
  const db = new BetterSqlite3(join(trio.root, name, 'keyserver.db'));
  db.prepare(sql).run(...values);
  db.close();
}

function rowsOf(trio: Trio, name: string): readonly ShareTable[] {
  const db = new BetterSqlite3(join(trio.root, name, 'keyserver.db'), { readonly: true });
  try {
    const statement = db.prepare('SELECT * FROM share ORDER BY key_id');
    return statement.all() as ShareTable[];
  } finally {
    db.close();
  }
}
