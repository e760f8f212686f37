/** `mdm get` of several files, directories, searches and lists: a tree that the same command completes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { mdmEntry } from '../../demo/command.ts';
import { type Child, runChild, startChild } from '../support/child.ts';
import { requireTool } from '../support/require-tool.ts';
import { type Story, startStory } from './story.ts';

interface FileLine {
  readonly path: string;
  readonly state: 'fetched' | 'present';
  readonly target: string;
  readonly resumedAt: number;
}

interface Summary {
  readonly fetched: number;
  readonly present: number;
  readonly failed: number;
  readonly bytes: number;
}

/** Two patients, one with two series. */
const series = [
  { slices: 3, seed: 1, studySeed: 1, seriesNumber: 1 },
  { slices: 4, seed: 2, studySeed: 1, seriesNumber: 2 },
  {
    slices: 5,
    seed: 3,
    studySeed: 2,
    patient: { name: 'SYNTHETIC^BEN', id: 'SYN-0002', birthDate: '19610203' },
  },
] as const;

async function seriesPaths(story: Story, collection: string): Promise<readonly string[]> {
  const found = await story.json<{ path: string }>('bob', 'find', `/test/${collection}`);
  return found.map(({ path }) => path);
}

function summaryOf(lines: readonly unknown[]): Summary {
  return (lines.at(-1) as { summary: Summary }).summary;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(folder, name)).isFile() || name.endsWith('.lock'))
    .toSorted();
}

test('volumes of two series do not overwrite each other', async (t) => {
  const story = await startStory(t, { series });
  const paths = await seriesPaths(story, 'open');
  assert.equal(paths.length, 3);
  const out = story.file('out');
  const volumes = paths.map((path) => `${path}/volume.nii`);
  const got = await story.json<FileLine>('bob', 'get', ...volumes, out);
  const { fetched, present, failed } = summaryOf(got);
  assert.deepEqual([fetched, present, failed], [3, 0, 0]);
  const files = filesIn(out);
  assert.deepEqual(
    files.map((name) => name.split('/').slice(0, 5).join('/')),
    paths.map((path) => path.slice(1)).toSorted(),
  );
  const sizes = files.map((name) => statSync(join(out, name)).size);
  assert.deepEqual(
    sizes.toSorted((a, b) => a - b),
    [3, 4, 5].map((slices) => 352 + slices * 32 * 40 * 2),
  );
});

test('a collection is fetched whole; again only what is missing; what differs is kept', async (t) => {
  const story = await startStory(t, { series });
  for (const [collection, count] of [
    ['open', 12],
    ['sealed', 12],
  ] as const) {
    const out = story.file(`out-${collection}`);
    const get = (...more: readonly string[]) =>
      story.json<FileLine>('bob', 'get', '-r', ...more, `/test/${collection}`, out);
    assert.equal(summaryOf(await get()).fetched, count);
    const files = filesIn(out);
    assert.equal(files.length, count);
    assert.ok(
      files.every((name) => name.endsWith('.dcm')),
      files.join(' '),
    );
    assert.ok(readFileSync(join(out, files[0] ?? '')).includes('DICM'));
    const again = summaryOf(await get());
    assert.deepEqual([again.fetched, again.present, again.failed], [0, count, 0]);
    assert.equal(again.bytes, 0);
    const [first = '', second = ''] = files.map((name) => join(out, name));
    rmSync(first);
    writeFileSync(second, 'precious');
    const partly = await story.mdm('bob', ['--json', 'get', '-r', `/test/${collection}`, out]);
    assert.equal(partly.code, 1);
    const lines = partly.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as FileLine);
    const { fetched, present, failed } = summaryOf(lines);
    assert.deepEqual([fetched, present, failed], [1, count - 2, 1]);
    const failure = JSON.parse(partly.stderr) as { code: string; path: string };
    assert.equal(failure.code, 'CLIENT_TARGET');
    assert.ok(second.endsWith(failure.path.replace('.c4gh', '')));
    assert.equal(readFileSync(second, 'utf8'), 'precious');
    assert.equal(summaryOf(await get('-f')).fetched, count);
    assert.ok(readFileSync(second).includes('DICM'));
  }
});

