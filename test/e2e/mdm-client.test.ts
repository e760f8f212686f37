/** A user at the command line: every command of `mdm`, its JSON and its exit codes. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { tokenPrincipal } from '../support/login.ts';
import { makeSeries } from '../support/make-series.ts';
import { canonSlice, xaVolume } from '../support/make-split.ts';
import { startStory } from './story.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly kind: string;
  readonly size?: number;
  readonly etag?: string;
  readonly locality: string;
}

interface Report {
  readonly state: 'fetched' | 'present';
  readonly bytes: number;
  readonly version: number;
  readonly resumedAt: number;
  readonly sha256: string;
}

/** Voxels of the series as NIfTI has them: rows in the opposite order. */
function pixelBytes(): Buffer {
  const [rows, columns] = [32, 40];
  const slices = [...makeSeries()].map(({ pixels }) =>
    Buffer.concat(
      Array.from({ length: rows }, (_, row) =>
        Buffer.from(pixels.subarray((rows - 1 - row) * columns * 2, (rows - row) * columns * 2)),
      ),
    ),
  );
  return Buffer.concat(slices);
}

test('ls, stat, cat, get, find and status', async (t) => {
  const story = await startStory(t);
  const series = await story.series('bob', 'open');
  assert.match(await story.run('bob', 'ls', '-l', '/test'), /open\/\n.* sealed\/\n/);
  const files = await story.json<Entry>('bob', 'ls', series);
  const [first] = files.filter(({ name }) => name.startsWith('i-'));
  const path = first?.path ?? '';
  assert.equal(files.filter(({ name }) => name.startsWith('i-')).length, 8);
  assert.equal(first?.size, undefined);
  assert.match(await story.run('bob', 'stat', path), /size +unknown/);

  const slice = await story.run('bob', 'cat', path);
  assert.ok(slice.includes('DICM'));
  const [stat] = await story.json<Entry>('bob', 'stat', path);
  assert.ok((stat?.size ?? 0) > 32 * 40 * 2);
  assert.match(stat?.etag ?? '', /^"/);
  const [got] = await story.json<Report>('bob', 'get', path, story.file('slice.dcm'));
  assert.equal(got?.bytes, stat?.size);
  assert.equal(readFileSync(story.file('slice.dcm')).length, stat?.size);

  await story.run('bob', 'get', '-q', `${series}/volume.nii`, story.file('v.nii'));
  assert.deepEqual(readFileSync(story.file('v.nii')).subarray(352), pixelBytes());
  const [there] = await story.json<Report>(
    'bob',
    'get',
    `${series}/volume.nii`,
    story.file('v.nii'),
  );
  assert.equal(there?.state, 'present', 'what is there and verified is not fetched again');
  writeFileSync(story.file('v.nii'), 'precious');
  const again = await story.fails(1, 'bob', 'get', `${series}/volume.nii`, story.file('v.nii'));
  assert.match(again.stderr, /CLIENT_TARGET.* exists and is not this file/);
  assert.equal(readFileSync(story.file('v.nii'), 'utf8'), 'precious');
  await story.run('bob', 'get', '-f', '-q', `${series}/volume.nii`, story.file('v.nii'));

  const sealed = await story.series('bob', 'sealed');
  await story.run('bob', 'get', '-q', `${sealed}/volume.nii.c4gh`, story.file('opened.nii'));
  assert.deepEqual(readFileSync(story.file('opened.nii')), readFileSync(story.file('v.nii')));
  // The magic of NIfTI, out of both forms.
  for (const path of [`${series}/volume.nii`, `${sealed}/volume.nii.c4gh`])
    assert.equal(await story.run('bob', 'cat', '--range', '344-346', path), 'n+1');
  await story.fails(2, 'bob', 'cat', '--range', '3-2', `${series}/volume.nii`);
  const beyond = await story.fails(2, 'bob', 'cat', '--range=99999999-', `${series}/volume.nii`);
  assert.match(beyond.stderr, /CLIENT_ARGUMENT: the file has \d+ bytes, and none of those/);
  const kept = ['get', '-q', '--sealed', `${sealed}/volume.nii.c4gh`, story.file('v.c4gh')];
  await story.run('bob', ...kept);
  assert.equal(readFileSync(story.file('v.c4gh')).toString('latin1', 0, 8), 'crypt4gh');

  assert.equal((await story.json('bob', 'find', '/test', '-w', 'Modality=CT')).length, 2);
  assert.equal((await story.json('bob', 'find', '/test', '-w', 'Modality=MR')).length, 0);
  assert.equal((await story.json('bob', 'find', '/test', '-w', 'Rows>=32')).length, 2);
  const [status] = await story.json<{ keyServers: { state: string }[] }>('alice', 'status');
  assert.deepEqual(
    status?.keyServers.map(({ state }) => state),
    Array(3).fill('reachable'),
  );
  assert.match(
    await story.run('alice', 'status'),
    /^key server hospital: reachable, clock [+-]\d+(\.\d)? s, lease \d+ s, policies up to \d+$/m,
  );
});

test('what was verified is remembered, where there is a place for it', async (t) => {
  const story = await startStory(t);
  const path = `${await story.series('bob', 'open')}/volume.nii`;
  const get = async (env: Readonly<Record<string, string>>, ...flags: readonly string[]) => {
    const args = ['get', '-f', '-q', ...flags, path, story.file('v.nii')];
    const { code, stdout, stderr } = await story.mdm('bob', args, { env });
    assert.equal(code, 0, stderr);
    return { stderr, memory: flags.includes('--json') && memoryOf(stdout) };
  };
  const memoryOf = (line: string): string => (JSON.parse(line) as { memory: string }).memory;
  assert.equal((await get({}, '--json')).memory, 'first');
  assert.equal((await get({}, '--json')).memory, 'same');
  assert.deepEqual(await get({}, '--json', '--no-memory'), { stderr: '', memory: 'none' });
  // No folder can be made below a file.
  const env = { XDG_STATE_HOME: story.file('v.nii') };
  assert.deepEqual(await get(env, '--json'), { stderr: '', memory: 'none' });
  assert.match((await get(env)).stderr, /^mdm: versions are not remembered .*ENOTDIR.*\n$/);
  assert.equal((await get(env, '--no-memory')).stderr, '');
});

test('find lists the series of one acquisition in their order, once their headers were read', async (t) => {
  const places = [3, 1, 2] as const;
  const story = await startStory(t, {
    series: [
      ...places.map((place) => xaVolume(place)),
      ...places.map((place) => canonSlice(place)),
    ],
  });
  interface Found {
    readonly path: string;
    readonly metadata: Readonly<Record<string, string | number>>;
  }
  const find = (...where: readonly string[]): Promise<readonly Found[]> =>
    story.json<Found>('bob', 'find', '/test/open', ...where.flatMap((one) => ['-w', one]));
  const all = await find();
  assert.equal(all.length, 6);
  assert.deepEqual(await find('AcquisitionGroup~a-*'), [], 'a walk reads no headers');
  const wanted = all.map(({ path }) => `${path}/volume.qc.json`);
  const got = await story.json<{ target: string }>(
    'bob',
    'get',
    '-t',
    story.file('out'),
    ...wanted,
  );
  const { acquisition } = JSON.parse(readFileSync(got[0]?.target ?? '', 'utf8')) as {
    readonly acquisition: { readonly group: string };
  };
  const groups = new Set((await find('AcquisitionGroup~a-*')).map(groupOf));
  assert.equal(groups.size, 2);
  assert.ok(groups.has(acquisition.group));
  for (const group of groups) {
    const found = await find(`AcquisitionGroup=${group}`);
    assert.deepEqual(
      found.map(({ metadata }) => metadata['AcquisitionPlace']),
      [1, 2, 3],
    );
    const listed = await story.run('bob', 'find', '/test/open', '-w', `AcquisitionGroup=${group}`);
    assert.deepEqual(
      listed.trim().split('\n'),
      found.map(({ path }) => path),
    );
  }
  assert.equal((await find('AcquisitionExpected=4')).length, 3);
  // The same series in another collection are in a group of another name.
  const sealed = (await story.json<Found>('bob', 'find', '/test/sealed'))[0]?.path ?? '';
  await story.run('bob', 'get', '-q', `${sealed}/volume.nii.c4gh`, story.file('sealed.nii'));
  const [other] = await story.json<Found>('bob', 'find', sealed);
  assert.match(String(other?.metadata['AcquisitionGroup']), /^a-/);
  assert.ok(other !== undefined && !groups.has(groupOf(other)));
  await story.fails(2, 'bob', 'find', '/test', '-w', 'AcquisitionPlace=first');
});

const groupOf = (found: { readonly metadata: Readonly<Record<string, string | number>> }): string =>
  String(found.metadata['AcquisitionGroup']);

test('failures have their exit code, and JSON with --json', async (t) => {
  const story = await startStory(t);
  const series = await story.series('bob', 'open');
  const [first] = await story.json<Entry>('bob', 'ls', series);
  const path = first?.path ?? '';
  const target = story.file('never');
  const absent = await story.fails(3, 'bob', '--json', 'stat', `${series}/absent.dcm`);
  assert.equal((JSON.parse(absent.stderr) as { code: string }).code, 'FILES_NOT_FOUND');
  const told = await story.fails(3, 'bob', 'stat', `${series}/absent.dcm`);
  assert.match(told.stderr, /^ {2}request id: [0-9a-z]{16}$/m);
  for (const hidden of [path, series, '/test/open']) {
    const refused = await story.fails(3, 'carol', '--json', 'stat', hidden);
    assert.deepEqual(withoutId(refused.stderr), withoutId(absent.stderr));
  }
  await story.fails(3, 'carol', 'get', path, target);
  assert.equal(await story.run('carol', 'ls', '/test').catch(() => ''), '');
  assert.deepEqual(await story.json('carol', 'find', '/test'), []);
  await story.fails(4, 'bob', 'grant', '/test/open', tokenPrincipal('carol'));
  await story.fails(4, 'bob', 'revoke', '/test/open', tokenPrincipal('alice'));
  await story.fails(2, 'alice', 'grant', '/test/open', 'nobody');
  await story.fails(2, 'bob', 'fetch', path);
  await story.fails(2, 'bob', 'find', '/test', '-w', 'no condition');
  const { code } = await story.mdm('bob', ['ls', '/test'], {
    env: { BEARER_TOKEN: 'not.a.token' },
  });
  assert.equal(code, 5);
  const nowhere = story.settingsOf('bob', { gateway: 'http://127.0.0.1:1' });
  const unreachable = await story.mdm('bob', ['ls', '/test'], { settings: nowhere });
  assert.equal(unreachable.code, 6, unreachable.stderr);
  const strangers = story.settingsOf('bob', { producerKeys: [foreignKey(story.folder)] });
  const unverified = await story.mdm('bob', ['get', '-q', path, target], { settings: strangers });
  assert.equal(unverified.code, 8, unverified.stderr);
  assert.equal(existsSync(target), false, 'what is not verified never gets its name');
});

/** A failure as JSON but for the id of its request, which differs each time. */
function withoutId(line: string): object {
  const { requestId, ...rest } = JSON.parse(line) as { requestId?: string };
  assert.match(requestId ?? '', /^[0-9a-z]{16}$/);
  return rest;
}

/** A producer key that nobody signed with. */
function foreignKey(folder: string): string {
  const path = `${folder}/foreign.pem.pub`;
  const { publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(path, publicKey.export({ type: 'spki', format: 'pem' }));
  return path;
}
