/** Gateway and key servers anchor the ends of their audit records at each other. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import {
  AnchorFile,
  type Audit,
  type AuditHead,
  acceptAudit,
  acceptedGaps,
  goesThrough,
  openAudit,
} from '../../src/audit/index.ts';
import {
  createPolicyFeed,
  type FeedServer,
  keyServerPath,
  RecordAnchors,
} from '../../src/keys/index.ts';
import { signHeartbeat } from '../../src/keys/wire/heartbeat.ts';
import { acceptRecord } from '../../src/keyserver/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { tellGaps } from '../../src/node/gateway/open-record-anchors.ts';
import { tempFolder } from '../support/temp.ts';
import {
  feedServerOf,
  newSigner,
  openServer,
  putTrial,
  site,
  startTrio,
  type Trio,
} from './keyserver-fixture.ts';

const accepting = { by: 'local:op', reason: 'restored' };

/** One life of a gateway: its record, and the feed that tells of it. */
async function startGateway(t: TestContext, trio: Trio, addresses = trio.addresses) {
  const data = join(trio.root, 'gateway');
  const places = { path: join(data, 'audit'), headFile: join(data, 'keys', 'head') };
  const file = await AnchorFile.open(join(data, 'keys', 'anchors'));
  const audit = await openAudit({ ...places, anchors: file.missed });
  const accepted = await acceptedGaps(places.path);
  const missed: AuditHead[] = [];
  const anchors = new RecordAnchors({
    site,
    file,
    own: {
      head: () => audit.head,
      goesThrough: (head) => goesThrough(places.path, head),
      accepted: () => accepted,
    },
    pinned: trio.feedKeys,
    log: silentLog,
    onMissed: (head) => missed.push(head),
  });
  const feed = createPolicyFeed({
    site,
    signer: trio.gateway,
    store: trio.store,
    servers: addresses,
    threshold: 2,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    anchors,
  });
  const stop = async (): Promise<void> => {
    await feed.close();
    await audit.close();
  };
  t.after(stop);
  return { data, audit, feed, anchors, missed, stop };
}

async function record(audit: Audit, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1)
    await audit.record({ action: 'read', subject: 'x', outcome: 'success' });
}

const acceptGateway = async (data: string) => {
  const file = await AnchorFile.open(join(data, 'keys', 'anchors'));
  const places = { path: join(data, 'audit'), headFile: join(data, 'keys', 'head') };
  const gap = await acceptAudit({ ...places, ...accepting, anchors: file.missed });
  await file.forgetMissed();
  return gap;
};

/** Whether a server would answer. */
async function hasLease({ baseUrl }: FeedServer): Promise<boolean> {
  const answer = (await (await fetch(`${baseUrl}/status`)).json()) as { leaseRemainingMs: number };
  return answer.leaseRemainingMs > 0;
}

const name = 'hospital';
const loopback = { host: '127.0.0.1', port: 0 };

const placesOf = ({ root }: Trio) => ({
  folder: join(root, name),
  masterKeyFile: join(root, `${name}.key`),
});

/** Stop the first server and copy all of it; what is returned puts that back. */
async function backupOf(trio: Trio): Promise<() => Promise<void>> {
  const { folder, masterKeyFile } = placesOf(trio);
  const files = [folder, `${masterKeyFile}.audit-head`, `${masterKeyFile}.anchors`];
  for (const file of files) cpSync(file, `${file}.backup`, { recursive: true });
  return async () => {
    await trio.servers[0]?.close();
    for (const file of files) {
      rmSync(file, { recursive: true });
      cpSync(`${file}.backup`, file, { recursive: true });
    }
  };
}

/** The same servers, of which only some answer. */
function onlyReached(trio: Trio, reached: (server: string) => boolean): FeedServer[] {
  return trio.addresses.map((server, at) =>
    reached(server.name) ? server : { ...server, baseUrl: `http://127.0.0.1:${at + 1}` },
  );
}

type Json = Record<string, unknown>;

