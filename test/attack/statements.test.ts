/**
 * A gateway that holds all that the hospital ever signed, and shows it where it likes: the unmodified
 * client takes nothing for what it is not. What it cannot notice, the threat model says.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { mdmEntry } from '../../demo/command.ts';
import { clientMemory } from '../../src/cli/client-memory.ts';
import { connect } from '../../src/cli/connection.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { getFile } from '../../src/client/open/get-file.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { signStatement } from '../../src/seal/receipt/signed-statement.ts';
import { runChild } from '../support/child.ts';
import {
  type DishonestGateway,
  Hospital,
  type MadeVersion,
  type Shown,
  shownOf,
  startDishonestGateway,
} from '../support/dishonest-gateway.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { tempFolder } from '../support/temp.ts';

const series = 'p-1/t-1/s-1';
const name = `${series}/v-1.nii.gz`;
const path = `/test/ct/${name}`;
const content = (seed: string): Uint8Array => seededRandom(seed).bytes(70_000);

interface Site {
  readonly hospital: Hospital;
  readonly gateway: DishonestGateway;
  readonly file: MadeVersion;
  readonly state: string;
  /** Fetch as the client does; the code of why not. */
  readonly get: (path: string, shown: Shown, options?: GetOptions) => Promise<string>;
  /** Run the command itself. */
  readonly mdm: (shown: Shown, ...args: readonly string[]) => ReturnType<typeof runChild>;
}

interface GetOptions {
  readonly memory?: boolean;
  readonly from?: string;
}

async function startSite(t: TestContext): Promise<Site> {
  const hospital = new Hospital();
  const file = await hospital.make({ name, stacks: 1, version: 2 }, content('file'));
  const gateway = await startDishonestGateway(t, shownOf(file));
  const folder = await tempFolder(t);
  const state = join(folder, 'state');
  const target = join(folder, 'got');
  const key = join(folder, 'producer.pem.pub');
  writeFileSync(key, hospital.publicKey.export({ format: 'pem', type: 'spki' }));
  const settings = join(folder, 'client.yaml');
  const environment = { MDM_SETTINGS: settings, MDM_STATE: state, BEARER_TOKEN: 'token' };
  const configure = (from?: string): void => {
    const producer = from === undefined ? key : { key, from };
    writeFileSync(settings, stringify({ gateway: gateway.url, producerKeys: [producer] }));
  };
  return {
    hospital,
    gateway,
    file,
    state,
    async get(asked, shown, { memory = false, from } = {}) {
      gateway.show = shown;
      configure(from);
      const read = readSettings(environment);
      const connection = connect(read, clientMemory(read.state, { isWanted: memory }));
      const place = { path: target, shown: target };
      try {
        const request = { path: asked, target: place, keepSealed: true, force: false };
        const report = await getFile(connection, request);
        const expected = asked.endsWith('.c4gh') ? shown.sealed : shown.plain;
        assert.ok(readFileSync(target).equals(expected));
        return report.memory;
      } catch (error) {
        assert.ok(!existsSync(target), 'nothing has its name');
        return codeOf(error) ?? String(error);
      } finally {
        rmSync(target, { force: true });
        connection.close();
      }
    },
    mdm(shown, ...args) {
      gateway.show = shown;
      configure();
      return runChild([process.execPath, mdmEntry, ...args], { cwd: folder, env: environment });
    },
  };
}

/** A receipt with other fields. */
function altered(receipt: string, changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...(JSON.parse(receipt) as object), ...changes });
}

const fieldsOf = (receipt: string): Readonly<Record<string, unknown>> =>
  JSON.parse(receipt) as Readonly<Record<string, unknown>>;

test('the file itself passes, in both forms and under each of its names', async (t) => {
  const { get, file, hospital } = await startSite(t);
  const old = await hospital.alias({ from: 'p-0', to: 'p-1' });
  for (const [asked, instead] of [
    [path, {}],
    [`${path}.c4gh`, {}],
    [path.replace('s-1/', 's-1@2/'), {}],
    [path.replace('v-1', 'volume'), {}],
    [path.replace('p-1', 'p-0'), { alias: old }],
  ] as const) {
    assert.equal(await get(asked, shownOf(file, instead)), 'none', asked);
  }
});

