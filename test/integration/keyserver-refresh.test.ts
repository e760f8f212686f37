/** All shares are made anew without touching a key, and whatever breaks on the way nothing is lost. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import BetterSqlite3 from 'better-sqlite3';
import {
  Conduct,
  type FeedServer,
  noProgress,
  type RefreshPorts,
  recoverShares,
  refreshShares,
  type StoredShare,
  sealShareBox,
} from '../../src/keys/index.ts';
import { combineShares } from '../../src/keys/shares/threshold-shares.ts';
import { acceptRecord } from '../../src/keyserver/index.ts';
import { MasterKey } from '../../src/keyserver/master-key.ts';
import type { ShareTable } from '../../src/keyserver/store/schema.ts';
import { unwrapShare } from '../../src/keyserver/store/share-row.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { statementDigestOf } from '../../src/seal/index.ts';
import { tempFolder } from '../support/temp.ts';
import {
  FakeClock,
  feedServerOf,
  newDeposit,
  openServer,
  peerOf,
  putTrial,
  type Shape,
  sharesOf as sharesAsked,
  signerOf,
  site,
  startTrio,
  type Trio,
  tokenOf,
} from './keyserver-fixture.ts';

const alice = 'user:token:test#alice';
type Deposit = ReturnType<typeof newDeposit>;

async function ready(t: TestContext, count: number, shape?: Shape) {
  const trio = await startTrio(t, await tempFolder(t), undefined, shape);
  const feed = trio.feed();
  await feed.append(putTrial(1, alice));
  await feed.beat();
  const deposits = Array.from({ length: count }, (_, at) => newDeposit(`k${at}`));
  for (let at = 0; at < count; at += 500)
    await trio.keys().deposit(deposits.slice(at, at + 500), {});
  return { trio, deposits };
}

async function refresh(trio: Trio, client: RefreshPorts['client'] = trio.upkeep()) {
  const progress = noProgress();
  const conduct = new Conduct(systemClock);
  const ports = { client, conduct, feed: trio.feed(), log: silentLog };
  await refreshShares(ports, progress, { reason: 'test' });
  return { progress, conduct };
}

/** Close a server and open it again, on a new port. */
async function again(
  t: TestContext,
  trio: Trio,
  at: number,
  clock: Clock = systemClock,
): Promise<void> {
  await trio.servers[at]?.close();
  const { name } = trio.addresses[at] as FeedServer;
  const peers = trio.addresses.map((one) => one.name);
  const server = await openServer({ ...trio, clock, name, peers });
  t.after(() => server.close());
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  trio.servers[at] = server;
  trio.addresses[at] = feedServerOf({ root: trio.root, name }, baseUrl);
}

async function assertAllRead(trio: Trio, deposits: readonly Deposit[], threshold = 2) {
  for (const [at] of trio.addresses.entries()) {
    const some = [...trio.addresses.slice(at), ...trio.addresses.slice(0, at)].slice(0, threshold);
    const keys = trio.keys(some);
    const requests = deposits.map(({ keyId, of, recipient }) => ({
      keyId,
      of,
      recipientPublicKey: recipient.publicKey,
    }));
    const fetched = await keys.fetch(requests, tokenOf('alice'), {});
    keys.close();
    assert.deepEqual(fetched.liars, []);
    for (const { keyId, recipient } of deposits)
      assert.deepEqual(fetched.keys.get(keyId), recipient.privateKey, keyId);
  }
}

function rowsOf({ root }: Pick<Trio, 'root'>, name: string): readonly ShareTable[] {
  const db = new BetterSqlite3(join(root, name, 'keyserver.db'), { readonly: true });
  try {
    return db.prepare('SELECT * FROM share ORDER BY key_id, epoch').all() as ShareTable[];
  } finally {
    db.close();
  }
}

function sharesOf(trio: Pick<Trio, 'root'>, name: string): readonly StoredShare[] {
  const masterKey = MasterKey.load(join(trio.root, `${name}.key`), systemRandom);
  return rowsOf(trio, name).map((row) => unwrapShare(row, masterKey));
}

const bytesOf = ({ x, y }: StoredShare) => ({ x, y: Uint8Array.from(Buffer.from(y, 'base64url')) });