test('searches and lists', async (t) => {
  const story = await startStory(t, { series });
  const out = story.file('out');
  const found = await story.json(
    'bob',
    'get',
    '--from-find',
    '-w',
    'Modality=CT',
    '/test/open',
    out,
  );
  assert.equal(summaryOf(found).fetched, 12);
  const none = await story.json(
    'bob',
    'get',
    '--from-find',
    '-w',
    'Modality=MR',
    '/test/open',
    out,
  );
  assert.equal(summaryOf(none).fetched, 0);
  await story.fails(2, 'bob', 'get', '-w', 'Modality=CT', '/test/open', out);
  const listed = await story.run('bob', '--json', 'find', '/test/open');
  const [one = ''] = await seriesPaths(story, 'open');
  for (const [index, input] of [listed, `${one}\n\n`, `${one}/volume.nii`].entries()) {
    const target = story.file(`list-${index}`);
    const got = await story.mdm('bob', ['--json', 'get', '-', target], { input });
    assert.equal(got.code, 0, got.stderr);
    assert.ok(filesIn(target).length > 0);
  }
  // One path or many: what is named as the folder is one.
  const into = story.file('into');
  assert.equal((await story.mdm('bob', ['get', '-t', into, `${one}/volume.nii`])).code, 0);
  assert.equal(filesIn(into).length, 1);
  assert.ok(filesIn(into)[0]?.startsWith(`${one.slice(1)}/`), filesIn(into)[0]);
  const empty = await story.mdm('bob', [
    'get',
    '--from-find',
    '-w',
    'Modality=MR',
    '/test/open',
    out,
  ]);
  assert.equal(empty.code, 0);
  assert.match(empty.stdout, /0 files fetched and verified, 0 B; nothing is listed there/);
  assert.doesNotMatch(empty.stdout, /complete/);
  const bad = await story.mdm('bob', ['get', '-', story.file('bad')], { input: '{"no":1}\n' });
  assert.equal(bad.code, 2, bad.stderr);
});

test('what fails ends nothing else, is told, and the command does not end well', async (t) => {
  const story = await startStory(t, { series });
  const [one = '', two = ''] = await seriesPaths(story, 'open');
  const out = story.file('out');
  mkdirSync(out);
  const absent = `${one}/i-${'0'.repeat(16)}.dcm`;
  const args = ['get', '-q', one, absent, '/test/../etc', `${two}/volume.nii`, out];
  const { code, stdout, stderr } = await story.mdm('bob', args);
  assert.equal(code, 1, 'failures of several kinds');
  assert.match(stderr, /: CLIENT_IS_A_DIRECTORY/);
  assert.match(stderr, /: FILES_NOT_FOUND.*\n {2}request id: [0-9a-z]{16}/);
  assert.match(stderr, /: CLIENT_NAME/);
  assert.match(stderr, /3 of 4 files failed\n$/);
  assert.match(stdout, /1 file fetched and verified, .*; 3 failed\n$/);
  assert.equal(filesIn(out).length, 1);
  assert.equal((await story.mdm('bob', ['get', '-q', absent, absent, out])).code, 3);
  const noFolder = await story.mdm('bob', ['get', one, two, join(out, 'a', 'b')]);
  assert.equal(noFolder.code, 1);
  assert.match(noFolder.stderr, /no such folder/);
});

test('nothing is written through a link, or outside', async (t) => {
  const story = await startStory(t, { series });
  const [one = ''] = await seriesPaths(story, 'open');
  const [, site = '', collection = ''] = one.split('/');
  const out = story.file('out');
  const elsewhere = story.file('elsewhere');
  mkdirSync(elsewhere);
  mkdirSync(join(out, site), { recursive: true });
  symlinkSync(elsewhere, join(out, site, collection));
  const through = await story.mdm('bob', ['get', '-q', '-r', one, out]);
  assert.equal(through.code, 1, through.stderr);
  assert.match(through.stderr, /symbolic link/);
  assert.deepEqual(readdirSync(elsewhere), []);
  // A file's own name, and what a transfer is called meanwhile.
  const victim = story.file('victim');
  writeFileSync(victim, 'precious');
  for (const suffix of ['', '.mdm-part', '.mdm-part.json']) {
    const link = story.file(`link.nii${suffix}`);
    symlinkSync(victim, link);
    const refused = await story.mdm('bob', [
      'get',
      '-q',
      `${one}/volume.nii`,
      story.file('link.nii'),
    ]);
    // A note of an earlier transfer that is a link is removed; what it leads to is not.
    assert.equal(refused.code, suffix.endsWith('.json') ? 0 : 1, `${suffix}: ${refused.stderr}`);
    assert.equal(readFileSync(victim, 'utf8'), 'precious', suffix);
    rmSync(link, { force: true });
    rmSync(story.file('link.nii'), { force: true });
    for (const left of ['.mdm-part', '.mdm-part.json'])
      rmSync(story.file(`link.nii${left}`), { force: true });
  }
  // Replaced, not followed.
  symlinkSync(victim, story.file('forced.nii'));
  await story.run('bob', 'get', '-q', '-f', `${one}/volume.nii`, story.file('forced.nii'));
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
  assert.ok(existsSync(story.file('forced.nii')));
});

/** Enough to be interrupted in. */
const many = [1, 2, 3].map((seed) => ({
  slices: 30,
  rows: 128,
  columns: 128,
  seed,
  studySeed: seed,
  seriesNumber: seed,
}));

