import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { openSqlite } from '../../src/db/index.ts';
import {
  type AskedFor,
  auditStart,
  keyServerPath,
  signDeposit,
  toBase64Url,
  verifyFeedAck,
} from '../../src/keys/index.ts';
import { depositRecordsOf } from '../../src/keys/shares/deposit-records.ts';
import { verifyAudit } from '../../src/keyserver/store/audit-record.ts';
import { type KeyServerSchema, migrations } from '../../src/keyserver/store/schema.ts';
import type { MdmError } from '../../src/lib/errors/mdm-error.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { pinKeys, signStatement } from '../../src/seal/index.ts';
import { tempFolder } from '../support/temp.ts';
import {
  destroyed,
  FakeClock,
  feedServerOf,
  line,
  newDeposit,
  newSigner,
  openServer,
  putTrial,
  serverNames,
  sharesOf,
  site,
  startTrio,
  type Trio,
  tokenOf,
  trialPolicy,
} from './keyserver-fixture.ts';

const alice = 'user:token:test#alice';

async function readyTrio(t: TestContext, clock?: FakeClock): Promise<Trio> {
  const trio = await startTrio(t, await tempFolder(t), clock);
  const feed = trio.feed();
  await feed.append(putTrial(1, alice, 'group:/vo/trial'));
  await feed.beat();
  return trio;
}

async function post(
  baseUrl: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(new URL(path, baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer alice' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const wanted = (deposit: ReturnType<typeof newDeposit>) => ({
  keyId: deposit.keyId,
  of: deposit.of,
  recipientPublicKey: deposit.recipient.publicKey,
});

test('a key is given only to who asks for what it is of', async (t) => {
  const trio = await readyTrio(t);
  const deposit = newDeposit('k1', { of: { ...line, stem: 'v-1_e2' } });
  const keys = trio.keys();
  await keys.deposit([deposit], {});
  const outcome = async (of: AskedFor): Promise<boolean> => {
    const fetched = await keys.fetch([{ ...wanted(deposit), of }], tokenOf('alice'), {});
    return fetched.keys.has('k1');
  };
  assert.ok(await outcome(deposit.of));
  assert.ok(await outcome({ ...line, stem: 'volume' }));
  const others: readonly AskedFor[] = [
    'own',
    ...['v-1', 'v-2', 'i-1'].map((stem) => ({ ...line, stem })),
    { ...line, stem: 'volume', collection: 'other' },
    { ...line, stem: 'volume', subject: 'p-2' },
    { ...line, stem: 'volume', study: 't-2' },
    { ...line, stem: 'volume', series: 's-2' },
  ];
  for (const of of others) assert.ok(!(await outcome(of)), JSON.stringify(of));
});

test('who the policy allows gets the key from two of three servers; others get nothing', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const deposit = newDeposit('k1');
  const outcome = await keys.deposit([deposit], {});
  assert.deepEqual(outcome.missing, []);
  for (const caller of ['alice', 'bob,/vo/trial']) {
    const fetched = await keys.fetch([wanted(deposit)], tokenOf(caller), {});
    assert.deepEqual(fetched.keys.get('k1'), deposit.recipient.privateKey);
  }
  for (const caller of ['bob', 'bob,/vo/trialx', 'Alice']) {
    const refused = await keys.fetch([wanted(deposit)], tokenOf(caller), {});
    assert.equal(refused.failures.get('k1')?.code, 'KEYS_FORBIDDEN', caller);
  }
  const nobody = await keys.fetch([wanted(deposit)], tokenOf(''), {});
  assert.equal(nobody.failures.get('k1')?.code, 'KEYS_UNAUTHENTICATED');
});

test('a forbidden key, an absent one and a destroyed one give the same answer', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const feed = trio.feed();
  const gone = newDeposit('k-destroyed');
  const forbidden = newDeposit('k-forbidden', { policyId: 'nobody' });
  await keys.deposit([gone, forbidden], {});
  await feed.append(destroyed('k-destroyed'));
  await feed.beat();
  const keyIds = ['k-forbidden', 'k-destroyed', 'k-absent'];
  const asked = sharesOf(...keyIds);
  const answer = await post(trio.addresses[0]?.baseUrl ?? '', keyServerPath.shares, asked);
  const shares = keyIds.map((keyId) => ({ keyId, record: null }));
  assert.deepEqual(answer, { status: 200, body: { shares } });
});

