import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import {
  auditStart,
  covers,
  createPolicyFeed,
  type FeedAck,
  type FeedChange,
  type FeedServer,
  feedReadHeader,
  type KeyLine,
  keyServerPath,
  type Place,
  signFeedAck,
  signFeedRead,
  verifyFeedAck,
  verifyFeedEntry,
} from '../../src/keys/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { MdmError } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { pinKeys, type Signer } from '../../src/seal/index.ts';
import { tempFolder } from '../support/temp.ts';
import {
  FakeClock,
  feedServerOf,
  line,
  memoryFeedStore,
  newDeposit,
  newSigner,
  openServer,
  putTrial,
  sharesOf,
  site,
  startTrio,
  type Trio,
  tokenOf,
} from './keyserver-fixture.ts';

const alice = 'user:token:test#alice';
const reason = 'test';

async function readyTrio(t: TestContext, clock?: FakeClock): Promise<Trio> {
  const trio = await startTrio(t, await tempFolder(t), clock);
  const feed = trio.feed();
  await feed.append(putTrial(1, alice));
  await feed.beat();
  return trio;
}

const wanted = (deposit: ReturnType<typeof newDeposit>) => ({
  keyId: deposit.keyId,
  of: deposit.of,
  recipientPublicKey: deposit.recipient.publicKey,
});

/** Which of the deposited keys alice gets. */
async function givenOf(
  trio: Trio,
  deposits: readonly ReturnType<typeof newDeposit>[],
  addresses?: readonly FeedServer[],
): Promise<readonly string[]> {
  const { keys } = await trio.keys(addresses).fetch(deposits.map(wanted), tokenOf('alice'), {});
  return deposits.map(({ keyId }) => keyId).filter((keyId) => keys.has(keyId));
}

async function refusal(deposit: Promise<unknown>): Promise<unknown> {
  const error = (await deposit.then(
    () => undefined,
    (failure: unknown) => failure,
  )) as MdmError;
  return error?.context['reason'];
}

const lines: readonly KeyLine[] = [
  line,
  { ...line, stem: 'i-2' },
  { ...line, stem: 'v-1' },
  { ...line, stem: 'volume' },
  { ...line, series: 's-2' },
  { ...line, subject: 'p-2' },
  { ...line, collection: 'other' },
];

test('a destroyed place loses all its shares at once, takes none any more, and nothing beside it is lost', async (t) => {
  const trio = await readyTrio(t);
  const feed = trio.feed();
  await feed.append([{ kind: 'policy', policy: { ...trialOf('other'), id: 'other' } }]);
  const { collection, subject, study, series } = line;
  const places: readonly Place[] = [
    { ...line, stem: 'v-1' },
    { ...line, stem: 'i-1' },
    { collection, subject, study, series },
    { collection, subject },
    { collection },
  ];
  const keysOf = (round: number) =>
    lines.map((of, at) => newDeposit(`k-${round}-${at}`, { of, policyId: of.collection }));
  const deposits = keysOf(0);
  await trio.keys().deposit(deposits, {});
  for (const [round, place] of places.entries()) {
    const position = await feed.append([{ kind: 'destroyed', place, reason }]);
    const spread = await feed.spread(position, { until: 'complete' });
    assert.equal(spread.acknowledged.length, 3);
    const dead = (of: KeyLine): boolean =>
      places.slice(0, round + 1).some((one) => covers(one, of));
    const left = deposits.filter(({ of }) => !dead(of)).map(({ keyId }) => keyId);
    assert.deepEqual(await givenOf(trio, deposits), left);
    for (const deposit of keysOf(round + 1)) {
      const answer = await refusal(trio.keys().deposit([deposit], {}));
      assert.equal(answer, dead(deposit.of) ? 'KEYSERVER_KEY_DESTROYED' : undefined);
    }
  }
});

function trialOf(collection: string) {
  return { version: 1, collection, entries: [{ who: alice, rights: ['read'] as const }] };
}