/** Before a server, at the only path that the feed goes to; gives where it listens. */
async function relay(
  t: TestContext,
  to: string,
  change: { readonly question?: Json; readonly answer?: Json },
): Promise<string> {
  const between = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '' } = request;
      const asked = method === 'POST' ? (JSON.parse(await text(request)) as Json) : undefined;
      const given = await fetch(to + url, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(asked === undefined ? {} : { body: JSON.stringify({ ...asked, ...change.question }) }),
      });
      const answer = (await given.json()) as Json;
      const changed = 'ack' in answer ? { ...answer, ...change.answer } : answer;
      response.writeHead(given.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(changed));
    })();
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    between.closeAllConnections();
    between.close();
  });
  return `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
}

/** The heartbeat that a server keeps. */
async function anchorOf({ baseUrl }: FeedServer): Promise<string> {
  const response = await fetch(baseUrl + keyServerPath.feed, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ entries: [], heartbeat: null, confirm: null, anchor: null }),
  });
  const { anchor } = (await response.json()) as { anchor: string | null };
  return anchor ?? assert.fail('none is kept');
}

test('a gateway restored with all that it keeps itself is told by any key server', async (t) => {
  const trio = await startTrio(t, await tempFolder(t));
  const first = await startGateway(t, trio);
  await first.feed.append(putTrial(1));
  await record(first.audit, 5);
  await first.feed.beat();
  await first.stop();
  const backup = join(trio.root, 'backup');
  cpSync(first.data, backup, { recursive: true });
  const second = await startGateway(t, trio);
  await record(second.audit, 5);
  await second.feed.beat();
  assert.deepEqual(second.missed, []);
  await second.stop();

  rmSync(first.data, { recursive: true });
  cpSync(backup, first.data, { recursive: true });
  const restored = await startGateway(t, trio);
  await restored.feed.beat();
  assert.deepEqual(
    restored.missed.map(({ count }) => count),
    [10, 10, 10],
  );
  await restored.stop();
  // What was shown is kept: the next start needs no server to know it.
  await assert.rejects(startGateway(t, trio), { code: 'AUDIT_DAMAGED' });
  const gap = await acceptGateway(first.data);
  assert.deepEqual([gap?.record, gap?.from.count, gap?.after[0]?.count], [11, 10, 5]);

  const accepted = await startGateway(t, trio);
  await tellGaps(accepted.anchors, accepted.feed);
  await accepted.feed.beat();
  assert.deepEqual(accepted.missed, []);
  for (const address of trio.addresses) assert.equal(await hasLease(address), true);
  const { gaps } = await accepted.feed.state();
  assert.deepEqual(
    gaps.map(({ server, reason, gap: { found, expected } }) => [
      server,
      reason,
      found.count,
      expected.count,
    ]),
    [[null, 'restored', 5, 10]],
  );
  await tellGaps(accepted.anchors, accepted.feed);
  assert.equal((await accepted.feed.state()).gaps.length, 1, 'it is told once');
});

test('a server that was away when a gap was accepted has nothing more to say of it', async (t) => {
  const trio = await startTrio(t, await tempFolder(t));
  const first = await startGateway(t, trio);
  await first.feed.append(putTrial(1));
  await record(first.audit, 5);
  await first.feed.beat();
  const backup = join(trio.root, 'backup');
  cpSync(first.data, backup, { recursive: true });
  await record(first.audit, 2);
  await first.feed.beat();
  await first.stop();
  // One of them hears of the very end, and is then away.
  const alone = await startGateway(
    t,
    trio,
    onlyReached(trio, (server) => server === name),
  );
  await record(alone.audit, 5);
  await alone.feed.beat();
  await alone.stop();
  rmSync(first.data, { recursive: true });
  cpSync(backup, first.data, { recursive: true });
  const others = onlyReached(trio, (server) => server !== name);
  const restored = await startGateway(t, trio, others);
  await restored.feed.beat();
  assert.deepEqual(
    restored.missed.map(({ count }) => count),
    [7, 7],
  );
  await restored.stop();
  await acceptGateway(first.data);
  const accepted = await startGateway(t, trio);
  await tellGaps(accepted.anchors, accepted.feed);
  await accepted.feed.beat();
  assert.deepEqual(accepted.missed, []);
  for (const address of trio.addresses) assert.equal(await hasLease(address), true);
});

test('a key server restored with all that it keeps itself is told by the gateway', async (t) => {
  const trio = await startTrio(t, await tempFolder(t));
  const gateway = await startGateway(t, trio);
  await gateway.feed.append(putTrial(1));
  await gateway.feed.beat();
  const restore = await backupOf(trio);
  await gateway.feed.append(putTrial(2));
  await gateway.feed.append(putTrial(3));
  await gateway.feed.beat();
  await restore();
  const server = await openServer({ ...trio, name });
  const address = feedServerOf({ root: trio.root, name }, await server.listen(loopback));
  await gateway.stop();
  const again = await startGateway(t, trio, [address, ...trio.addresses.slice(1)]);
  await again.feed.beat();
  assert.equal(await hasLease(address), false, 'it gives no shares');
  await server.close();
  await assert.rejects(openServer({ ...trio, name }), { code: 'AUDIT_DAMAGED' });

  const gap = await acceptRecord(placesOf(trio), { clock: systemClock, ...accepting });
  assert.ok(gap);
  const mended = await openServer({ ...trio, name });
  t.after(() => mended.close());
  const anew = feedServerOf({ root: trio.root, name }, await mended.listen(loopback));
  await again.stop();
  const last = await startGateway(t, trio, [anew, ...trio.addresses.slice(1)]);
  await last.feed.beat();
  assert.equal(await hasLease(anew), true);
  await tellGaps(last.anchors, last.feed);
  const { gaps } = await last.feed.state();
  assert.deepEqual(
    gaps.map(({ server: whose, reason }) => [whose, reason]),
    [[name, 'restored']],
  );
  assert.deepEqual([last.missed, last.anchors.behind], [[], []]);
});

test('a server that says less of its record than it signed is named', async (t) => {
  const trio = await startTrio(t, await tempFolder(t));
  const gateway = await startGateway(t, trio);
  await gateway.feed.append(putTrial(1));
  await gateway.feed.beat();
  const restore = await backupOf(trio);
  await gateway.feed.append(putTrial(2));
  await gateway.feed.append(putTrial(3));
  await gateway.feed.beat();
  await restore();
  const server = await openServer({ ...trio, name });
  t.after(() => server.close());
  // It is told nothing of what it signed, as if it did not want to know.
  const deaf = await relay(t, await server.listen(loopback), {
    question: { anchor: null },
  });
  await gateway.stop();
  const address = feedServerOf({ root: trio.root, name }, deaf);
  const again = await startGateway(t, trio, [address, ...trio.addresses.slice(1)]);
  await again.feed.beat();
  assert.deepEqual(again.anchors.behind, [name]);
});

test('no server can make up an end of our record, or stop us with an old one', async (t) => {
  const trio = await startTrio(t, await tempFolder(t));
  const gateway = await startGateway(t, trio);
  await record(gateway.audit, 3);
  await gateway.feed.append(putTrial(1));
  await gateway.feed.beat();
  const [honest] = trio.addresses;
  assert.ok(honest);
  const old = await anchorOf(honest);
  await record(gateway.audit, 3);
  await gateway.feed.beat();
  await gateway.stop();
  const forged = old.replace(/[^.]+$/, 'A'.repeat(86));
  const ofAnother = await signHeartbeat(
    {
      site,
      seq: 0,
      digest: '0'.repeat(64),
      timeMs: 1,
      audit: { count: 99, digest: 'f'.repeat(64) },
    },
    newSigner().signer,
  );
  for (const anchor of [old, forged, ofAnother, null]) {
    const lying = await relay(t, honest.baseUrl, { answer: { anchor } });
    const again = await startGateway(t, trio, [
      { ...honest, baseUrl: lying },
      ...trio.addresses.slice(1),
    ]);
    await again.feed.beat();
    assert.deepEqual(again.missed, []);
    assert.equal(await hasLease(honest), true);
    await again.stop();
  }
});