test('one server stopped changes nothing; two stopped leave nothing', async (t) => {
  const trio = await readyTrio(t);
  const deposit = newDeposit('k1');
  await trio.keys().deposit([deposit], {});
  await trio.servers[1]?.close();
  const one = await trio.keys().fetch([wanted(deposit)], tokenOf('alice'), {});
  assert.deepEqual(one.keys.get('k1'), deposit.recipient.privateKey);
  const late = newDeposit('k2');
  assert.deepEqual((await trio.keys().deposit([late], {})).missing, ['office']);
  const again = await trio.keys().fetch([wanted(late)], tokenOf('alice'), {});
  assert.deepEqual(again.keys.get('k2'), late.recipient.privateKey);
  await trio.servers[2]?.close();
  const two = await trio.keys().fetch([wanted(deposit)], tokenOf('alice'), {});
  assert.equal(two.failures.get('k1')?.code, 'KEYS_UNAVAILABLE');
  await assert.rejects(trio.keys().deposit([newDeposit('k3')], {}), { code: 'KEYS_QUORUM' });
});

test('a server that lies is made up for and named', async (t) => {
  const trio = await readyTrio(t);
  const deposit = newDeposit('k1');
  await trio.keys().deposit([deposit], {});
  const target = trio.addresses[0]?.baseUrl ?? '';
  const liar = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const honest = await post(target, request.url ?? '', body);
      const shares = honest.body['shares'] as { record: { y: string } }[];
      for (const { record } of shares) record.y = toBase64Url(systemRandom.bytes(32));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(honest.body));
    })();
  });
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
  t.after(() => liar.close());
  const { port } = liar.address() as { port: number };
  const lying = feedServerOf({ ...trio, name: 'hospital' }, `http://127.0.0.1:${port}`);
  const keys = trio.keys([lying, ...trio.addresses.slice(1)]);
  const fetched = await keys.fetch([wanted(deposit)], tokenOf('alice'), {});
  assert.deepEqual(fetched.keys.get('k1'), deposit.recipient.privateKey);
  assert.deepEqual(fetched.liars, ['hospital']);
});

test('a server without a heartbeat for a lease answers nobody until it hears of the newest policies', async (t) => {
  const clock = new FakeClock();
  const trio = await readyTrio(t, clock);
  const feed = trio.feed();
  const keys = trio.keys();
  const deposit = newDeposit('k1');
  await keys.deposit([deposit], {});
  const tryFetch = () => keys.fetch([wanted(deposit)], tokenOf('alice'), {});
  clock.advance(59_999);
  assert.equal((await tryFetch()).keys.size, 1);
  clock.advance(1);
  assert.equal((await tryFetch()).failures.get('k1')?.code, 'KEYS_UNAVAILABLE');
  const url = trio.addresses[0]?.baseUrl ?? '';
  const answer = await post(url, keyServerPath.shares, sharesOf('k1'));
  assert.deepEqual([answer.status, answer.body['code']], [503, 'KEYSERVER_LEASE_EXPIRED']);
  await feed.beat();
  assert.equal((await tryFetch()).keys.size, 1);
});

test('revoked means refused, once the servers have acknowledged', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const feed = trio.feed();
  const deposit = newDeposit('k1');
  await keys.deposit([deposit], {});
  const position = await feed.append(putTrial(2));
  const spread = await feed.spread(position, { until: 'complete' });
  assert.deepEqual(spread.acknowledged.length, 3);
  const fetched = await keys.fetch([wanted(deposit)], tokenOf('alice'), {});
  assert.equal(fetched.failures.get('k1')?.code, 'KEYS_FORBIDDEN');
});

test('with a server down a revocation is quorum at once, complete when its lease has run out', async (t) => {
  const clock = new FakeClock();
  const trio = await readyTrio(t, clock);
  await trio.servers[2]?.close();
  const feed = trio.feed();
  const position = await feed.append(putTrial(2));
  await feed.beat();
  const soon = feed.spreadNow(position);
  assert.deepEqual([soon.quorum, soon.complete], [true, false]);
  assert.deepEqual(soon.acknowledged, ['hospital', 'office']);
  // The gateway goes on trying: a heartbeat for the new head renews nothing under the old one.
  for (let beats = 0; beats < 3; beats++) {
    clock.advance(20_000);
    await feed.beat();
  }
  const later = feed.spreadNow(position);
  assert.deepEqual([later.complete, later.leaseExpired], [true, ['infrastructure']]);
});

