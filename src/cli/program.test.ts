import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { clientErrors } from '../client/errors.ts';
import { noMemory } from '../client/memory/memory.ts';
import { filesErrors } from '../files/index.ts';
import { recallErrors } from '../recall/errors.ts';
import { connect } from './connection.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { printable } from './output.ts';
import { createProgram } from './program.ts';
import { readSettings } from './settings.ts';

function settingsFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mdm-cli-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'client.yaml');
  writeFileSync(file, text);
  writeFileSync(join(folder, 'token'), 'abc\n');
  return file;
}

test('the environment overrules the file; an empty variable is none', (t) => {
  const file = settingsFile(t, 'gateway: https://a.example/\ntokenFile: token\n');
  const base = { MDM_SETTINGS: file };
  assert.equal(readSettings(base).gateway, 'https://a.example');
  assert.equal(readSettings(base).token?.(), 'abc');
  const other = { ...base, MDM_GATEWAY: 'https://b.example', BEARER_TOKEN: ' xyz\n' };
  assert.equal(readSettings(other).gateway, 'https://b.example');
  assert.equal(readSettings(other).token?.(), 'xyz');
  assert.equal(readSettings({ ...base, BEARER_TOKEN: '' }).token?.(), 'abc');
});

test('the token of a key server is found by its name: variable, settings, usual place', (t) => {
  const servers =
    '[{name: a-b, url: "https://a.example", tokenFile: token}, {name: c, url: "https://c.example"}]';
  const file = settingsFile(t, `gateway: https://a.example\nkeyServers: {servers: ${servers}}\n`);
  const folder = dirname(file);
  const uid = process.geteuid?.() ?? 0;
  writeFileSync(join(folder, 'named'), 'named');
  writeFileSync(join(folder, `bt_u${uid}`), 'usual');
  writeFileSync(join(folder, `bt_u${uid}-c`), 'usual-c');
  const base = { MDM_SETTINGS: file, XDG_RUNTIME_DIR: folder };
  const found = (environment: Readonly<Record<string, string>>) => {
    const { token, keyServers } = readSettings({ ...base, ...environment });
    return [token, ...keyServers.map((server) => server.token)].map((source) => source?.());
  };
  assert.deepEqual(found({}), ['usual', 'abc', 'usual-c']);
  assert.deepEqual(found({ BEARER_TOKEN_FILE_A_B: join(folder, 'named') }), [
    'usual',
    'named',
    'usual-c',
  ]);
  assert.deepEqual(found({ XDG_RUNTIME_DIR: '/nowhere', BEARER_TOKEN: 't' }), [
    't',
    'abc',
    undefined,
  ]);
  // What lies about does not decide before a certificate that is set.
  assert.deepEqual(found({ X509_USER_CERT: join(folder, 'named') })[0], undefined);
  // Written anew by what renews it: the next use has it.
  const { token } = readSettings(base);
  writeFileSync(join(folder, `bt_u${uid}`), 'fresh');
  assert.equal(token?.(), 'fresh');
});

test('a producer key counts ever since, or from an instant', (t) => {
  const keys = 'producerKeys: [token, {key: token}, {key: token, from: 2027-01-31T00:00:00+01:00}]';
  const file = settingsFile(t, `gateway: https://a.example\n${keys}\n`);
  assert.deepEqual(
    readSettings({ MDM_SETTINGS: file }).producerKeys.map(({ fromMs }) => fromMs),
    [0, 0, Date.parse('2027-01-30T23:00:00Z')],
  );
  const twice = () => connect(readSettings({ MDM_SETTINGS: file }), noMemory());
  assert.throws(twice, { code: 'CLIENT_SETTINGS', message: /producerKeys: not a key/ });
  const { publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(file, '..', 'token'), publicKey.export({ format: 'pem', type: 'spki' }));
  assert.throws(twice, { code: 'CLIENT_SETTINGS', message: /producerKeys: one of them twice/ });
});

