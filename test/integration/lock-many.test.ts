import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CatalogChange, FileId } from '../../src/catalog/catalog.ts';
import { openCatalog } from '../../src/catalog/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createOperatorDesk, createPolicyService } from '../../src/policy/index.ts';
import type { ReplicaId } from '../../src/storage/storage.ts';
import { products } from '../support/catalog-products.ts';
import { callerNamed } from '../support/files-bench.ts';
import { tempFolder } from '../support/temp.ts';
import { line, newDeposit, startTrio, tokenOf } from './keyserver-fixture.ts';

const [seriesCount, filesPerSeries] = [20, 500];
const policy = {
  id: 'trial',
  collection: 'trial',
  version: 1,
  entries: [
    { who: 'user:token:test#bob', rights: ['list', 'read', 'change-permissions'] as const },
  ],
};

function announced(at: number): CatalogChange {
  const instanceNames = Array.from({ length: filesPerSeries }, (_, file) => `i-${file}`);
  const names = { patientName: 'p-1', studyName: 't-1', seriesName: `s-${at}` };
  const place = { site: 'hospital-a', collection: 'trial', ...names };
  return {
    kind: 'series',
    series: { ...place, instanceNames, isHeld: true, metadata: deidentified({}) },
  };
}

/** A patient with 10,000 files that were produced, each with a key. */
async function openMany(t: TestContext) {
  const root = await tempFolder(t);
  const trio = await startTrio(t, root);
  const catalog = await openCatalog({ products, path: ':memory:' });
  t.after(() => catalog.close());
  const offer = {
    site: 'hospital-a',
    name: 'trial',
    delivery: 'sealed',
    formats: ['dcm'],
  } as const;
  const series = Array.from({ length: seriesCount }, (_, at) => announced(at));
  const changes = [{ kind: 'collection', offer } as const, ...series];
  await catalog.inbox.apply(changes.map((change, at) => ({ sequence: at + 1, change })));
  let keys = 0;
  const publish = (fileId: FileId) => {
    const keyId = `k${(keys += 1)}`;
    const replica = {
      id: String(keys).padStart(32, '0') as ReplicaId,
      storage: 'd',
      sealedSize: 1,
    };
    return catalog.versions.publish({
      fileId,
      version: {
        guid: keyId,
        number: 1,
        keyId,
        validator: keyId,
        recipientPublicKey: new Uint8Array(32),
        plaintextSize: 1,
        sha256: keyId,
        segmentDigests: new Uint8Array(32),
        receipt: 'r',
      },
      replica: { ...replica, sealedSha256: 'x', production: 'p' },
    });
  };
  for (let at = 0; at < seriesCount; at++) {
    const path = `/hospital-a/trial/p-1/t-1/s-${at}`;
    const directory = await catalog.names.resolve(path);
    assert.ok(directory?.kind === 'directory');
    const files = await catalog.names.list(directory.id, {
      after: undefined,
      limit: filesPerSeries,
    });
    for (const { id } of files) await publish(id as FileId);
  }
  const feed = trio.feed();
  await feed.append([{ kind: 'policy', policy }]);
  const policies = createPolicyService({
    catalog,
    feed,
    forKeyServers: (list) => ({ ...list, collection: 'trial' }),
    fromKeyServers: (list) => list,
    clock: systemClock,
    neverMatches: () => undefined,
    audit: async () => {},
  });
  await policies.reconcile();
  await feed.beat();
  const desk = createOperatorDesk({
    isOperator: () => true,
    applyHiding: () => Promise.resolve(0),
    locks: catalog.locks,
    dropRecalls: () => Promise.resolve(),
    policy: policies,
    feed,
    clock: systemClock,
    audit: async () => {},
  });
  return { trio, desk, keys };
}

test('10,000 files below a lock are shut at all key servers within a minute, and open again', async (t) => {
  const { trio, desk, keys } = await openMany(t);
  assert.equal(keys, seriesCount * filesPerSeries);
  const deposit = newDeposit(`k${keys}`, {
    of: { ...line, series: `s-${seriesCount - 1}`, stem: `i-${filesPerSeries - 1}` },
  });
  const servers = trio.keys();
  await servers.deposit([deposit], {});
  const { keyId, of, recipient } = deposit;
  const wanted = [{ keyId, of, recipientPublicKey: recipient.publicKey }];
  const outcome = async (): Promise<string> => {
    const fetched = await servers.fetch(wanted, tokenOf('bob'), {});
    return fetched.keys.has(deposit.keyId)
      ? 'key'
      : String(fetched.failures.get(deposit.keyId)?.code);
  };
  assert.equal(await outcome(), 'key');
  const alice = callerNamed('alice');
  const path = '/hospital-a/trial/p-1';
  const locked = await desk.lock(alice, { path, reason: 'measured' }, {});
  assert.equal(locked.spread.acknowledged.length, 3);
  assert.ok((locked.completeMs ?? Number.NaN) < 60_000);
  t.diagnostic(
    `locked: quorum after ${locked.quorumMs} ms, complete after ${locked.completeMs} ms`,
  );
  assert.equal(await outcome(), 'KEYS_FORBIDDEN');
  const unlocked = await desk.unlock(alice, path, {});
  t.diagnostic(`unlocked: quorum after ${unlocked.quorumMs} ms`);
  assert.equal(await outcome(), 'key');
});