test('all shares are new, the keys are the same, and old shares are good for nothing', async (t) => {
  for (const shape of [
    { names: ['a', 'b'], threshold: 2 },
    { names: ['a', 'b', 'c'], threshold: 2 },
    { names: ['a', 'b', 'c', 'd', 'e'], threshold: 3 },
  ]) {
    const { trio, deposits } = await ready(t, 12, shape);
    const before = new Map(shape.names.map((name) => [name, sharesOf(trio, name)]));
    const { progress } = await refresh(trio);
    assert.equal(progress.renewed, 12);
    await trio.feed().beat();
    await assertAllRead(trio, deposits, shape.threshold);
    const after = new Map(shape.names.map((name) => [name, sharesOf(trio, name)]));
    for (const [at, { keyId, recipient }] of deposits.entries()) {
      const old = shape.names.map((name) =>
        before.get(name)?.find(({ key }) => key.keyId === keyId),
      );
      const renewed = shape.names.map((name) =>
        after.get(name)?.find(({ key }) => key.keyId === keyId && key.epoch === 1),
      );
      const shares = renewed.flatMap((share) => share ?? []);
      const secret = await combineShares(shares.slice(0, shape.threshold).map(bytesOf));
      assert.deepEqual(secret, recipient.privateKey);
      for (const [index, share] of shares.entries()) {
        assert.equal(share.x, old[index]?.x);
        assert.notEqual(share.y, old[index]?.y);
      }
      // One old share with new ones of the others gives another key.
      const mixed = [old[0], ...shares.slice(1)].flatMap((share) => share ?? []);
      const other = await combineShares(mixed.slice(0, shape.threshold).map(bytesOf));
      assert.notDeepEqual(other, recipient.privateKey, `${at}`);
    }
    // A minute later, which a server that starts again notices too, nothing of them is left.
    for (const [at, name] of shape.names.entries()) {
      assert.equal(rowsOf(trio, name).length, 24);
      await again(t, trio, at, new FakeClock());
      await trio.servers[at]?.close();
      assert.deepEqual(
        sharesOf(trio, name).map(({ key }) => key.epoch),
        Array(12).fill(1),
      );
    }
  }
});

/** Which calls to make fail: before they reach anybody, or after, so that only the answer is lost. */
interface Fault {
  readonly at: number;
  readonly when: 'before' | 'after';
}

class GatewayDied extends Error {}

/** A gateway that dies at one of its calls: nothing it calls from then on happens. */
function dyingAt<Target extends object>(
  target: Target,
  fault: Fault,
  count: { calls: number },
): Target {
  return new Proxy(target, {
    get(of, name) {
      const value = Reflect.get(of, name, of) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]) => {
        count.calls += 1;
        const dies = count.calls - fault.at;
        if (dies > 0 || (dies === 0 && fault.when === 'before')) throw new GatewayDied();
        const result = (await Reflect.apply(value, of, args)) as unknown;
        if (dies === 0) throw new GatewayDied();
        return result;
      };
    },
  });
}

/** Refresh with a gateway that dies. @returns whether it did before it was done */
async function refreshDying(trio: Trio, fault: Fault): Promise<boolean> {
  const count = { calls: 0 };
  const feed = trio.feed();
  const ports = {
    client: dyingAt(trio.upkeep(), fault, count),
    feed: dyingAt(feed, fault, count),
    conduct: new Conduct(systemClock),
    log: silentLog,
  };
  try {
    await refreshShares(ports, noProgress(), { reason: 'test' });
    return false;
  } catch (error) {
    assert.ok(error instanceof GatewayDied, String(error));
    return true;
  } finally {
    await feed.close();
  }
}

const isLong = process.env['MDM_LONG'] === '1';

test('wherever the gateway dies all keys can be read, and the next one goes on', async (t) => {
  for (const shape of [
    { names: ['a', 'b'], threshold: 2 },
    { names: ['a', 'b', 'c'], threshold: 2 },
  ]) {
    const { trio, deposits } = await ready(t, 3, shape);
    let epoch = 0;
    let points = 0;
    for (let at = 1; ; at += isLong ? 1 : 4) {
      let died = false;
      for (const when of ['before', 'after'] as const) {
        died = (await refreshDying(trio, { at, when })) || died;
        points += 1;
        const restarted = points % shape.names.length;
        await again(t, trio, restarted);
        await trio.feed().beat();
        await assertAllRead(trio, deposits);
        await refresh(trio);
        await assertAllRead(trio, deposits);
      }
      const epochs = shape.names.flatMap((name) =>
        sharesOf(trio, name).map(({ key }) => key.epoch),
      );
      assert.ok(Math.max(...epochs) > epoch);
      epoch = Math.max(...epochs);
      if (!died) break;
    }
    t.diagnostic(`${shape.threshold} of ${shape.names.length}: died at ${points} points`);
    assert.ok(points > (isLong ? 40 : 8));
  }
});

