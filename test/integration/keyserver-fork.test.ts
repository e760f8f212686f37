/** Two gateways that signed one feed, as after a restore: one history goes on, and nothing taken is given again. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  createPolicyFeed,
  type FeedChange,
  type FeedServer,
  type FeedStore,
  type PolicyFeedOptions,
  repairPolicyFeed,
} from '../../src/keys/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { tempFolder } from '../support/temp.ts';
import {
  destroyed,
  line,
  memoryFeedStore,
  newDeposit,
  putTrial,
  site,
  startTrio,
  type Trio,
  tokenOf,
} from './keyserver-fixture.ts';

const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => `user:token:test#${name}`);
const reason = 'test';
const { stem: _stem, ...series } = line;
type Change = readonly FeedChange[];

interface Fork {
  readonly trio: Trio;
  options(store: FeedStore): PolicyFeedOptions;
  /** What one of the two gateways keeps, which both began with. */
  copy(): ReturnType<typeof memoryFeedStore>;
  /** Sign these as the gateway with that store, and bring them to some servers alone. */
  tell(store: FeedStore, changes: readonly Change[], servers: readonly number[]): Promise<void>;
  /** How far each server is. */
  heads(): Promise<readonly (number | undefined)[]>;
  given(caller: string): Promise<readonly string[]>;
}

const deposits = ['k1', 'k2'].map((keyId, at) =>
  newDeposit(keyId, { of: { ...line, series: `s-${at + 1}` } }),
);

async function openFork(t: TestContext): Promise<Fork> {
  const trio = await startTrio(t, await tempFolder(t));
  await trio.feed().append(putTrial(1, alice ?? '', bob ?? ''));
  await trio.feed().beat();
  await trio.keys().deposit(deposits, {});
  const nobody = (server: FeedServer): FeedServer => ({ ...server, baseUrl: 'http://127.0.0.1:9' });
  const options = (store: FeedStore, servers: readonly FeedServer[] = trio.addresses) => ({
    site,
    signer: trio.gateway,
    store,
    servers,
    threshold: 2,
    clock: trio.clock,
    random: systemRandom,
    log: silentLog,
  });
  return {
    trio,
    options,
    copy() {
      const store = memoryFeedStore();
      store.statements.push(...trio.store.statements);
      return store;
    },
    async tell(store, changes, servers) {
      const addresses = trio.addresses.map((server, at) => {
        const away = { ...nobody(server), baseUrl: `http://127.0.0.1:${at + 1}` };
        return servers.includes(at) ? server : away;
      });
      const feed = createPolicyFeed(options(store, addresses));
      for (const change of changes) await feed.append(change);
      await feed.beat();
      await feed.close();
    },
    async heads() {
      const reports = await trio.keys().status({});
      return reports.map((report) => (report.reachable ? report.status.seq : undefined));
    },
    async given(caller) {
      const wanted = deposits.map(({ keyId, of, recipient }) => ({
        keyId,
        of,
        recipientPublicKey: recipient.publicKey,
      }));
      const { keys } = await trio.keys().fetch(wanted, tokenOf(caller), {});
      return [...keys.keys()].toSorted();
    },
  };
}

test('what one server alone had is given up: what it took goes on, what it gave is named', async (t) => {
  const fork = await openFork(t);
  const [lost, restored] = [fork.copy(), fork.copy()];
  const taken: Change[] = [
    [{ kind: 'destroyed', place: series, reason }],
    // bob is taken away, carol comes.
    putTrial(2, alice ?? '', carol ?? ''),
    [{ kind: 'shown', place: { collection: 'other' }, reason }],
  ];
  await fork.tell(lost, taken, [0]);
  await fork.tell(restored, [putTrial(2, alice ?? '', bob ?? '', 'group:/vo')], [1, 2]);
  assert.deepEqual(await fork.heads(), [4, 2, 2]);
  const repaired = await repairPolicyFeed(fork.options(restored));
  assert.deepEqual(
    repaired.givenUp.map(({ seq, servers }) => [seq, servers]),
    [2, 3, 4].map((seq) => [seq, ['hospital']]),
  );
  assert.deepEqual(repaired.lost, ['shown other', `trial: ${carol}: read`]);
  assert.equal(repaired.followedBy.length, 3);
  assert.deepEqual(await fork.heads(), Array(3).fill(repaired.position.seq));
  assert.deepEqual(await fork.given('alice'), ['k2']);
  assert.deepEqual(await fork.given('bob'), []);
  assert.deepEqual(await fork.given('carol'), []);
  assert.deepEqual(await fork.given('dave,/vo'), ['k2']);
  // Again there is nothing to do.
  const again = await repairPolicyFeed(fork.options(restored));
  assert.deepEqual([again.givenUp, again.position], [[], repaired.position]);
});

test('what a quorum holds goes on, also where this gateway has another history', async (t) => {
  const fork = await openFork(t);
  const [other, own] = [fork.copy(), fork.copy()];
  await fork.tell(other, [putTrial(2, alice ?? '', bob ?? '')], [1, 2]);
  await fork.tell(own, [destroyed('k2'), [{ kind: 'locked', place: series, reason }], []], [0]);
  const repaired = await repairPolicyFeed(fork.options(own));
  assert.deepEqual(repaired.lost, []);
  assert.equal(own.statements[1], other.statements[1]);
  assert.equal(repaired.followedBy.length, 3);
  assert.deepEqual(await fork.given('bob'), [], 'k1 is locked, k2 is gone');
});

test('a gateway whose entries no server has gives up its own', async (t) => {
  const fork = await openFork(t);
  const [other, own] = [fork.copy(), fork.copy()];
  await fork.tell(own, [[{ kind: 'banned', who: bob ?? '' }]], []);
  await fork.tell(other, [putTrial(2, alice ?? '', bob ?? ''), putTrial(3, bob ?? '')], [0, 1, 2]);
  const repaired = await repairPolicyFeed(fork.options(own));
  assert.deepEqual(
    repaired.givenUp.map(({ seq, servers }) => [seq, servers]),
    [[2, []]],
  );
  assert.deepEqual([await fork.given('alice'), await fork.given('bob')], [[], []]);
});

test('nothing is given up that servers who are silent may have made a quorum of', async (t) => {
  const fork = await openFork(t);
  const [other, own] = [fork.copy(), fork.copy()];
  await fork.tell(other, [putTrial(2)], [0, 1]);
  await fork.tell(own, [putTrial(2, alice ?? ''), putTrial(3, alice ?? '')], [2]);
  await fork.trio.servers[1]?.close();
  const attempt = repairPolicyFeed(fork.options(own));
  await assert.rejects(attempt, { code: 'KEYS_FEED_FORKED', message: /office/ });
  assert.equal(own.statements.length, 3);
});
