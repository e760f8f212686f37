/** What `mdm` shows to whom, and what it does where it has nothing that a key server may see. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { calculateJwkThumbprint } from 'jose';
import { parse, stringify } from 'yaml';
import { signProof } from '../../src/keys/http/dpop-proof.ts';
import { keyServerNames } from '../support/gateway.ts';
import { loginAudience } from '../support/login.ts';
import { type Story, startStory } from './story.ts';

const volume = (series: string): string => `${series}/volume.nii.c4gh`;

/** Settings of bob whose key servers have no token of their own. */
const withoutTokens = (story: Story, entry: Readonly<Record<string, unknown>> = {}): string =>
  story.settingsOf('bob', {
    keyServers: {
      threshold: 2,
      servers: story.keyServers.map((server) => ({ ...server, ...entry })),
    },
  });

test('a plain token opens open collections; a sealed one wants what only a key server accepts', async (t) => {
  const story = await startStory(t);
  const [open, sealed] = [await story.series('bob', 'open'), await story.series('bob', 'sealed')];
  const state = { MDM_STATE: story.file('state') };
  const as = (
    settings: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) => story.mdm('bob', args, { settings, env: { ...state, ...env } });
  const plain = withoutTokens(story);
  const target = story.file('plain.nii');
  assert.equal((await as(plain, ['get', '-q', `${open}/volume.nii`, target])).code, 0);

  // Nothing to show: exit 5 and what to do.
  const refused = await as(plain, ['get', '-q', volume(sealed), story.file('never')]);
  assert.equal(refused.code, 5, refused.stderr);
  assert.match(refused.stderr, /KEYS_CREDENTIAL_SHARED.*BEARER_TOKEN_FILE_<NAME>.*mdm ticket/s);
  assert.equal((await as(plain, ['ticket'])).code, 5);

  // Tokens by the server's name, of two of three; one that names more than its server is not shown.
  const tokenFiles = {
    BEARER_TOKEN_FILE_HOSPITAL: story.file('bob-hospital.token'),
    BEARER_TOKEN_FILE_DATA_PROTECTION: story.file('bob-data-protection.token'),
  };
  const opened = story.file('opened.nii');
  const got = await as(plain, ['get', '-q', volume(sealed), opened], tokenFiles);
  assert.equal(got.code, 0, got.stderr);
  assert.deepEqual(readFileSync(opened), readFileSync(target));
  const shared = story.file('shared.token');
  const [first] = story.keyServers;
  const aud = [first?.publicUrl, loginAudience];
  writeFileSync(shared, await story.login.token('bob', { aud }), { mode: 0o600 });
  const wrong = { ...tokenFiles, BEARER_TOKEN_FILE_HOSPITAL: shared };
  const held = await as(plain, ['get', '-q', volume(sealed), story.file('never')], wrong);
  assert.equal(held.code, 5, held.stderr);

  // A ticket for a job that has nothing else.
  const taken = await as(plain, ['--json', 'ticket', '--hours', '2'], tokenFiles);
  assert.equal(taken.code, 0, taken.stderr);
  assert.match(taken.stdout, /"infrastructure","code":"KEYS_CREDENTIAL_SHARED"/);
  const folder = join(state.MDM_STATE, 'tickets');
  assert.deepEqual(readdirSync(folder).toSorted(), ['data-protection.json', 'hospital.json']);
  for (const name of readdirSync(folder))
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  const job = await as(plain, ['get', '-q', '-f', volume(sealed), opened]);
  assert.equal(job.code, 0, job.stderr);
  assert.equal((await as(plain, ['ticket'])).code, 5, 'no ticket for a ticket');

  // Policy decides each time: a ticket outlives no right.
  await story.run('alice', 'revoke', '/test/sealed', 'user:token:https://login.test.example#bob');
  const late = await as(plain, ['get', '-q', '-f', volume(sealed), opened]);
  assert.notEqual(late.code, 0);
});

test('the gateway takes a token that is bound to a key with a proof for its own address only', async (t) => {
  const publicUrl = 'https://mdm.test';
  const story = await startStory(t, { gateway: { extra: { publicUrl } } });
  const path = await story.series('bob', 'open');
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  const cnf = { jkt: await calculateJwkThumbprint(jwk) };
  const token = await story.login.token('bob', { cnf });
  const target = `/.mdm/v1/stat?path=${path}`;
  const proofAt = (origin: string): Promise<string> =>
    signProof(
      { method: 'GET', url: `${origin}/.mdm/v1/stat`, token, nowMs: Date.now() },
      { publicKey: jwk, privateKey },
    );
  const show = async (headers: Readonly<Record<string, string>>): Promise<number> => {
    const response = await fetch(`${story.url}${target}`, { headers: { ...headers } });
    await response.body?.cancel();
    return response.status;
  };
  const authorization = `DPoP ${token}`;
  const dpop = await proofAt(publicUrl);
  assert.equal(await show({ authorization: `Bearer ${token}` }), 401);
  assert.equal(await show({ authorization: `Bearer ${token}`, dpop }), 401);
  assert.equal(await show({ authorization }), 401);
  assert.equal(await show({ authorization, dpop: await proofAt(story.url) }), 401);
  assert.equal(await show({ authorization, dpop }), 200);
  assert.equal(await show({ authorization, dpop }), 401, 'a proof counts once');
});

test('where site and user give it up, a shared token opens sealed files, and status says so', async (t) => {
  const story = await startStory(t);
  const sealed = await story.series('bob', 'sealed');
  const given = withoutTokens(story, { acceptSharedAudience: true });
  const get = () =>
    story.mdm('bob', ['get', '-q', volume(sealed), story.file('opened.nii')], { settings: given });
  const before = await get();
  assert.equal(before.code, 5, before.stderr);
  assert.match(before.stderr, /KEYS_CREDENTIAL_SHARED/);
  for (const name of keyServerNames) {
    const path = join(story.folder, `${name}.yaml`);
    const settings = parse(readFileSync(path, 'utf8')) as { issuers: object[] };
    const issuers = settings.issuers.map((issuer) => ({ ...issuer, audience: loginAudience }));
    writeFileSync(path, stringify({ ...settings, issuers, acceptSharedAudience: true }));
    await story.stop(name);
    await story.start(name);
    assert.match(story.service(name).stderr(), /keyserver\.accepts_shared_audience/);
  }
  // Their leases come with the gateway's next heartbeat.
  await story.run('alice', 'grant', '/test/sealed', 'group:nobody');
  const after = await get();
  assert.equal(after.code, 0, after.stderr);
  assert.match(await story.run('alice', 'status'), /takes tokens that other parties accept too/);
  // Whoever was shown it would have had a ticket of his own.
  const ticket = await story.mdm('bob', ['ticket'], { settings: given });
  assert.equal(ticket.code, 5, ticket.stderr);
});