test('what is hidden or locked at any depth is given to nobody, also what is deposited later', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const feed = trio.feed();
  const { collection, subject, study, series, stem } = line;
  const places = [
    { collection },
    { collection, subject },
    { collection, subject, study },
    { collection, subject, study, series },
    { collection, subject, study, series, stem },
  ];
  const other = newDeposit('other', { of: { ...line, subject: 'p-2' } });
  const before = newDeposit('before');
  await keys.deposit([other, before], {});
  const given = async (deposit: typeof before) =>
    (await keys.fetch([wanted(deposit)], tokenOf('alice'), {})).keys.has(deposit.keyId);
  for (const [depth, place] of places.entries()) {
    for (const [close, open] of [['hidden', 'shown'] as const, ['locked', 'unlocked'] as const]) {
      await feed.append([{ kind: close, place, reason: 'test' }]);
      await feed.beat();
      const late = newDeposit(`late-${depth}-${close}`);
      await keys.deposit([late], {});
      assert.deepEqual(
        [await given(before), await given(late)],
        [false, false],
        `${depth} ${close}`,
      );
      assert.equal(await given(other), depth > 0);
      await feed.append([{ kind: open, place, reason: 'test' }]);
      await feed.beat();
      assert.deepEqual([await given(before), await given(late)], [true, true], `${depth} ${open}`);
    }
  }
});

test('a policy of another collection gives nothing, whatever it allows', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const foreign = newDeposit('k1', { of: { ...line, collection: 'other' } });
  await keys.deposit([foreign], {});
  const fetched = await keys.fetch([wanted(foreign)], tokenOf('alice'), {});
  assert.equal(fetched.failures.get('k1')?.code, 'KEYS_FORBIDDEN');
});

test('who is banned gets nothing, by name or by group, until the ban ends', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const feed = trio.feed();
  const deposit = newDeposit('k1');
  await keys.deposit([deposit], {});
  const given = async (caller: string) =>
    (await keys.fetch([wanted(deposit)], tokenOf(caller), {})).keys.has('k1');
  for (const [who, caller] of [
    [alice, 'alice'],
    ['group:/vo/trial/Role=NULL', 'bob,/vo/trial'],
  ] as const) {
    await feed.append([{ kind: 'banned', who }]);
    await feed.beat();
    assert.equal(await given(caller), false, who);
    await feed.append([{ kind: 'unbanned', who }]);
    await feed.beat();
    assert.equal(await given(caller), true, who);
  }
});

test('a destroyed share is in no file any more, and its key is refused for ever', async (t) => {
  const trio = await readyTrio(t);
  const keys = trio.keys();
  const feed = trio.feed();
  const deposit = newDeposit('k1');
  await keys.deposit([deposit], {});
  const folder = join(trio.root, 'hospital');
  const bytesOnDisk = (): Buffer =>
    Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  const publicKey = toBase64Url(deposit.recipient.publicKey);
  assert.ok(bytesOnDisk().includes(publicKey), 'the row can be seen before');
  const spread = await feed.spread(await feed.append(destroyed('k1')), { until: 'complete' });
  assert.equal(spread.acknowledged.length, 3);
  assert.ok(!bytesOnDisk().includes(publicKey), 'and nothing of it after');
  const fetched = await keys.fetch([wanted(deposit)], tokenOf('alice'), {});
  assert.equal(fetched.failures.get('k1')?.code, 'KEYS_FORBIDDEN');
  await assert.rejects(keys.deposit([deposit], {}), (error: MdmError) => {
    assert.deepEqual([error.code, error.disposition], ['KEYS_DEPOSIT_REFUSED', 'permanent']);
    assert.equal(error.context['reason'], 'KEYSERVER_KEY_DESTROYED');
    return true;
  });
});

test('deposits count only when an enrolled producer signed them for this server', async (t) => {
  const trio = await readyTrio(t);
  const url = trio.addresses[0]?.baseUrl ?? '';
  const shape = { servers: serverNames, threshold: 2 };
  const [record, others] = await depositRecordsOf(newDeposit('k1'), shape);
  assert.ok(record && others);
  const send = async (deposit: string) => {
    const answer = await post(url, keyServerPath.deposits, { deposit });
    return [answer.status, answer.body['code']];
  };
  const own = { server: 'hospital', records: [record] };
  const stranger = newSigner().signer;
  assert.deepEqual(await send(await signDeposit(own, stranger)), [403, 'KEYSERVER_SIGNER_UNKNOWN']);
  const elsewhere = { server: 'office', records: [others] };
  const other = await signDeposit(elsewhere, trio.producer);
  assert.deepEqual(await send(other), [403, 'KEYSERVER_NOT_ADDRESSED']);
  const good = await signDeposit(own, trio.producer);
  assert.deepEqual(await send(good), [200, undefined]);
  assert.deepEqual(await send(good), [200, undefined], 'the same again is accepted');
  const changed = await depositRecordsOf(newDeposit('k1'), shape);
  const again = await signDeposit(
    { server: 'hospital', records: changed.slice(0, 1) },
    trio.producer,
  );
  assert.deepEqual(await send(again), [409, 'KEYSERVER_SHARE_CONFLICT']);
  for (const wrong of [others, { ...record, y: others.y }, { ...record, x: others.x }]) {
    const deposit = await signDeposit({ server: 'hospital', records: [wrong] }, trio.producer);
    assert.deepEqual(await send(deposit), [400, 'KEYSERVER_REQUEST_INVALID']);
  }
  const feedEntry = await signStatement('mdm-policy-feed', own, trio.producer);
  assert.deepEqual(await send(feedEntry), [400, 'KEYSERVER_REQUEST_INVALID']);
});

