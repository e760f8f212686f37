/**
 * One party is dishonest and keeps all that the unmodified client shows it. What it got is accepted
 * nowhere else, and what a gateway gives out or makes is no user's at any key server.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { SignJWT } from 'jose';
import { envelopeNamespace, srmNamespace } from '../../src/access/srm/soap/reader.ts';
import { lineOfPath } from '../../src/keys/index.ts';
import { sharesRequestBody, type WantedShare } from '../../src/keys/wire/messages.ts';
import { keyIdOf } from '../../src/seal/index.ts';
import { type Story, startStory } from '../e2e/story.ts';
import type { NamedUrl } from '../support/gateway-settings.ts';
import { loginIssuer } from '../support/login.ts';
import { type Recorded, type Recorder, startRecorder } from '../support/recorder.ts';

const sealedVolume = async (story: Story): Promise<string> =>
  `${await story.series('bob', 'sealed')}/volume.nii.c4gh`;

interface Shown {
  readonly authorization: string;
  readonly dpop?: string;
}

/** All that a recording yields as a credential: as it came, and as plain bearer. */
function credentialsIn(requests: readonly Recorded[]): readonly Shown[] {
  return requests.flatMap(({ headers: { authorization, dpop } }) => {
    if (authorization === undefined) return [];
    const [, token = ''] = authorization.split(' ');
    const proofs = [{}, ...(typeof dpop === 'string' ? [{ dpop }] : [])];
    return ['Bearer', 'DPoP'].flatMap((scheme) =>
      proofs.map((proof) => ({ authorization: `${scheme} ${token}`, ...proof })),
    );
  });
}

/** One question on a connection of its own: a listener may end one of a stranger at any time. */
async function post(
  url: string,
  shown: Shown,
  body: unknown,
): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { 'content-type': 'application/json', ...shown };
  const outgoing = request(url, { method: 'POST', headers, agent: false }, resolve);
  outgoing.on('error', reject);
  outgoing.end(JSON.stringify(body));
  const answer = await promise;
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

/** Asks a key server for a share: `share`, `null` when refused, or the code of the answer. */
async function askShare(
  { url }: { readonly url: string },
  shown: Shown,
  wanted: WantedShare,
): Promise<string> {
  const asked = sharesRequestBody({ keys: [wanted] });
  const { status, body } = await post(`${url}/v1/shares`, shown, asked);
  const answer = JSON.parse(body) as {
    readonly code?: string;
    readonly shares?: readonly { readonly record: unknown }[];
  };
  if (status !== 200) return answer.code ?? String(status);
  return answer.shares?.[0]?.record == null ? 'null' : 'share';
}

async function askTicket({ url }: { readonly url: string }, shown: Shown): Promise<string> {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) };
  const { status } = await post(`${url}/v1/tickets`, shown, { jwk });
  return status === 200 ? 'ticket' : String(status);
}

/** The key of a sealed file, as a client asks for it. */
async function keyOf(story: Story, path: string): Promise<WantedShare> {
  const response = await story.fetch('bob', path);
  await response.body?.cancel();
  const keyId = response.headers.get('mdm-key-id') ?? assert.fail('a key id');
  return { keyId, of: lineOfPath(path) ?? assert.fail('a path of a file') };
}

/** Settings of bob with another address for one key server. */
function through(story: Story, name: string, url: string, tokens: boolean): string {
  const servers = story.keyServers.map((server) => ({
    ...server,
    url: server.name === name ? url : server.url,
    ...(tokens ? { tokenFile: story.file(`bob-${server.name}.token`) } : {}),
  }));
  return story.settingsOf('bob', { keyServers: { threshold: 3, servers } });
}

const serverOf = (story: Story, name: string): NamedUrl =>
  story.keyServers.find((server) => server.name === name) ?? assert.fail(name);

const refusals = ['KEYSERVER_CREDENTIAL_SHARED', 'KEYSERVER_UNAUTHENTICATED'];