test('settings that cannot be used are named, and quote no secret', (t) => {
  const good = 'gateway: https://a.example\n';
  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /not settings/],
    ['5', /not settings/],
    ['[]', /not settings/],
    ['a: [', /not YAML/],
    ['ca: x', /gateway/],
    [`${good}producerkeys: [x]`, /producerkeys is no setting; known are gateway, .*producerKeys$/],
    [`${good}keyServers: {thresold: 2}`, /keyServers: thresold is no setting/],
    ['gateway: 5', /gateway/],
    ['gateway: nowhere', /gateway/],
    [`${good}ca: 5`, /ca$/],
    [`${good}ca: none.pem`, /none\.pem/],
    [`${good}producerKeys: x`, /producerKeys/],
    [`${good}producerKeys: [5]`, /producerKeys/],
    [`${good}producerKeys: [{from: 2027-01-31T00:00:00Z}]`, /producerKeys/],
    [`${good}producerKeys: [{key: token, until: 2027-01-31T00:00:00Z}]`, /until is no setting/],
    [`${good}producerKeys: [{key: token, from: 2027-01-31}]`, /from is an instant/],
    [`${good}producerKeys: [{key: token, from: 2027}]`, /from is an instant/],
    [`${good}keyServers: [x]`, /keyServers/],
    [`${good}keyServers: {servers: [{name: a}]}`, /servers/],
    [`${good}keyServers: {servers: [{name: a, url: x}]}`, /servers/],
    [`${good}keyServers: {threshold: two}`, /threshold/],
    [`${good}keyServers: {servers: [{name: a, url: "https://a", audience: x}]}`, /audience/],
    [
      `${good}keyServers: {servers: [{name: a, url: "https://a", publicUrl: "https://a/"}]}`,
      /publicUrl/,
    ],
  ];
  for (const [text, message] of bad) {
    const file = settingsFile(t, text);
    const read = (): unknown => readSettings({ MDM_SETTINGS: file });
    assert.throws(read, { code: 'CLIENT_SETTINGS', message }, text);
  }
  const file = settingsFile(t, good);
  const read = (): unknown => readSettings({ MDM_SETTINGS: file, BEARER_TOKEN: 'se\ncret' });
  assert.throws(read, (error: Error) => !error.message.includes('cret'));
  assert.throws(() => readSettings({ MDM_SETTINGS: `${file}.none` }), { code: 'CLIENT_SETTINGS' });
});

test('every failure has an exit code that says what to do', () => {
  const rows = { ...clientErrors.rows, ...filesErrors.rows, ...recallErrors.rows };
  for (const [code, { disposition }] of Object.entries(rows)) {
    const exit = exitCodeOf({ code, disposition });
    assert.notEqual(exit, exitCode.ok, code);
    if (disposition === 'permanent') assert.notEqual(exit, exitCode.tryAgain, code);
  }
  const of = (code: string): number => exitCodeOf({ code, disposition: 'permanent' });
  assert.equal(of('FILES_NOT_FOUND'), exitCode.notFound);
  assert.equal(of('WEBDAV_CREDENTIAL_REFUSED'), exitCode.unauthenticated);
  assert.equal(of('SEAL_SEGMENT_FORGED'), exitCode.unverified);
  assert.equal(of('RECALL_GEOMETRY_REFUSED'), exitCode.refused);
  assert.equal(of('RECALL_OBJECT_DAMAGED'), exitCode.refused);
  assert.equal(of('CONFIG_INVALID'), exitCode.usage);
  // Nothing was fetched: that is no file which must not be used.
  assert.equal(of('CLIENT_PRODUCER_KEYS_MISSING'), exitCode.usage);
});

test('the version is that of the package', async (t) => {
  const write = t.mock.method(process.stdout, 'write', () => true);
  assert.equal(await createProgram().run(['--version']), exitCode.ok);
  assert.match(String(write.mock.calls.at(0)?.arguments.at(0)), /^\d+\.\d+\.\d+\n$/);
});

test('what a server says does not steer the terminal', () => {
  assert.equal(printable('a\u001B[2Jb\u009Bc\rd\u0007\u007F'), 'a?[2Jb?c?d??');
  assert.equal(printable('zwei\nZeilen\tälter'), 'zwei\nZeilen\tälter');
});

test('a lock needs a path and a reason, or asks for the list', async () => {
  for (const args of [['lock'], ['lock', '/site'], ['lock', '--reason', 'why'], ['unlock']])
    assert.equal(await createProgram().run(args), exitCode.usage, args.join(' '));
});