test('the feed is followed in order, by signature, without gaps, forks or old heartbeats', async (t) => {
  const trio = await readyTrio(t);
  const url = trio.addresses[0]?.baseUrl ?? '';
  const feed = trio.feed([
    feedServerOf({ ...trio, name: 'x' }, 'http://127.0.0.1:9'),
    feedServerOf({ ...trio, name: 'y' }, 'http://127.0.0.1:10'),
  ]);
  await feed.append(putTrial(2));
  await feed.append(putTrial(3));
  const [first, second, third] = trio.store.statements;
  const pinned = pinKeys([trio.addresses[0]?.signingKey as KeyObject]);
  const send = async (entries: readonly unknown[], heartbeat: string | null = null) => {
    const answer = await post(url, keyServerPath.feed, {
      entries,
      heartbeat,
      confirm: null,
      anchor: null,
    });
    if (answer.status !== 200) return [answer.status, answer.body['code']];
    return [200, (await verifyFeedAck(String(answer.body['ack']), pinned)).seq];
  };
  assert.deepEqual(await send([third]), [409, 'KEYSERVER_FEED_GAP']);
  assert.deepEqual(await send([first, second, third]), [200, 3]);
  assert.deepEqual(await send([second]), [200, 3], 'known entries are passed over');
  const entry = { site, timeMs: 0, changes: [], format: 'mdm-policy-feed', formatVersion: 2 };
  const sign = (fields: object, by = trio.gateway) =>
    signStatement('mdm-policy-feed', { ...entry, ...fields }, by);
  const previous = '0'.repeat(64);
  const fork = [409, 'KEYSERVER_FEED_FORK'];
  assert.deepEqual(await send([await sign({ seq: 4, previous })]), fork);
  assert.deepEqual(await send([await sign({ seq: 2, previous })]), fork);
  const foreign = await sign({ seq: 4, previous }, newSigner().signer);
  assert.deepEqual(await send([foreign]), [403, 'KEYSERVER_SIGNER_UNKNOWN']);
  const other = await sign({ seq: 4, previous, site: 'other' });
  assert.deepEqual(await send([other]), [403, 'KEYSERVER_NOT_ADDRESSED']);
  const beat = async (fields: object) => {
    const audit = auditStart;
    const heartbeat = { format: 'mdm-feed-heartbeat', formatVersion: 2, site, audit, ...fields };
    return send([], await signStatement('mdm-feed-heartbeat', heartbeat, trio.gateway));
  };
  const digest = previous;
  const now = trio.clock.nowMs();
  assert.deepEqual(await beat({ seq: 2, digest, timeMs: now }), [409, 'KEYSERVER_FEED_GAP']);
  assert.deepEqual(await beat({ seq: 3, digest, timeMs: now }), fork);
  const status = await fetch(new URL(keyServerPath.status, url));
  const head = ((await status.json()) as { digest: string }).digest;
  const stale = [409, 'KEYSERVER_HEARTBEAT_STALE'];
  assert.deepEqual(await beat({ seq: 3, digest: head, timeMs: now - 60_000 }), stale);
  assert.deepEqual(await beat({ seq: 3, digest: head, timeMs: now + 60_000 }), stale);
  assert.deepEqual(await beat({ seq: 3, digest: head, timeMs: now }), [200, 3]);
});

test('policies as large as they may be reach every server, however many', async (t) => {
  const trio = await readyTrio(t);
  const feed = trio.feed();
  // Printable, and of the characters that take the most bytes.
  const who = (at: number): string => `user:${'\u{1F600}'.repeat(250)}${at}`;
  const policies = Array.from({ length: 12 }, (_, index) => ({
    ...trialPolicy(2, ...Array.from({ length: 200 }, (__, at) => who(at))),
    id: `large-${index}`,
  }));
  const all = [...policies, trialPolicy(3)];
  const position = await feed.append(all.map((policy) => ({ kind: 'policy', policy })));
  const spread = await feed.spread(position, { until: 'complete' });
  assert.equal(spread.acknowledged.length, 3);
  const many = Array.from({ length: 1_200 }, (_, at) => destroyed(`k${at}`));
  const last = await feed.append(many.flat());
  assert.equal(last.seq, position.seq + 3);
  assert.equal((await feed.spread(last, { until: 'complete' })).acknowledged.length, 3);
});