test('what one dishonest key server was shown opens nothing at the others, nor at the gateway', async (t) => {
  const story = await startStory(t);
  const path = await sealedVolume(story);
  const spy = await startRecorder(t, serverOf(story, 'hospital').url);
  const env = { MDM_STATE: story.file('state') };
  const mdm = async (settings: string, ...args: readonly string[]): Promise<void> => {
    const done = await story.mdm('bob', args, { settings, env });
    assert.equal(done.code, 0, done.stderr);
  };
  // Every way in which the client shows something: tokens, asking for a ticket, the ticket.
  const withTokens = through(story, 'hospital', spy.url, true);
  await mdm(withTokens, 'get', '-q', path, story.file('one.nii'));
  await mdm(withTokens, 'ticket');
  const withTickets = through(story, 'hospital', spy.url, false);
  await mdm(withTickets, 'get', '-q', path, story.file('two.nii'));

  const wanted = await keyOf(story, path);
  const found = credentialsIn(spy.requests);
  assert.ok(
    found.some(({ dpop }) => dpop !== undefined) && found.length >= 8,
    String(found.length),
  );
  for (const other of ['data-protection', 'infrastructure']) {
    for (const shown of found) {
      assert.ok(refusals.includes(await askShare(serverOf(story, other), shown, wanted)));
      assert.equal(await askTicket(serverOf(story, other), shown), '401');
    }
  }
  for (const shown of found) {
    const response = await fetch(`${story.url}${path}`, { headers: { ...shown } });
    assert.equal(response.status, 401, shown.authorization.slice(0, 20));
    await response.body?.cancel();
  }
  // It could ask itself, of course: for its own share, with the tokens; a proof counts once.
  const verdicts = new Set<string>();
  for (const shown of found)
    verdicts.add(await askShare(serverOf(story, 'hospital'), shown, wanted));
  assert.deepEqual([...verdicts].toSorted(), ['KEYSERVER_UNAUTHENTICATED', 'share']);
  for (const { authorization, dpop } of found) {
    if (dpop === undefined) continue;
    const shown = { authorization, dpop };
    assert.notEqual(await askShare(serverOf(story, 'hospital'), shown, wanted), 'share');
  }
});

