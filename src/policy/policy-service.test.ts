import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { newSigner } from '../../test/integration/keyserver-fixture.ts';
import { products } from '../../test/support/catalog-products.ts';
import { callerNamed } from '../../test/support/files-bench.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { PolicyEntry } from '../authz/policy.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { openCatalog } from '../catalog/index.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import { OwnFeed } from '../keys/feed/own-feed.ts';
import { type FeedSpread, namesOf, type PolicyFeed } from '../keys/index.ts';
import { openPolicyFeedStore } from './feed-store.ts';
import { policyLimits } from './limits.ts';
import { createPolicyService, type PolicyService } from './policy-service.ts';

const alice = callerNamed('alice');
const bob = callerNamed('bob');
const nameOf = (who: { readonly subject: string }): string => `user:${who.subject}`;
const holder: PolicyEntry = { who: nameOf(alice), rights: ['list', 'change-permissions'] };
const reader: PolicyEntry = { who: nameOf(bob), rights: ['list', 'read'] };
const top = '/berlin/ct';
const below = '/berlin/ct/p-1/t-1/s-1';

interface Bench {
  readonly policy: PolicyService;
  readonly catalog: Catalog;
  readonly clock: ReturnType<typeof manualClock>;
  /** Versions of the list, and what was said of places. */
  readonly sent: (number | string)[];
  readonly audited: string[];
  /** What the servers do; tests replace it. */
  spread: PolicyFeed['spread'];
  now: FeedSpread;
  entries(): Promise<readonly PolicyEntry[]>;
}

const done: FeedSpread = {
  acknowledged: ['one', 'two', 'three'],
  leaseExpired: [],
  quorum: true,
  shut: true,
  complete: true,
};

async function open(t: TestContext, entries: readonly PolicyEntry[]): Promise<Bench> {
  const clock = manualClock();
  const catalog = await openCatalog({ products, path: ':memory:', clock });
  const store = await openPolicyFeedStore(':memory:');
  t.after(() => Promise.all([catalog.close(), store.close()]));
  const offer = {
    site: 'berlin',
    name: 'ct',
    delivery: 'open',
    formats: ['dcm'],
  } as const;
  const series = {
    site: 'berlin',
    collection: 'ct',
    patientName: 'p-1',
    studyName: 't-1',
    seriesName: 's-1',
    instanceNames: ['i-1'],
    isHeld: true,
    metadata: deidentified({}),
  };
  await catalog.inbox.apply([
    { sequence: 1, change: { kind: 'collection', offer } },
    { sequence: 2, change: { kind: 'series', series } },
  ]);
  const sent: (number | string)[] = [];
  const { signer } = newSigner();
  const own = new OwnFeed({ site: 'berlin', signer, store, clock });
  const list = { id: 'berlin/ct', version: 1, collection: 'ct', entries };
  await own.append([{ kind: 'policy', policy: list }]);
  const audited: string[] = [];
  const state: Pick<Bench, 'spread' | 'now'> = { spread: () => Promise.resolve(done), now: done };
  const feed = {
    append(changes: Parameters<PolicyFeed['append']>[0]) {
      for (const change of changes) {
        if (change.kind === 'policy') sent.push(change.policy.version);
        if ('place' in change) sent.push(`${change.kind} ${namesOf(change.place).join('/')}`);
      }
      return own.append(changes);
    },
    state: () => own.state(),
    spread: (...args: Parameters<PolicyFeed['spread']>) => state.spread(...args),
    spreadNow: () => state.now,
    beat: () => Promise.resolve(),
  } as unknown as PolicyFeed; // only these are called
  const policy = createPolicyService({
    neverMatches: (who) => (who === 'group:nobody' ? 'nobody is in it' : undefined),
    catalog,
    feed,
    forKeyServers: (changed) => ({ ...changed, collection: 'ct' }),
    fromKeyServers: (told) => told,
    clock,
    audit: ({ action, path, who }) => {
      audited.push(`${action} ${path} ${who}`);
      return Promise.resolve();
    },
  });
  return Object.assign(state, {
    policy,
    catalog,
    clock,
    sent,
    audited,
    entries: async () => (await own.state()).policy('berlin/ct')?.entries ?? [],
  });
}

const grant = (bench: Bench, entry: PolicyEntry, path = top) =>
  bench.policy.grant(alice, { path, entry }, {});
const revoke = (bench: Bench, who: string, path = top) =>
  bench.policy.revoke(alice, { path, who }, {});

