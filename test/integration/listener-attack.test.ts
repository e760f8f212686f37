/** Strangers who take what they can get: victim and attacker are processes of their own. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeAuthority, type TestCertificate } from '../support/certificates.ts';
import { startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';
import { newSigner } from './keyserver-fixture.ts';

const child = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** How long a caller may wait while others attack; alone it takes some 10 ms. */
const patienceMs = 2_000;

let authority: TestCertificate;
let host: TestCertificate;

before(async () => {
  authority = await makeAuthority([['CN', 'CA']]);
  host = await authority.issue({ subject: [['CN', 'localhost']], hosts: ['localhost'] });
});

async function attack(t: TestContext, port: string, ...addresses: readonly string[]) {
  const script = child('./silent-connections.child.ts');
  const attacker = await startChild(t, [process.execPath, script, port, '600', ...addresses]);
  await attacker.waitForOutput(/holding/);
}

async function startVictim(t: TestContext): Promise<string> {
  const folder = await tempFolder(t);
  const files = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  writeFileSync(files[0] ?? '', host.keyPem, { mode: 0o600 });
  writeFileSync(files[1] ?? '', host.pem);
  const script = child('./listener-victim.child.ts');
  const victim = await startChild(t, [process.execPath, script, ...files]);
  const [, port = ''] = await victim.waitForOutput(/listening (\d+)/);
  return port;
}

/** One request over a connection of its own; gives the status. */
async function ask(port: string, from: string, limitMs = patienceMs): Promise<number | undefined> {
  const asked = request({
    host: '127.0.0.1',
    port: Number(port),
    servername: 'localhost',
    localAddress: from,
    ca: authority.pem,
    headers: { authorization: 'Bearer cluster' },
    agent: false,
    signal: AbortSignal.timeout(limitMs),
  }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  return response.statusCode;
}

test('one address that says nothing does not keep a key server from its callers', async (t) => {
  const root = await tempFolder(t);
  const pem = (): string =>
    createPublicKey(newSigner().signer.privateKey)
      .export({ format: 'pem', type: 'spki' })
      .toString();
  const args = [child('./keyserver-child.ts'), root, 'hospital', pem(), pem()];
  const server = await startChild(t, [process.execPath, ...args]);
  const [, url = '', port = ''] = await server.waitForOutput(/listening (\S+:(\d+))/);
  await attack(t, port, '127.0.0.2');
  const answer = await fetch(`${url}/status`, { signal: AbortSignal.timeout(patienceMs) });
  assert.equal(answer.status, 200);
});

test('five addresses that say nothing do not keep the doors from their callers', async (t) => {
  const port = await startVictim(t);
  await attack(t, port, ...[2, 3, 4, 5, 6].map((last) => `127.0.0.${last}`));
  for (let n = 0; n < 20; n += 1) assert.equal(await ask(port, '127.0.0.1'), 200);
});

test('300 jobs behind one address begin at once, and all are answered', async (t) => {
  // 300 handshakes of both sides, and the clients are one process.
  const limitMs = 20_000;
  const port = await startVictim(t);
  const jobs = Array.from({ length: 300 }, () => ask(port, '127.0.0.9', limitMs));
  assert.deepEqual([...new Set(await Promise.all(jobs))], [200]);
});