test('with certificates a dishonest key server sees a handshake and no secret', async (t) => {
  const story = await startStory(t, { gateway: { tls: true } });
  const { grid } = story;
  assert.ok(grid !== undefined);
  const seen: (string | undefined)[] = [];
  const spy = createServer(
    {
      cert: readFileSync(grid.hostCertPath),
      key: readFileSync(grid.hostKeyPath),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end('{"code":"KEYSERVER_LEASE_EXPIRED","position":null}');
    },
  );
  await new Promise<void>((resolve) => {
    spy.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => void spy.close());
  const { port } = spy.address() as AddressInfo;
  const { certPath: certificate, keyPath: key } = story.certificateOf('bob');
  const servers = story.keyServers.map((server) =>
    server.name === 'hospital' ? { ...server, url: `https://localhost:${port}` } : server,
  );
  const settings = story.settingsOf('bob', {
    tokenFile: undefined,
    certificate,
    key,
    keyServers: { threshold: 2, servers },
  });
  const path = await sealedVolume(story);
  const done = await story.mdm('bob', ['get', '-q', path, story.file('one.nii')], { settings });
  assert.equal(done.code, 0, done.stderr);
  assert.ok(seen.length > 0);
  assert.deepEqual([...new Set(seen)], [undefined]);
});

test('what a dishonest gateway was shown, gives out or makes is no user’s at a key server', async (t) => {
  const story = await startStory(t);
  const path = await sealedVolume(story);
  const spy = await startRecorder(t, story.url);
  const settings = story.settingsOf('bob', { gateway: spy.url });
  const env = { MDM_STATE: story.file('state') };
  for (const args of [
    ['ls', '/test'],
    ['get', '-q', path, story.file('one.nii')],
    ['get', '-q', '-r', '-t', story.file('tree'), path.slice(0, path.lastIndexOf('/'))],
    ['ticket'],
    ['get', '-q', '-f', path, story.file('one.nii')],
  ]) {
    const done = await story.mdm('bob', args, { settings, env });
    assert.equal(done.code, 0, done.stderr);
  }
  const wanted = await keyOf(story, path);
  const found = [
    ...credentialsIn(spy.requests),
    ...bearers(await givenOut(story, spy, path)),
    ...bearers(await made(story)),
  ];
  assert.ok(found.length >= 20, String(found.length));
  for (const server of story.keyServers) {
    for (const shown of found) {
      const verdict = await askShare(server, shown, wanted);
      assert.ok(refusals.includes(verdict), `${verdict}: ${shown.authorization.slice(0, 60)}`);
    }
  }
  await checkService(story, wanted);
});

const bearers = (tokens: readonly string[]): readonly Shown[] =>
  tokens.flatMap((token) => [
    { authorization: `Bearer ${token}` },
    { authorization: `DPoP ${token}` },
    { authorization: `Basic ${Buffer.from(`bob:${token}`).toString('base64')}` },
  ]);

/** Each token of a stage request, each entity tag, TURL and request token of SRM. */
async function givenOut(story: Story, spy: Recorder, path: string): Promise<readonly string[]> {
  const open = `${await story.series('bob', 'open')}/volume.nii`;
  const { host } = new URL(story.url);
  const call = async (operation: string, parameters: string): Promise<string> => {
    const xml = `<E:Envelope xmlns:E="${envelopeNamespace}" xmlns:s="${srmNamespace}"><E:Body><s:${operation}><${operation}Request>${parameters}</${operation}Request></s:${operation}></E:Body></E:Envelope>`;
    const headers = { 'content-type': 'text/xml', soapaction: operation };
    const response = await story.fetch('bob', '/srm/managerv2', {
      method: 'POST',
      headers,
      body: xml,
    });
    return response.text();
  };
  const surls = [open, path].map(
    (one) =>
      `<requestArray><sourceSURL>srm://${host}/srm/managerv2?SFN=${one}</sourceSURL></requestArray>`,
  );
  const asked = await call(
    'srmPrepareToGet',
    `<arrayOfFileRequests>${surls.join('')}</arrayOfFileRequests><transferParameters><arrayOfTransferProtocols><stringArray>http</stringArray><stringArray>https</stringArray></arrayOfTransferProtocols></transferParameters>`,
  );
  const [, token = ''] = /<requestToken>([^<]+)</.exec(asked) ?? [];
  const ready = await call('srmStatusOfGetRequest', `<requestToken>${token}</requestToken>`);
  const turls = [...`${asked}${ready}`.matchAll(/<transferURL>([^<]+)</g)].map(
    ([, turl]) => turl ?? '',
  );
  assert.ok(token !== '' && turls.length > 0, asked + ready);
  const answers = spy.requests.map(({ answer }) => answer);
  const stages = answers.flatMap(({ body }) => /"token":"([^"]+)"/.exec(body)?.[1] ?? []);
  const tags = answers.flatMap(({ headers: { etag } }) => etag?.replaceAll('"', '') ?? []);
  assert.ok(stages.length > 0 && tags.length > 0);
  return [...new Set([token, ...turls, ...stages, ...tags])];
}

/** A signer of the gateway's own key, for what claims it likes. */
function serviceSigner(story: Story) {
  const folder = join(story.folder, 'gateway', 'computing', 'keys');
  const key = createPrivateKey(readFileSync(join(folder, 'service.pem')));
  const kid = keyIdOf(createPublicKey(key));
  const seconds = Math.floor(Date.now() / 1000);
  const usual = { iss: `urn:mdm:${story.site}:gateway`, iat: seconds, exp: seconds + 300 };
  return (claims: Readonly<Record<string, unknown>>, typ = 'JWT'): Promise<string> =>
    new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'EdDSA', kid, typ }).sign(key);
}

/** Tokens of users that the gateway signs itself, for each key server. */
function made(story: Story): Promise<readonly string[]> {
  const sign = serviceSigner(story);
  return Promise.all(
    story.keyServers.flatMap(({ publicUrl: aud }) => [
      sign({ aud, sub: 'bob' }),
      sign({ aud, sub: `${loginIssuer}#bob` }),
      sign({ aud, sub: 'bob', iss: loginIssuer }),
      sign({ aud, sub: 'bob', iss: aud, cnf: { jkt: 'A'.repeat(43) } }, 'mdm-ticket+jwt'),
      sign({ aud: [aud, 'x'], sub: 'gateway' }),
    ]),
  );
}