test('no other file passes for the one that was asked for', async (t) => {
  const { get, hospital } = await startSite(t);
  for (const of of [
    { name: name.replace('p-1', 'p-2') },
    { name: name.replace('t-1', 't-2') },
    { name: name.replace('s-1', 's-2') },
    { name: name.replace('v-1', 'v-2') },
    { name: name.replace('v-1', 'v-1_e2') },
    { name: name.replace('.nii.gz', '.nii') },
    { name: name.replace('.nii.gz', '.json') },
    { name: name.replace('v-1', 'v-1.pick-first-duplicate') },
    { name, collection: 'mr' },
    { name, site: 'other' },
  ]) {
    const other = shownOf(await hospital.make({ stacks: 1, ...of }, content('other')));
    for (const asked of [path, `${path}.c4gh`, path.replace('s-1/', 's-1@1/')]) {
      assert.equal(await get(asked, other), 'SEAL_RECEIPT_OTHER_FILE', JSON.stringify(of));
    }
  }
});

test('no other version passes for the one whose number was asked for', async (t) => {
  const { get, file } = await startSite(t);
  for (const number of [1, 3]) {
    const asked = path.replace('s-1/', `s-1@${number}/`);
    assert.equal(await get(asked, shownOf(file)), 'SEAL_RECEIPT_OTHER_FILE');
  }
});

test('the name of the one volume is no name where there are several stacks, or none', async (t) => {
  const { get, hospital } = await startSite(t);
  for (const [stacks, stated] of [
    [2, name],
    [0, name],
    [null, name],
    [1, `${series}/i-1.nii.gz`],
    [1, name.replace('s-1', 's-2')],
    [1, name.replace('.nii.gz', '.nii')],
  ] as const) {
    const made = await hospital.make({ name: stated, stacks }, content('several'));
    const code = await get(path.replace('v-1', 'volume'), shownOf(made));
    assert.equal(code, 'SEAL_RECEIPT_OTHER_FILE', `${stated} of ${stacks}`);
  }
});

test('an old name is none without the statement of the very producer and collection', async (t) => {
  const { get, file, hospital } = await startSite(t);
  const right = { from: 'p-0', to: 'p-1' } as const;
  const asked = path.replace('p-1', 'p-0');
  const receiptOf = (of: Partial<Parameters<Hospital['alias']>[0]>): Promise<string> =>
    hospital.alias({ ...right, ...of });
  for (const [alias, code] of [
    [undefined, 'SEAL_RECEIPT_OTHER_FILE'],
    [await receiptOf({ from: 'p-9' }), 'SEAL_RECEIPT_OTHER_FILE'],
    [await receiptOf({ to: 'p-2' }), 'SEAL_RECEIPT_OTHER_FILE'],
    [await receiptOf({ collection: 'mr' }), 'SEAL_RECEIPT_OTHER_FILE'],
    [await receiptOf({ site: 'other' }), 'SEAL_RECEIPT_OTHER_FILE'],
    [await receiptOf({ from: 'p-1', to: 'p-0' }), 'SEAL_RECEIPT_OTHER_FILE'],
    [await new Hospital().alias(right), 'SEAL_RECEIPT_UNTRUSTED'],
    [file.receipts.version, 'SEAL_RECEIPT_INVALID'],
  ] as const) {
    const shown = shownOf(file, alias === undefined ? {} : { alias });
    assert.equal(await get(asked, shown), code);
  }
});