test('a grant replaces what the list said of the same name, and is recorded first', async (t) => {
  const bench = await open(t, [holder, reader]);
  const made = await grant(bench, { who: nameOf(bob), rights: ['list'] });
  assert.deepEqual(made.policy.entries, [holder, { who: nameOf(bob), rights: ['list'] }]);
  assert.equal(made.path, top);
  assert.deepEqual(bench.sent, [2]);
  assert.deepEqual(bench.audited, [`grant ${top} ${nameOf(bob)}`]);
});

test('a group goes with all its spellings', async (t) => {
  const spellings = ['/lab', '/lab/Role=NULL', '/lab/Role=NULL/Capability=NULL'];
  const groups = spellings.map((name) => ({ who: `group:${name}`, rights: ['read'] as const }));
  const admin = { who: 'group:/lab/Role=admin', rights: ['read'] as const };
  const bench = await open(t, [holder, ...groups, admin]);
  await revoke(bench, 'group:/lab');
  assert.deepEqual(await bench.entries(), [holder, admin]);
});

test('who may not know of a list is told that there is none', async (t) => {
  const bench = await open(t, [holder, reader]);
  const stranger = callerNamed('stranger');
  const { policy } = bench;
  for (const path of [top, below, '/berlin/none', '/', '/berlin', '', 'x', '/a'.repeat(9999)]) {
    const code = 'POLICY_NOT_FOUND';
    await assert.rejects(policy.acl(stranger, path), { code, message: code }, path);
    await assert.rejects(policy.revoke(stranger, { path, who: reader.who }, {}), { code }, path);
  }
  const forbidden = { code: 'POLICY_FORBIDDEN' };
  await assert.rejects(policy.acl(bob, top), forbidden);
  await assert.rejects(policy.grant(bob, { path: top, entry: reader }, {}), forbidden);
  assert.deepEqual(bench.audited, []);
});

test('a list is changed where it is attached, not by way of a part of it', async (t) => {
  const bench = await open(t, [holder]);
  assert.equal((await bench.policy.acl(alice, below)).path, top);
  assert.equal((await bench.policy.acl(alice, `${below}/i-1.dcm`)).path, top);
  const inherited = { code: 'POLICY_INHERITED', message: `POLICY_INHERITED: ${top}` };
  await assert.rejects(grant(bench, reader, below), inherited);
  await assert.rejects(revoke(bench, nameOf(bob), `${below}/i-1.dcm`), inherited);
  await grant(bench, reader, `${top}/`);
});

test('somebody must be able to change the list again', async (t) => {
  const bench = await open(t, [holder]);
  const refused = { code: 'POLICY_NO_HOLDER' };
  await assert.rejects(revoke(bench, nameOf(alice)), refused);
  await assert.rejects(grant(bench, { who: nameOf(alice), rights: ['list'] }), refused);
  const expiresMs = bench.clock.nowMs() + 1000;
  await grant(bench, { who: nameOf(bob), rights: ['change-permissions'], expiresMs });
  bench.clock.advance(2000);
  await assert.rejects(revoke(bench, nameOf(alice)), refused);
  await grant(bench, { who: nameOf(bob), rights: ['change-permissions'] });
  await revoke(bench, nameOf(alice));
  await assert.rejects(bench.policy.acl(alice, top), { code: 'POLICY_NOT_FOUND' });
});

test('what is no entry is refused: names, no rights, an end that is over', async (t) => {
  const bench = await open(t, [holder]);
  const nowMs = bench.clock.nowMs();
  const bad: Partial<PolicyEntry>[] = [
    { who: '' },
    { who: 'bob' },
    { who: 'user:' },
    { who: 'user: bob' },
    { who: 'user:b\nob' },
    { who: `user:${'b'.repeat(600)}` },
    { who: 'authenticated ' },
    { rights: [] },
    { expiresMs: nowMs },
    { expiresMs: nowMs - 1 },
    { expiresMs: Number.NaN },
    { expiresMs: nowMs + 0.5 },
  ];
  for (const part of bad) {
    const attempt = grant(bench, { ...reader, ...part });
    await assert.rejects(attempt, { code: 'POLICY_INVALID' }, JSON.stringify(part));
  }
  await assert.rejects(revoke(bench, 'nobody'), { code: 'POLICY_INVALID' });
  assert.deepEqual(bench.sent, []);
});

test('changes at once are all made, one after the other', async (t) => {
  const bench = await open(t, [holder]);
  const names = Array.from({ length: 20 }, (_, index) => `user:u${index}`);
  await Promise.all(names.map((who) => grant(bench, { who, rights: ['list'] })));
  await Promise.all(names.slice(0, 10).map((who) => revoke(bench, who)));
  assert.deepEqual(
    (await bench.entries()).map(({ who }) => who),
    [holder.who, ...names.slice(10)],
  );
  assert.deepEqual(
    bench.sent,
    Array.from({ length: 30 }, (_, index) => index + 2),
  );
});