function startGet(t: TestContext, story: Story, out: string): Promise<Child> {
  const args = ['--json', 'get', '-r', '-p', '8', '/test/sealed', out];
  const env = {
    MDM_SETTINGS: story.settingsOf('bob'),
    XDG_STATE_HOME: story.file('state'),
    BEARER_TOKEN: '',
    BEARER_TOKEN_FILE: '',
  };
  return startChild(t, [process.execPath, mdmEntry, ...args], { env });
}

test('an interrupt or a kill loses nothing: the same command completes it', async (t) => {
  const story = await startStory(t, { series: many });
  const out = story.file('out');
  for (const signal of ['SIGINT', 'SIGKILL', 'SIGTERM'] as const) {
    const before = existsSync(out)
      ? filesIn(out).filter((name) => name.endsWith('.dcm')).length
      : 0;
    const running = await startGet(t, story, out);
    await running.waitForOutput(/(?:"state":"fetched"[^]*){5}/);
    running.kill(signal);
    const { code } = await running.exited;
    assert.equal(code, signal === 'SIGKILL' ? null : 130);
    const files = filesIn(out);
    const whole = files.filter((name) => name.endsWith('.dcm'));
    assert.ok(whole.length > before && whole.length < 90, `${signal}: ${whole.length}`);
    const isLocked = files.some((name) => name.endsWith('.lock'));
    if (signal === 'SIGINT') assert.ok(!isLocked, 'who ends in order leaves no lock');
  }
  const rest = await story.json<FileLine>('bob', 'get', '-r', '/test/sealed', out);
  const { fetched, present, failed } = summaryOf(rest);
  assert.deepEqual([fetched + present, failed], [90, 0]);
  assert.ok(present >= 15, String(present));
  const files = filesIn(out);
  assert.ok(
    files.every((name) => name.endsWith('.dcm')),
    'no part is left',
  );
  assert.equal(files.length, 90);
});

test('the files of a series come with few retrieves', async (t) => {
  const story = await startStory(t, { series: many });
  const got = await story.json<FileLine>('bob', 'get', '-r', '/test/open', story.file('out'));
  assert.equal(summaryOf(got).fetched, 90);
  const started = story.logs().match(/"recall.started"/g)?.length ?? 0;
  assert.ok(started <= 6, `${started} recalls of three series`);
});

test('a terminal sees one bar for all files', { skip: requireTool('script') }, async (t) => {
  const story = await startStory(t, { series });
  const command = [process.execPath, mdmEntry, 'get', '-r', '/test/open', story.file('out')].join(
    ' ',
  );
  const env = {
    MDM_SETTINGS: story.settingsOf('bob'),
    XDG_STATE_HOME: story.file('state'),
    BEARER_TOKEN: '',
  };
  const { code, stdout } = await runChild(['script', '-qec', command, '/dev/null'], { env });
  assert.equal(code, 0, stdout);
  const bars = stdout.split('\r\u001B[K');
  assert.match(bars.at(-1) ?? '', /^12 of 12 files \[#{30}\]100% \d+\.\d kB \d/);
  assert.match(stdout, /\r?\n\S+out  12 files fetched and verified, \d+\.\d kB; complete\r?\n$/);
});

/** Fills a small disk, fetches into it, makes room, fetches again. */
const onSmallDisk = `
  mount -t tmpfs -o size=64k tmpfs "$0" && head -c 57344 /dev/zero > "$0/filler"
  "$@"; echo "first $?"; find "$0" -name '*.lock' -o -name '*.dcm'; rm "$0/filler"
  "$@"; echo "second $?"`;

const canMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    .status === 0;

test('a full local disk ends the command, which says so; with room it goes on', {
  skip: !canMount && 'no user namespaces with mounts here',
}, async (t) => {
  const story = await startStory(t, { series });
  const disk = story.file('disk');
  mkdirSync(disk);
  const env = {
    MDM_SETTINGS: story.settingsOf('bob'),
    XDG_STATE_HOME: story.file('state'),
    BEARER_TOKEN: '',
    BEARER_TOKEN_FILE: '',
  };
  const get = [process.execPath, mdmEntry, 'get', '-r', '/test/open', disk];
  const command = ['unshare', '-rm', 'sh', '-c', onSmallDisk, disk, ...get] as const;
  const { stdout, stderr } = await runChild(command, { env });
  const [, before, after] = stdout.split(/first 6\n|second 0\n/);
  assert.match(stdout, /; stopped before the end\nfirst 6\n/);
  const [, fetched, present] =
    /(\d+) files fetched.*; (\d+) were there.*; complete\n$/.exec(before ?? '') ?? [];
  assert.equal(Number(fetched) + Number(present), 12, stdout);
  assert.equal(after, '');
  assert.doesNotMatch(stdout, /\.lock/);
  assert.equal(stderr.match(/CLIENT_DISK_FULL/g)?.length, 1, stderr);
  assert.match(stderr, /Make room/);
});
