import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UnsecuredJWT } from 'jose';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { keysErrors, type TicketAnswer } from '../../keys/index.ts';
import { clientLimits } from '../limits.ts';
import { keyCredentialOf } from './key-credential.ts';
import { takeTickets } from './take-tickets.ts';
import { createTicketMemory, createTicketStore } from './ticket-store.ts';
import type { OwnKeyServer } from './token-route.ts';

const hourMs = 3_600_000;

function serverNamed(name: string, token?: string): OwnKeyServer {
  return {
    name,
    url: 'http://127.0.0.1:1',
    publicUrl: `https://${name}.test`,
    acceptSharedAudience: false,
    token: token === undefined ? undefined : () => token,
  };
}

function openStore(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-tickets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = manualClock();
  return { folder, clock, store: createTicketStore(folder, clock) };
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', x, y, d };
}

test('a kept ticket is found by its server until it ends, and is nobody else’s to read', (t) => {
  const { folder, clock, store } = openStore(t);
  const here = serverNamed('here');
  assert.equal(store.find(here), undefined);
  const expiresMs = clock.nowMs() + hourMs;
  store.keep(here, { ticket: 'a.b.c', expiresMs: expiresMs - 1 }, newKey());
  store.keep(here, { ticket: 'd.e.f', expiresMs }, newKey());
  const file = join(folder, 'tickets', 'here.json');
  assert.deepEqual(readdirSync(join(folder, 'tickets')), ['here.json']);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const found = store.find(here);
  assert(found?.kind === 'ticket');
  assert.equal(found.ticket.expose(), 'd.e.f');
  assert.equal(found.publicUrl, here.publicUrl);
  assert.equal(store.find({ ...here, publicUrl: 'https://other.test' }), undefined);
  assert.equal(store.find(serverNamed('there')), undefined);
  chmodSync(file, 0o640);
  assert.equal(store.find(here), undefined, 'readable by others');
  chmodSync(file, 0o600);
  clock.advance(hourMs - clientLimits.ticketRestMs - 1);
  assert.ok(store.find(here));
  clock.advance(1);
  assert.equal(store.find(here), undefined, 'over');
  writeFileSync(file, '{"format":"mdm-kept-ticket","formatVersion":2}');
  assert.equal(store.find(here), undefined, 'of another version');
});

test('a folder that cannot be written is said, and nothing is left in it', (t) => {
  const { folder, clock } = openStore(t);
  writeFileSync(join(folder, 'tickets'), '');
  const store = createTicketStore(folder, clock);
  const ticket = { ticket: 'a.b.c', expiresMs: clock.nowMs() + hourMs };
  assert.throws(() => store.keep(serverNamed('here'), ticket, newKey()), { code: 'CLIENT_STATE' });
});

test('a long command goes on with tickets when its tokens have ended', async (t) => {
  const { folder, clock, store } = openStore(t);
  const exp = clock.nowMs() / 1000 + 600;
  const tokenFor = (name: string) =>
    new UnsecuredJWT({ aud: `https://${name}.test`, exp }).encode();
  const keyServers = ['a', 'b', 'c'].map((name) => serverNamed(name, tokenFor(name)));
  const held = { token: undefined, certificate: undefined, key: undefined, keyServers };
  const memory = createTicketMemory(store, clock);
  const asked: string[] = [];
  const ticket = (name: string): Promise<TicketAnswer> => {
    asked.push(name);
    if (name === 'c') return Promise.reject(keysErrors.create('KEYS_SERVER_UNREACHABLE'));
    return Promise.resolve({ ticket: `${name}.b.c`, expiresMs: clock.nowMs() + 12 * hourMs });
  };
  const credential = keyCredentialOf(held, undefined, clock);
  const ports = { keyServers: { ticket }, servers: keyServers, credential, store: memory };
  const options = { lifetimeSeconds: 3600, signal: new AbortController().signal };
  const taken = await takeTickets(ports, options);
  assert.deepEqual(asked, ['a', 'b', 'c']);
  assert.deepEqual(
    taken.map((one) => 'error' in one),
    [false, false, true],
  );
  const shown = keyCredentialOf(held, memory, clock);
  const kinds = (): readonly unknown[] => ['a', 'b', 'c'].map((name) => shown.for(name)?.kind);
  assert.deepEqual(kinds(), ['token', 'token', 'token']);
  clock.advance(600_000);
  assert.deepEqual(kinds(), ['ticket', 'ticket', 'token']);
  assert.deepEqual(readdirSync(folder), [], 'nothing was kept');
});