test('under a hold destroying only hides; the shares go when it is lifted', async (t) => {
  const trio = await readyTrio(t);
  const feed = trio.feed();
  const { stem: _stem, ...series } = line;
  const deposits = [newDeposit('held'), newDeposit('beside', { of: { ...line, series: 's-2' } })];
  await trio.keys().deposit([...deposits, newDeposit('key')], {});
  const tell = async (changes: readonly FeedChange[]): Promise<void> => {
    await feed.spread(await feed.append(changes), { until: 'complete' });
  };
  const whole = { collection: line.collection };
  await tell([{ kind: 'hold', place: series, reason }]);
  await tell([
    { kind: 'destroyed', place: whole, reason },
    { kind: 'tombstone', keyId: 'key' },
  ]);
  assert.deepEqual(await givenOf(trio, deposits), []);
  assert.equal(
    await refusal(trio.keys().deposit([newDeposit('k')], {})),
    'KEYSERVER_KEY_DESTROYED',
  );
  const left = async (): Promise<readonly unknown[]> => keysInFile(trio, 'hospital');
  assert.deepEqual(await left(), ['held', 'key']);
  await tell([{ kind: 'hold-lifted', place: series, reason }]);
  assert.deepEqual(await left(), []);
});

async function keysInFile(trio: Trio, name: string): Promise<readonly unknown[]> {
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(`${trio.root}/${name}/keyserver.db`, { readonly: true });
  try {
    return db.prepare('SELECT key_id FROM share ORDER BY key_id').pluck().all();
  } finally {
    db.close();
  }
}

test('what a retired producer signs is taken no more', async (t) => {
  const trio = await readyTrio(t);
  const feed = trio.feed();
  await trio.keys().deposit([newDeposit('before')], {});
  await feed.append([{ kind: 'producer-retired', keyId: trio.producer.keyId }]);
  await feed.beat();
  const answer = await refusal(trio.keys().deposit([newDeposit('after')], {}));
  assert.equal(answer, 'KEYSERVER_PRODUCER_RETIRED');
  assert.deepEqual(await givenOf(trio, [newDeposit('before')]), []);
});

test('a server leaves a branch that was given up, answers nobody meanwhile, and destroyed stays destroyed', async (t) => {
  const trio = await readyTrio(t);
  const tools = { random: systemRandom, log: silentLog };
  const common = { ...trio, ...tools, threshold: 2, site, signer: trio.gateway };
  const deposits = [newDeposit('dead'), newDeposit('kept', { of: { ...line, series: 's-2' } })];
  await trio.keys().deposit(deposits, {});
  // One server alone hears of an entry, then the gateway is restored from before it.
  const restored = memoryFeedStore();
  restored.statements.push(...trio.store.statements);
  const nobody = { baseUrl: 'http://127.0.0.1:9' };
  const alone = [
    ...trio.addresses.slice(0, 1),
    { ...feedServerOf({ ...trio, name: 'x' }, ''), ...nobody },
  ];
  const lost = trio.feed(alone);
  const { stem: _stem, ...series } = line;
  await lost.append([{ kind: 'destroyed', place: series, reason }]);
  await lost.append(putTrial(2));
  await lost.beat();
  const states = async (): Promise<readonly (number | undefined)[]> =>
    (await trio.keys().status({})).map((one) => (one.reachable ? one.status.seq : undefined));
  assert.deepEqual(await states(), [3, 1, 1]);
  const feed = createPolicyFeed({ ...common, store: restored, servers: trio.addresses });
  t.after(() => feed.close());
  const forked = await feed.append(putTrial(2, alice, 'user:token:test#bob'));
  await feed.beat();
  assert.deepEqual(await states(), [3, 2, 2]);
  assert.deepEqual(feed.spreadNow(forked).acknowledged, ['office', 'infrastructure']);
  // What the branch holds is given up by number and digest; half of it is not enough.
  const [, ...branch] = trio.store.statements;
  const entries = await Promise.all(branch.map((one) => verifyFeedEntry(one, trio.feedKeys)));
  const [second, third] = entries.map(
    ({ entry: { seq }, digest }): FeedChange => ({ kind: 'given-up', seq, digest }),
  );
  assert.ok(second !== undefined && third !== undefined);
  await feed.append([second]);
  await feed.beat();
  assert.deepEqual(await states(), [3, 3, 3]);
  const url = trio.addresses[0]?.baseUrl ?? '';
  const half = feed.spreadNow(await feed.append([{ kind: 'unbanned', who: 'user:nobody' }]));
  assert.ok(!half.acknowledged.includes('hospital'));
  const repaired = await feed.append([third]);
  // The proof alone ends its lease: it knows that it does not know the newest policies.
  const proof = restored.statements.slice(2);
  const answer = await post(url, keyServerPath.feed, { entries: proof, ...nothing });
  assert.deepEqual([answer.status, answer.body['code']], [409, 'KEYSERVER_FEED_GAP']);
  assert.deepEqual(answer.body['position'], await positionOf(trio, 1));
  const shares = await post(url, keyServerPath.shares, sharesOf('kept'));
  assert.equal(shares.body['code'], 'KEYSERVER_LEASE_EXPIRED');
  assert.equal(
    await refusal(trio.keys().deposit([newDeposit('again')], {})),
    undefined,
    'the others never heard that it is destroyed, and are enough',
  );
  const spread = await feed.spread(repaired, { until: 'complete' });
  assert.equal(spread.acknowledged.length, 3);
  assert.deepEqual(await givenOf(trio, deposits), ['dead', 'kept']);
  for (const restart of [false, true]) {
    if (restart) await restartFirst(trio);
    await trio
      .feed(trio.addresses)
      .beat()
      .catch(() => {});
    assert.deepEqual(await keysInFile(trio, 'hospital'), ['kept'], 'no deposit came back');
  }
});