test('a receipt counts whole, in its batch, at its place', async (t) => {
  const { get, file, hospital } = await startSite(t);
  const { version, production } = file.receipts;
  const next = await hospital.make({ name, stacks: 1, version: 3 }, content('next'));
  // Signed twice under one number: the very same but for key and content.
  const twin = await hospital.make(file.version, content('twin'));
  const { sealed } = twin;
  const [mine, theirs] = [fieldsOf(version), fieldsOf(next.receipts.version)];
  const forged = Buffer.from(JSON.stringify({ ...file.version, version: 9 })).toString('base64url');
  for (const [what, instead, code] of [
    ['version of another file', { version: next.receipts.version }, 'SEAL_RECEIPT_MISMATCH'],
    ['production of another', { production: next.receipts.production }, 'SEAL_RECEIPT_MISMATCH'],
    [
      'production of a twin',
      { production: twin.receipts.production, sealed },
      'SEAL_RECEIPT_MISMATCH',
    ],
    ['content of another', { plain: next.plain, sealed: next.sealed }, 'CLIENT_UNVERIFIED'],
    ['statement', { version: altered(version, { statement: forged }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['salt', { version: altered(version, { salt: theirs['salt'] }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['path', { version: altered(version, { path: theirs['path'] }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['no path', { version: altered(version, { path: [] }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['index', { version: altered(version, { index: 1 }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['beyond', { version: altered(version, { index: 2 }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['batch', { version: altered(version, { batch: theirs['batch'] }) }, 'SEAL_RECEIPT_MISMATCH'],
    ['kind', { version: production, production: version }, 'SEAL_RECEIPT_INVALID'],
    ['format', { version: altered(version, { formatVersion: 1 }) }, 'SEAL_RECEIPT_INVALID'],
    ['more', { version: altered(version, { more: 1 }) }, 'SEAL_RECEIPT_INVALID'],
    ['no JSON', { version: String(mine['batch']) }, 'SEAL_RECEIPT_INVALID'],
  ] as const) {
    for (const asked of [path, `${path}.c4gh`]) {
      assert.equal(await get(asked, shownOf(file, instead)), code, `${what}: ${asked}`);
    }
  }
});

test('what was signed in an earlier format, or as something else, is no receipt', async (t) => {
  const { get, file, hospital } = await startSite(t);
  const { signer } = hospital;
  const { version } = file.receipts;
  const batch = { ...payloadOf(fieldsOf(version)['batch']), formatVersion: 1 };
  const one = { ...file.version, format: 'mdm-version-receipt', formatVersion: 1 };
  const statementOne = Buffer.from(JSON.stringify({ ...file.version, formatVersion: 1 }));
  for (const [receipt, code] of [
    [
      await signStatement('mdm-version-receipt' as 'mdm-batch', one, signer),
      'SEAL_RECEIPT_INVALID',
    ],
    [
      altered(version, { batch: await signStatement('mdm-batch', batch, signer) }),
      'SEAL_RECEIPT_INVALID',
    ],
    [
      altered(version, {
        batch: await signStatement('mdm-share-deposit', { ...batch, formatVersion: 2 }, signer),
      }),
      'SEAL_RECEIPT_INVALID',
    ],
    [altered(version, { statement: statementOne.toString('base64url') }), 'SEAL_RECEIPT_MISMATCH'],
  ] as const) {
    assert.equal(await get(path, shownOf(file, { version: receipt })), code);
  }
});

test('what a stranger signed, or a key before its time, is believed by nobody', async (t) => {
  const { get, file } = await startSite(t);
  const forged = await new Hospital().make(file.version, content('forged'));
  assert.equal(await get(path, shownOf(forged)), 'SEAL_RECEIPT_UNTRUSTED');
  // Its key id is that of the believed key.
  const { batch } = fieldsOf(forged.receipts.version);
  const version = altered(file.receipts.version, { batch });
  assert.equal(await get(path, shownOf(file, { version })), 'SEAL_RECEIPT_UNTRUSTED');
  const from = '2026-01-01T00:00:00.001Z';
  assert.equal(await get(path, shownOf(file), { from }), 'SEAL_RECEIPT_UNTRUSTED');
  assert.equal(await get(path, shownOf(file), { from: '2026-01-01T00:00:00Z' }), 'none');
});

test('what was seen is never taken back: versions, contents, identities', async (t) => {
  const { get, file, hospital } = await startSite(t);
  const of = { name, stacks: 1 } as const;
  const make = async (more: Partial<MadeVersion['version']>, seed: string): Promise<Shown> =>
    shownOf(await hospital.make({ ...of, ...more }, content(seed)));
  const first = await make({ version: 1 }, 'first');
  const third = await make({ version: 3, time: '2026-01-03T00:00:00Z' }, 'third');
  const twin = await make({ version: 3, time: '2026-01-03T00:00:00Z' }, 'twin');
  const guid = 'b'.repeat(32);
  const before = await make({ guid, version: 9, time: '2026-01-02T00:00:00Z' }, 'before');
  const since = await make({ guid, version: 1, time: '2026-01-04T00:00:00Z' }, 'since');
  const second = shownOf(file);
  const at = (number: number): string => path.replace('s-1/', `s-1@${number}/`);
  const volume = path.replace('v-1', 'volume');
  for (const [asked, shown, expected] of [
    [path, first, 'first'],
    [path, second, 'newer'],
    [`${path}.c4gh`, second, 'same'],
    [path, first, 'CLIENT_VERSION_OLDER'],
    [`${path}.c4gh`, first, 'CLIENT_VERSION_OLDER'],
    // Another of its names does not help.
    [volume, first, 'CLIENT_VERSION_OLDER'],
    [at(1), first, 'asked'],
    [at(3), third, 'newer'],
    [path, second, 'CLIENT_VERSION_OLDER'],
    [at(2), second, 'asked'],
    [path, twin, 'CLIENT_VERSION_TWICE'],
    [at(3), twin, 'CLIENT_VERSION_TWICE'],
    [path, before, 'CLIENT_IDENTITY_OLDER'],
    [at(9), before, 'CLIENT_IDENTITY_OLDER'],
    [path, since, 'another'],
    [path, third, 'CLIENT_IDENTITY_OLDER'],
    [path, since, 'same'],
  ] as const) {
    assert.equal(await get(asked, shown, { memory: true }), expected, asked);
  }
});

test('the one volume of a series does not go back to another stack', async (t) => {
  const { get, file, hospital } = await startSite(t);
  const volume = path.replace('v-1', 'volume');
  const other = await hospital.make(
    {
      name: name.replace('v-1', 'v-2'),
      stacks: 1,
      guid: 'c'.repeat(32),
      time: '2026-01-02T00:00:00Z',
    },
    content('other stack'),
  );
  assert.equal(await get(volume, shownOf(file), { memory: true }), 'first');
  assert.equal(await get(volume, shownOf(other), { memory: true }), 'another');
  assert.equal(await get(volume, shownOf(file), { memory: true }), 'CLIENT_IDENTITY_OLDER');
});

test('who has no memory, or an older one, can be given what is older than what it lost', async (t) => {
  const { get, file, hospital, state } = await startSite(t);
  const make = async (version: number): Promise<Shown> =>
    shownOf(await hospital.make({ name, stacks: 1, version }, content(String(version))));
  const [first, third] = [await make(1), await make(3)];
  assert.equal(await get(path, shownOf(file), { memory: true }), 'first');
  const kept = `${state}.kept`;
  cpSync(state, kept, { recursive: true });
  assert.equal(await get(path, third, { memory: true }), 'newer');
  rmSync(state, { recursive: true });
  cpSync(kept, state, { recursive: true });
  assert.equal(
    await get(path, shownOf(file), { memory: true }),
    'same',
    'as the threat model says',
  );
  assert.equal(await get(path, first, { memory: true }), 'CLIENT_VERSION_OLDER');
  assert.equal(await get(path, first), 'none', 'as the threat model says');
});

test('the command says what an older version is, and that it is not the file', async (t) => {
  const { mdm, file, hospital } = await startSite(t);
  const first = shownOf(await hospital.make({ name, stacks: 1 }, content('first')));
  const good = await mdm(shownOf(file), 'get', '-q', path, 'v');
  assert.equal(good.code, 0, good.stderr);
  const bad = await mdm(first, 'get', '-f', '-q', path, 'v');
  assert.equal(bad.code, 8);
  assert.match(
    bad.stderr,
    /^mdm: CLIENT_VERSION_OLDER: version 1 of .*; seen before: version 2 of /,
  );
  assert.match(bad.stderr, /Tell the site operator/);
  const guid = 'd'.repeat(32);
  const since = { name, stacks: 1, guid, time: '2026-02-01T00:00:00Z' };
  const another = shownOf(await hospital.make(since, content('since')));
  const said = await mdm(another, 'get', '-f', '-q', path, 'v');
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /another file than was seen under this name before/);
});

function payloadOf(jws: unknown): Readonly<Record<string, unknown>> {
  const [, payload = ''] = String(jws).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}