test('malformed requests get a coded answer and the server goes on', async (t) => {
  const trio = await readyTrio(t);
  const url = trio.addresses[0]?.baseUrl ?? '';
  const bodies = [
    '{',
    '[]',
    'null',
    '{"keys":[1]}',
    '{"keys":[{"keyId":"../x","line":"trial/p-1/t-1/s-1/i-1"}]}',
    '{"keys":[{"keyId":"x"}]}',
    '{"keys":[{"keyId":"x","line":"p-1/t-1/s-1/i-1"}]}',
    '{"keys":[{"keyId":"x","line":"trial/p-1/t-1/s-1/i-1","owner":"user:a"}]}',
    '{"keys":[],"a":1}',
  ];
  for (const path of [keyServerPath.shares, keyServerPath.deposits, keyServerPath.feed]) {
    for (const body of bodies) {
      const answer = await post(url, path, body);
      assert.equal(answer.body['code'], 'KEYSERVER_REQUEST_INVALID', `${path} ${body}`);
      assert.equal(answer.status, 400);
    }
  }
  const many = sharesOf(...Array.from({ length: 501 }, (_, at) => `k${at}`));
  assert.equal((await post(url, keyServerPath.shares, many)).status, 400);
  const large = JSON.stringify(sharesOf('a'.repeat(270_000)));
  assert.equal((await post(url, keyServerPath.shares, large)).status, 413);
  assert.equal((await post(url, '/v1/other', {})).status, 404);
});

test('a caller that harvests keys is slowed down', async (t) => {
  const trio = await readyTrio(t);
  const url = trio.addresses[0]?.baseUrl ?? '';
  const keyIds = Array.from({ length: 500 }, (_, at) => `k${at}`);
  const statuses = [];
  for (let request = 0; request < 42; request++)
    statuses.push((await post(url, keyServerPath.shares, sharesOf(...keyIds))).status);
  assert.equal(statuses[0], 200);
  assert.equal(statuses.at(-1), 429);
});

test('a database does not open under another name or master key', async (t) => {
  const trio = await readyTrio(t);
  await trio.servers[0]?.close();
  const right = join(trio.root, 'hospital.key');
  const kept = readFileSync(right);
  const wrong = Uint8Array.from(kept, (byte, at) => (at < 8 ? byte : byte ^ 1));
  writeFileSync(right, wrong);
  const reopen = () => openServer({ ...trio, name: 'hospital' });
  await assert.rejects(reopen(), { code: 'KEYSERVER_MASTER_KEY_INVALID' });
  writeFileSync(right, kept.subarray(1));
  await assert.rejects(reopen(), { code: 'KEYSERVER_MASTER_KEY_INVALID' });
  writeFileSync(right, kept);
  await (await reopen()).close();
  renameSync(join(trio.root, 'hospital'), join(trio.root, 'other'));
  await assert.rejects(openServer({ ...trio, name: 'other' }), { code: 'KEYSERVER_NOT_ADDRESSED' });
});

test('who is refused without a look at any key is on record, once and as a number', async (t) => {
  const trio = await readyTrio(t);
  const { baseUrl = '' } = trio.addresses[0] ?? {};
  for (let at = 0; at < 4; at++) {
    const headers = { 'content-type': 'application/json' };
    const body = '{"keys":[]}';
    const url = new URL(keyServerPath.shares, baseUrl);
    assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 401);
  }
  await trio.servers[0]?.close();
  const path = join(trio.root, 'hospital', 'keyserver.db');
  const db = await openSqlite<KeyServerSchema>({ path, migrations });
  const { records, problems } = await verifyAudit(db);
  assert.deepEqual([records >= 2, problems], [true, []]);
  const rows = await db.query.selectFrom('audit').select('event').orderBy('seq').execute();
  await db.close();
  const events = rows.map(({ event }) => JSON.parse(event) as Record<string, unknown>);
  const refusal = { address: '127.0.0.1', code: 'KEYSERVER_UNAUTHENTICATED' };
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'refused'),
    [
      { kind: 'refused', refusal, count: 1 },
      { kind: 'refused', refusal, count: 3 },
    ],
  );
});
