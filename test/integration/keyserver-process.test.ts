import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  createKeyServers,
  createPolicyFeed,
  type FeedServer,
  type KeyServers,
  type PolicyFeed,
} from '../../src/keys/index.ts';
import { createKeyServer, initMasterKey } from '../../src/keyserver/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Sensitive } from '../../src/lib/sensitive.ts';
import { makeGridCertificates } from '../support/certificates.ts';
import { type Child, startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';
import {
  destroyed,
  feedServerOf,
  memoryFeedStore,
  newDeposit,
  newSigner,
  openServer,
  putTrial,
  serverNames,
  sharesOf,
  site,
  startTrio,
  tokenOf,
} from './keyserver-fixture.ts';

const alice = 'user:token:test#alice';
const childPath = fileURLToPath(new URL('./keyserver-child.ts', import.meta.url));

const wanted = (deposit: ReturnType<typeof newDeposit>) => ({
  keyId: deposit.keyId,
  of: deposit.of,
  recipientPublicKey: deposit.recipient.publicKey,
});

/** Three servers as processes; `start(name)` starts one again on a new port. */
async function startProcesses(t: TestContext) {
  const root = await tempFolder(t);
  const producer = newSigner().signer;
  const gateway = newSigner().signer;
  const pemOf = (signer: typeof producer): string =>
    createPublicKey(signer.privateKey).export({ format: 'pem', type: 'spki' }).toString();
  const children = new Map<string, Child>();
  const addresses = new Map<string, FeedServer>();
  const start = async (name: string): Promise<void> => {
    const args = [root, name, pemOf(producer), pemOf(gateway)];
    const child = await startChild(t, [process.execPath, childPath, ...args]);
    const [, baseUrl = ''] = await child.waitForOutput(/listening (\S+)/);
    children.set(name, child);
    addresses.set(name, feedServerOf({ root, name }, baseUrl));
  };
  await Promise.all(serverNames.map(start));
  const common = { threshold: 2, clock: systemClock, random: systemRandom, log: silentLog };
  const store = memoryFeedStore();
  const addressOf = (name: string) => addresses.get(name) as FeedServer;
  const inOrder = () => serverNames.map(addressOf);
  const keys = (): KeyServers => {
    const client = createKeyServers({ ...common, servers: inOrder(), producer });
    t.after(() => client.close());
    return client;
  };
  const feed = (): PolicyFeed => {
    const made = createPolicyFeed({ ...common, site, signer: gateway, store, servers: inOrder() });
    t.after(() => made.close());
    return made;
  };
  const kill = async (name: string): Promise<void> => {
    children.get(name)?.kill('SIGKILL');
    await children.get(name)?.exited;
  };
  return { start, kill, keys, feed, addressOf };
}

test('what three processes acknowledged survives kill -9 of all of them', async (t) => {
  const { start, kill, keys, feed } = await startProcesses(t);
  const first = feed();
  await first.append(putTrial(1, alice));
  await first.beat();
  const deposits = Array.from({ length: 20 }, (_, at) => newDeposit(`k${at}`));
  await keys().deposit(deposits, {});
  const position = await first.append(destroyed('k0'));
  await first.spread(position, { until: 'complete' });
  await Promise.all(serverNames.map(kill));
  await Promise.all(serverNames.map(start));
  const client = keys();
  // A restarted server has no lease, whatever it remembers.
  const before = await client.fetch(deposits.map(wanted), tokenOf('alice'), {});
  assert.equal(before.failures.get('k1')?.code, 'KEYS_UNAVAILABLE');
  await feed().beat();
  const after = await client.fetch(deposits.map(wanted), tokenOf('alice'), {});
  assert.equal(after.failures.get('k0')?.code, 'KEYS_FORBIDDEN');
  for (const deposit of deposits.slice(1))
    assert.deepEqual(after.keys.get(deposit.keyId), deposit.recipient.privateKey);
  const reports = await client.status({});
  assert.ok(reports.every((report) => report.reachable && report.status.seq === 2));
});

test('kill -9 of one process in the middle of deposits loses no share it acknowledged', async (t) => {
  const { start, kill, keys, feed, addressOf } = await startProcesses(t);
  const first = feed();
  await first.append(putTrial(1, alice));
  await first.beat();
  const client = keys();
  const acknowledged: ReturnType<typeof newDeposit>[] = [];
  let killed: Promise<void> | undefined;
  const depositOne = async (keyId: string): Promise<void> => {
    const deposit = newDeposit(keyId);
    const { stored } = await client.deposit([deposit], {});
    if (stored.includes('office')) acknowledged.push(deposit);
    if (acknowledged.length === 15) killed ??= kill('office');
  };
  await Promise.all(Array.from({ length: 40 }, (_, at) => depositOne(`k${at}`)));
  await killed;
  await start('office');
  await feed().beat();
  // Both of these two are needed now, so that nothing of the killed one is made up for.
  const servers = [addressOf('office'), addressOf('hospital')];
  const pair = createKeyServers({ servers, threshold: 2, clock: systemClock, log: silentLog });
  t.after(() => pair.close());
  const fetched = await pair.fetch(acknowledged.map(wanted), tokenOf('alice'), {});
  t.diagnostic(`killed after ${acknowledged.length} of 40 acknowledgements`);
  assert.ok(acknowledged.length >= 15);
  for (const deposit of acknowledged)
    assert.deepEqual(fetched.keys.get(deposit.keyId), deposit.recipient.privateKey);
});

test('a server restored from an old backup learns of revocations and tombstones before it answers', async (t) => {
  const root = await tempFolder(t);
  const trio = await startTrio(t, root);
  const feed = trio.feed();
  await feed.append(putTrial(1, alice));
  await feed.beat();
  const keys = trio.keys();
  const [doomed, kept] = [newDeposit('k1'), newDeposit('k2')];
  await keys.deposit([doomed, kept], {});
  await trio.servers[0]?.close();
  cpSync(join(root, 'hospital'), join(root, 'backup'), { recursive: true });
  await feed.append(putTrial(2));
  await feed.append(destroyed('k1'));
  rmSync(join(root, 'hospital'), { recursive: true });
  cpSync(join(root, 'backup'), join(root, 'hospital'), { recursive: true });
  const restored = await openServer({ ...trio, name: 'hospital' });
  t.after(() => restored.close());
  const baseUrl = await restored.listen({ host: '127.0.0.1', port: 0 });
  const own = feedServerOf({ root, name: 'hospital' }, baseUrl);
  const addresses = [own, ...trio.addresses.slice(1)];
  const ask = async (): Promise<unknown> => {
    const response = await fetch(`${baseUrl}/v1/shares`, {
      method: 'POST',
      headers: { authorization: 'Bearer alice', 'content-type': 'application/json' },
      body: JSON.stringify(sharesOf('k1', 'k2')),
    });
    return response.json();
  };
  assert.deepEqual(await ask(), { code: 'KEYSERVER_LEASE_EXPIRED', position: null });
  await trio.feed(addresses).beat();
  const refused = ['k1', 'k2'].map((keyId) => ({ keyId, record: null }));
  assert.deepEqual(await ask(), { shares: refused });
});

test('over TLS a client certificate is who asks, on every connection', async (t) => {
  const root = await tempFolder(t);
  const certificates = await makeGridCertificates(root);
  const producer = newSigner();
  const gateway = newSigner();
  const servers: FeedServer[] = [];
  for (const name of ['a', 'b']) {
    const masterKeyFile = join(root, `${name}.key`);
    initMasterKey(masterKeyFile, systemRandom);
    const signing = newSigner();
    const server = await createKeyServer({
      name,
      site,
      folder: join(root, name),
      masterKeyFile,
      signer: signing.signer,
      boxKey: generateKeyPairSync('x25519').privateKey,
      peers: [],
      publicUrl: `https://${name}.keys.test`,
      authenticate: ({ chain: [own] }) => {
        if (own === undefined) return Promise.resolve({ kind: 'anonymous' });
        const { subject } = new X509Certificate(own);
        const principal = {
          subject: `x509:${subject.split('\n').at(-1)}`,
          groups: [],
          method: 'certificate',
          expiresMs: Number.MAX_SAFE_INTEGER,
        } as const;
        return Promise.resolve({ kind: 'accepted', principal });
      },
      depositorKeys: producer.pinned,
      feedKeys: gateway.pinned,
      tls: { cert: certificates.host.pem, key: certificates.host.keyPem },
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    });
    t.after(() => server.close());
    const url = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
    const baseUrl = `https://localhost:${url.port}`;
    const [signingKey] = signing.pinned.values();
    assert.ok(signingKey !== undefined);
    servers.push({ name, baseUrl, signingKey, authorities: certificates.authority.pem });
  }
  const tools = { clock: systemClock, random: systemRandom, log: silentLog };
  const common = { servers, threshold: 2, ...tools };
  const keys = createKeyServers({ ...common, producer: producer.signer });
  const feed = createPolicyFeed({
    ...common,
    site,
    signer: gateway.signer,
    store: memoryFeedStore(),
  });
  t.after(async () => {
    keys.close();
    await feed.close();
  });
  const commonName = new X509Certificate(certificates.user.der).subject.split('\n').at(-1) ?? '';
  await feed.append(putTrial(1, `user:x509:${commonName}`));
  await feed.beat();
  const deposit = newDeposit('k1');
  await keys.deposit([deposit], {});
  const credential = {
    kind: 'certificate',
    certificate: certificates.user.pem,
    privateKey: new Sensitive(certificates.user.keyPem),
  } as const;
  for (let connection = 0; connection < 3; connection++) {
    const client = createKeyServers(common);
    const fetched = await client.fetch([wanted(deposit)], { for: () => credential }, {});
    assert.deepEqual(fetched.keys.get('k1'), deposit.recipient.privateKey);
    client.close();
  }
  const nobody = await keys.fetch([wanted(deposit)], tokenOf('alice'), {});
  assert.equal(nobody.failures.get('k1')?.code, 'KEYS_UNAUTHENTICATED');
});

test('a server without TLS does not listen beyond this machine', async (t) => {
  const trio = await startTrio(t, await tempFolder(t));
  const server = await openServer({ ...trio, name: 'fourth' });
  t.after(() => server.close());
  await assert.rejects(server.listen({ host: '0.0.0.0', port: 0 }), {
    code: 'LISTENER_INSECURE_ADDRESS',
  });
});