const nothing = { heartbeat: null, confirm: null, anchor: null };

async function restartFirst(trio: Trio): Promise<void> {
  await trio.servers[0]?.close();
  const server = await openServer({ ...trio, name: 'hospital' });
  trio.servers.push(server);
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  trio.addresses[0] = feedServerOf({ ...trio, name: 'hospital' }, baseUrl);
  const late = newDeposit('late');
  await trio.keys().deposit([late], {});
}

async function positionOf(trio: Trio, seq: number) {
  const statement = trio.store.statements[seq - 1] ?? '';
  return { seq, digest: (await verifyFeedEntry(statement, trio.feedKeys)).digest };
}

async function post(baseUrl: string, path: string, body: unknown) {
  const response = await fetch(new URL(path, baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer alice' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('entries are read by who writes the feed, signed for this server, number and minute', async (t) => {
  const clock = new FakeClock();
  const trio = await readyTrio(t, clock);
  const feed = trio.feed();
  await feed.append(putTrial(2));
  await feed.append(putTrial(3));
  await feed.beat();
  const url = trio.addresses[0]?.baseUrl ?? '';
  const read = async (after: number, signature?: string) => {
    const headers = signature === undefined ? {} : { [feedReadHeader]: signature };
    const answer = await fetch(`${url}${keyServerPath.feed}?after=${after}`, { headers });
    const body = (await answer.json()) as { entries?: unknown; code?: unknown };
    return [answer.status, body.entries ?? body.code];
  };
  const sign = (fields: object, signer: Signer = trio.gateway) => {
    const good = { server: 'hospital', after: 1, timeMs: clock.nowMs(), nonce: 'n1' };
    return signFeedRead({ ...good, ...fields }, signer);
  };
  assert.deepEqual(await read(1, await sign({})), [200, trio.store.statements.slice(1)]);
  assert.deepEqual(await read(3, await sign({ after: 3 })), [200, []]);
  assert.deepEqual(await read(1), [401, 'KEYSERVER_UNAUTHENTICATED']);
  const refused = [403, 'KEYSERVER_NOT_ADDRESSED'];
  assert.deepEqual(await read(0, await sign({})), refused);
  assert.deepEqual(await read(1, await sign({ server: 'office' })), refused);
  const unknown = [403, 'KEYSERVER_SIGNER_UNKNOWN'];
  assert.deepEqual(await read(1, await sign({}, trio.producer)), unknown);
  for (const timeMs of [clock.nowMs() - 60_001, clock.nowMs() + 60_001])
    assert.deepEqual(await read(1, await sign({ timeMs })), [401, 'KEYSERVER_READ_STALE']);
});

test('the word of a server names the entry asked for, and is kept', async (t) => {
  const trio = await readyTrio(t);
  const feed = trio.feed();
  const position = await feed.append(putTrial(2));
  await feed.append(putTrial(3));
  await feed.spread(position, { until: 'complete' });
  const acks = await trio.store.acksOf(position.seq);
  assert.deepEqual(
    acks.map(({ server }) => server).toSorted(),
    trio.addresses.map(({ name }) => name).toSorted(),
  );
  for (const { server, statement } of acks) {
    const key = trio.addresses.find(({ name }) => name === server)?.signingKey;
    const ack = await verifyFeedAck(statement, pinKeys(key === undefined ? [] : [key]));
    assert.deepEqual([ack.server, ack.site, ack.confirmed], [server, site, position]);
    assert.ok(ack.audit.count > 0);
  }
});

test('what a server says is believed by its signature, name, site and chain, and by nothing else', async (t) => {
  const trio = await readyTrio(t);
  const [first] = trio.addresses;
  assert.ok(first !== undefined);
  const own = newSigner();
  const [signingKey] = own.pinned.values();
  assert.ok(signingKey !== undefined);
  const lies: Readonly<
    Record<string, (ack: Omit<FeedAck, 'format' | 'formatVersion'>) => Promise<string>>
  > = {
    'another signer': (ack) => signFeedAck(ack, newSigner().signer),
    'another server': (ack) => signFeedAck({ ...ack, server: 'office' }, own.signer),
    'another site': (ack) => signFeedAck({ ...ack, site: 'other' }, own.signer),
    'another chain': (ack) => signFeedAck({ ...ack, digest: 'f'.repeat(64) }, own.signer),
    'a later entry': (ack) => signFeedAck({ ...ack, seq: ack.seq + 1 }, own.signer),
    'an older entry': async (ack) => {
      const older = await positionOf(trio, 1);
      return signFeedAck({ ...ack, ...older, confirmed: older }, own.signer);
    },
    'no statement': () => Promise.resolve('a.b.c'),
  };
  let lie = lies['no statement'];
  const liar = createServer((request, response) => {
    void (async () => {
      const { url = '', method } = request;
      response.setHeader('content-type', 'application/json');
      if (method === 'GET') {
        response.end(JSON.stringify(await (await fetch(new URL(url, first.baseUrl))).json()));
        return;
      }
      const { confirm } = JSON.parse(await text(request)) as { confirm: number | null };
      const head = trio.store.statements.length;
      const position = await positionOf(trio, head);
      const confirmed = confirm === null ? null : await positionOf(trio, confirm);
      const said = {
        server: 'liar',
        site,
        audit: auditStart,
        accepted: null,
        timeMs: systemClock.nowMs(),
      };
      const ack = await lie?.({ ...said, ...position, confirmed });
      response.end(JSON.stringify({ ack, anchor: null }));
    })();
  });
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    liar.closeAllConnections();
    liar.close();
  });
  const { port } = liar.address() as { port: number };
  const servers = [{ name: 'liar', baseUrl: `http://127.0.0.1:${port}`, signingKey }, first];
  for (const [name, told] of Object.entries(lies)) {
    lie = told;
    const feed = trio.feed(servers);
    const position = await feed.append(putTrial(2, alice));
    await feed.beat();
    assert.deepEqual(feed.spreadNow(position).acknowledged, ['hospital'], name);
    lie = (ack) => signFeedAck(ack, own.signer);
    await feed.beat();
    assert.deepEqual(feed.spreadNow(position).acknowledged, ['liar', 'hospital'], name);
    await feed.close();
  }
});

test('leases that ran out alone make nothing complete: a quorum must keep it', async (t) => {
  const clock = new FakeClock();
  const trio = await readyTrio(t, clock);
  await trio.servers[1]?.close();
  await trio.servers[2]?.close();
  const feed = trio.feed();
  const position = await feed.append(putTrial(2));
  await feed.beat();
  const soon = feed.spreadNow(position);
  assert.deepEqual([soon.quorum, soon.shut, soon.complete], [false, false, false]);
  clock.advance(60_000);
  const later = feed.spreadNow(position);
  assert.deepEqual([later.quorum, later.shut, later.complete], [false, true, false]);
  assert.deepEqual(later.leaseExpired, ['office', 'infrastructure']);
});