/** The service itself has keys of open collections, and of sealed ones none, whatever it says of groups. */
async function checkService(story: Story, sealed: WantedShare): Promise<void> {
  const sign = serviceSigner(story);
  await story.run('alice', 'grant', '/test/sealed', 'authenticated', '-r', 'list,read');
  await story.run('alice', 'grant', '/test/sealed', 'group:readers');
  const open = await openKeyOf(story);
  for (const server of story.keyServers) {
    const claims = { aud: server.publicUrl, sub: 'gateway', groups: ['readers'] };
    const shown = { authorization: `Bearer ${await sign(claims)}` };
    assert.equal(await askShare(server, shown, sealed), 'null');
    assert.equal(await askShare(server, shown, open), 'share');
    assert.equal(await askTicket(server, shown), '401');
    // Carol is in that group, and she is somebody.
    const carol = { authorization: `Bearer ${story.tokenOf('carol', server.name)}` };
    assert.equal(await askShare(server, carol, sealed), 'share');
  }
}

/** The key id of a file of an open collection, from its statement. */
async function openKeyOf(story: Story): Promise<WantedShare> {
  const open = `${await story.series('bob', 'open')}/volume.nii`;
  const response = await story.fetch('bob', `/.mdm/v1/receipts?path=${encodeURIComponent(open)}`);
  const { version } = (await response.json()) as { readonly version: string };
  const { statement } = JSON.parse(version) as { readonly statement: string };
  const { keyId } = JSON.parse(Buffer.from(statement, 'base64url').toString()) as {
    readonly keyId: string;
  };
  return { keyId, of: lineOfPath(open) ?? assert.fail('a path of a file') };
}

test('a stolen job folder has its owner’s shares until it ends, and no ciphertext', async (t: TestContext) => {
  const story = await startStory(t);
  const path = await sealedVolume(story);
  const state = story.file('state');
  const taken = await story.mdm('bob', ['ticket'], { env: { MDM_STATE: state } });
  assert.equal(taken.code, 0, taken.stderr);
  const stolen = story.file('stolen');
  cpSync(state, stolen, { recursive: true });
  const bare = story.settingsOf('bob', {
    tokenFile: undefined,
    keyServers: { threshold: 2, servers: story.keyServers },
  });
  const env = { MDM_STATE: stolen };
  const nothing = await story.mdm('bob', ['get', '-q', path, story.file('never')], {
    settings: bare,
    env,
  });
  assert.equal(nothing.code, 5, nothing.stderr);
  assert.match(nothing.stderr, /UNAUTHENTICATED/);
  // With the ciphertext from elsewhere (here: by somebody's token for the gateway) it opens the file.
  const lent = story.settingsOf('bob', { keyServers: { threshold: 2, servers: story.keyServers } });
  const opened = await story.mdm('bob', ['get', '-q', path, story.file('opened')], {
    settings: lent,
    env,
  });
  assert.equal(opened.code, 0, opened.stderr);
  // Moved under the name of another server, or under other eyes, a ticket is not even shown.
  const spy = await startRecorder(t, serverOf(story, 'hospital').url);
  const swapped = story.file('swapped');
  cpSync(join(stolen, 'tickets', 'infrastructure.json'), join(swapped, 'tickets', 'hospital.json'));
  const moved = await story.mdm('bob', ['get', '-q', path, story.file('never')], {
    settings: story.settingsOf('bob', {
      keyServers: {
        threshold: 2,
        servers: story.keyServers.map((one) =>
          one.name === 'hospital' ? { ...one, url: spy.url } : one,
        ),
      },
    }),
    env: { MDM_STATE: swapped },
  });
  assert.equal(moved.code, 5, moved.stderr);
  assert.deepEqual(spy.requests, []);
  writeFileSync(join(stolen, 'tickets', 'hospital.json'), '{"format":"mdm-kept-ticket"}', {
    mode: 0o600,
  });
  const damaged = await story.mdm('bob', ['get', '-q', '-f', path, story.file('opened')], {
    settings: lent,
    env,
  });
  assert.equal(damaged.code, 0, damaged.stderr);
});