test('a list has an end', async (t) => {
  const full = Array.from({ length: policyLimits.entriesMax - 1 }, (_, index) => ({
    who: `user:u${index}`,
    rights: ['list'] as const,
  }));
  const bench = await open(t, [holder, ...full]);
  await assert.rejects(grant(bench, reader), { code: 'POLICY_TOO_LARGE' });
});

/** Waits until it is told to stop, as for servers that are down. */
const silent: PolicyFeed['spread'] = (_position, { signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

test('without a quorum a revocation is never complete: nobody gets a share, when the leases ran out', async (t) => {
  const bench = await open(t, [holder, reader]);
  bench.spread = (position, options) =>
    options.until === 'complete' ? Promise.resolve(done) : silent(position, options);
  bench.now = { ...done, acknowledged: [], quorum: false, complete: false };
  const made = await revoke(bench, nameOf(bob));
  assert.deepEqual([made.quorumMs, made.completeMs], [undefined, undefined]);
  assert.notEqual(made.shutMs, undefined);
});

test('a change does not wait for ever, nor for somebody who left', async (t) => {
  const bench = await open(t, [holder]);
  bench.spread = silent;
  const granting = grant(bench, reader);
  while (bench.clock.pending() === 0) await new Promise(setImmediate);
  bench.clock.advance(policyLimits.quorumWaitMs);
  assert.equal((await granting).quorumMs, undefined);
  const gone = new AbortController();
  const change = { path: top, who: nameOf(bob) };
  const revoking = bench.policy.revoke(alice, change, { signal: gone.signal });
  const left = assert.rejects(revoking, /left/);
  while (bench.clock.pending() === 0) await new Promise(setImmediate);
  gone.abort(new Error('left'));
  await left;
  // Made all the same: a revocation is not undone because its maker went home.
  assert.deepEqual(await bench.entries(), [holder]);
  assert.equal(bench.clock.pending(), 0);
});

test('what a crash kept from the servers is sent at the next start', async (t) => {
  const bench = await open(t, [holder]);
  await bench.catalog.locks.set({ path: top, reason: 'test', by: 'test' });
  await bench.policy.reconcile();
  await bench.policy.reconcile();
  assert.deepEqual(bench.sent, ['locked ct']);
});

test('a hidden collection is shut at the key servers, until it is shown', async (t) => {
  const bench = await open(t, [holder]);
  await bench.policy.reconcile();
  const { inbox } = bench.catalog;
  const hidden = { kind: 'collection-hidden', site: 'berlin', collection: 'ct' } as const;
  await inbox.apply([{ sequence: 3, change: hidden }]);
  await bench.policy.reconcile();
  await bench.policy.reconcile();
  assert.deepEqual(bench.sent, ['hidden ct']);
  await assert.rejects(grant(bench, reader), { code: 'POLICY_NOT_FOUND' });
  const offer = { site: 'berlin', name: 'ct', delivery: 'open', formats: [] };
  const change = { kind: 'collection', offer } as never; // reason: literal types of a test
  await inbox.apply([{ sequence: 4, change }]);
  await bench.policy.reconcile();
  assert.deepEqual(bench.sent, ['hidden ct', 'shown ct']);
});

test('the list of a locked collection can be mended, and reaches the key servers under the lock', async (t) => {
  const bench = await open(t, [holder, reader]);
  await bench.policy.reconcile();
  const { locks } = bench.catalog;
  await locks.set({ path: top, reason: 'test', by: 'test' });
  await bench.policy.reconcile();
  assert.deepEqual(bench.sent, ['locked ct']);
  await assert.rejects(revoke(bench, nameOf(bob), below), { code: 'POLICY_INHERITED' });
  await revoke(bench, nameOf(bob));
  await bench.policy.reconcile();
  assert.deepEqual(await bench.entries(), [holder]);
  assert.deepEqual(bench.sent, ['locked ct', 2]);
  await locks.clear(top);
  await bench.policy.reconcile();
  assert.deepEqual(bench.sent, ['locked ct', 2, 'unlocked ct']);
});

test('a grant to whom nobody can be is refused, and can still be revoked', async (t) => {
  const bench = await open(t, [holder, { who: 'group:nobody', rights: ['read'] }]);
  await assert.rejects(grant(bench, { who: 'group:nobody', rights: ['list'] }), {
    message: 'POLICY_INVALID: nobody is in it',
  });
  await revoke(bench, 'group:nobody');
  assert.deepEqual(await bench.entries(), [holder]);
});