test('a server that deals wrong is named, and all is made anew without it', async (t) => {
  const shape = { names: ['a', 'b', 'c'], threshold: 2 };
  const { trio, deposits } = await ready(t, 4, shape);
  const client = trio.upkeep();
  const peers = new Map(shape.names.map((name) => [name, peerOf({ ...trio, name })]));
  const wrong = {
    ...clientOf(client),
    // As `b` would deal if it wanted the keys lost: anything but shares of a curve that vanishes.
    async deal(server: string, order: string) {
      const { boxes } = await client.deal(server, order);
      if (server !== 'b') return { boxes };
      const made = boxes.map(async ({ to }) => {
        const values = Buffer.from(systemRandom.bytes(4 * 64)).toString('base64url');
        const words = { site, order: statementDigestOf(order), from: 'b', to, values, keys: null };
        const keys = { signer: signerOf({ ...trio, name: 'b' }), to: peers.get(to)?.boxKey };
        assert.ok(keys.to);
        const box = await sealShareBox({ ...words, kind: 'deal' }, { ...keys, to: keys.to });
        return { to, box };
      });
      return { boxes: await Promise.all(made) };
    },
  };
  const { progress, conduct } = await refresh(trio, wrong);
  assert.equal(progress.renewed, 4);
  for (const name of shape.names)
    assert.equal(conduct.of(name).blamed?.count, name === 'b' ? 1 : undefined, name);
  await trio.feed().beat();
  await assertAllRead(trio, deposits);
});

/** Its methods as values, some of which a test replaces. */
function clientOf(client: ReturnType<Trio['upkeep']>): RefreshPorts['client'] {
  return {
    servers: client.servers,
    order: (...args) => client.order(...args),
    list: (...args) => client.list(...args),
    deal: (...args) => client.deal(...args),
    blind: (...args) => client.blind(...args),
    take: (...args) => client.take(...args),
    stage: (...args) => client.stage(...args),
    ready: (...args) => client.ready(...args),
    prove: (...args) => client.prove(...args),
  };
}

test('with a server away nothing is made anew; a restored one forgets what it had and gets what counts', async (t) => {
  const { trio, deposits } = await ready(t, 5);
  await trio.servers[1]?.close();
  await assert.rejects(refresh(trio), { code: 'KEYS_SERVER_UNREACHABLE' });
  const places = {
    folder: join(trio.root, 'office'),
    masterKeyFile: join(trio.root, 'office.key'),
  };
  cpSync(places.folder, join(trio.root, 'backup'), { recursive: true });
  await again(t, trio, 1);
  await refresh(trio);
  await trio.servers[1]?.close();
  rmSync(places.folder, { recursive: true });
  cpSync(join(trio.root, 'backup'), places.folder, { recursive: true });
  await acceptRecord(places, { clock: systemClock, by: 'local:op', reason: 'restored' });
  await again(t, trio, 1);
  await trio.feed().beat();
  // It has the shares of before in its files, and gives none of them to anybody.
  assert.deepEqual(
    sharesOf(trio, 'office').map(({ key }) => key.epoch),
    Array(5).fill(0),
  );
  const body = JSON.stringify(sharesAsked(...deposits.map(({ keyId }) => keyId)));
  const answer = await fetch(`${trio.addresses[1]?.baseUrl}/v1/shares`, {
    method: 'POST',
    headers: { authorization: 'Bearer alice', 'content-type': 'application/json' },
    body,
  });
  const { shares } = (await answer.json()) as { readonly shares: readonly { record: unknown }[] };
  assert.deepEqual(
    shares.map(({ record }) => record),
    Array(5).fill(null),
  );
  const progress = noProgress();
  const ports = { client: trio.upkeep(), conduct: new Conduct(systemClock), log: silentLog };
  await recoverShares(ports, progress);
  assert.equal(progress.recovered, 5);
  assert.deepEqual(
    sharesOf(trio, 'office').map(({ key }) => key.epoch),
    Array(5).fill(1),
  );
  await assertAllRead(trio, deposits);
});
