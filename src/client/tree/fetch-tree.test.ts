import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type ClientBench, openClientBench } from '../../../test/support/client-bench.ts';
import { entryFor, plaintextOf, site } from '../../../test/support/files-bench.ts';
import { tempFolder } from '../../../test/support/temp.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { recallErrors } from '../../recall/errors.ts';
import { clientLimits } from '../limits.ts';
import { fetchTree, type Outcome, type TreeRequest } from './fetch-tree.ts';
import { HeldFolder } from './held-folder.ts';

const entries = [entryFor('alice', 'list', 'read')];
const instances = Array.from({ length: 12 }, (_, index) => `i-${index}`);
const openCt = { name: 'ct', delivery: 'open', entries, instances } as const;
const sealedCt = { name: 'vault', delivery: 'sealed', entries, instances } as const;

interface TreeBench extends ClientBench {
  readonly root: string;
  readonly outcomes: Outcome[];
  fetch(paths: readonly string[], options?: Partial<TreeRequest>): Promise<void>;
  kinds(): Readonly<Record<string, number>>;
}

async function open(t: TestContext): Promise<TreeBench> {
  const bench = await openClientBench(t, [openCt, sealedCt], { sizeBytes: 1000 });
  const root = join(await tempFolder(t), 'out');
  const outcomes: Outcome[] = [];
  return Object.assign(bench, {
    root,
    outcomes,
    async fetch(paths: readonly string[], options: Partial<TreeRequest> = {}) {
      outcomes.length = 0;
      await using held = await HeldFolder.open(root, { make: true });
      await fetchTree(bench.ports, {
        sources: sourcesOf(paths),
        root: held,
        keepSealed: false,
        force: false,
        parallel: 4,
        signal: new AbortController().signal,
        onOutcome: (outcome) => outcomes.push(outcome),
        ...options,
      });
    },
    kinds() {
      const counts: Record<string, number> = {};
      for (const outcome of outcomes) {
        const kind = outcome.kind === 'failed' ? (codeOf(outcome.error) ?? 'bug') : outcome.kind;
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      return counts;
    },
  });
}

async function* sourcesOf(paths: readonly string[]) {
  for (const path of paths) yield { path, recursive: true };
}

/** Files below a folder, links not followed. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .toSorted();
}

test('a tree has all files under their paths; once more only what is missing or was cut', async (t) => {
  const bench = await open(t);
  await bench.fetch([`/${site}`]);
  assert.deepEqual(bench.kinds(), { fetched: 24 });
  const expected = ['ct', 'vault'].flatMap((name) =>
    instances.map((instance) => `/${site}/${name}/p-1/t-1/s-${name}/${instance}.dcm`),
  );
  assert.deepEqual(filesBelow(bench.root), expected.toSorted());
  for (const path of expected) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    assert.ok(readFileSync(join(bench.root, path)).equals(plaintextOf({ name }, 1000)), path);
  }
  await bench.fetch([`/${site}`]);
  assert.deepEqual(bench.kinds(), { present: 24 });
});

test('the same file twice is written once', async (t) => {
  const bench = await open(t);
  const path = `/${site}/ct/p-1/t-1/s-ct`;
  await bench.fetch([path, path, `${path}/i-1.dcm`, `/${site}/ct`], { parallel: 16 });
  assert.deepEqual(bench.kinds(), { fetched: 12, present: 25 });
});

/** Names that no entry of the tree has. */
const hostileNames = [
  '../x',
  '..',
  '.',
  '/etc/passwd',
  'a/../../x',
  'con',
  'i-1.dcm\0',
  'i-1\u001B[2J.dcm',
  `i-${'1'.repeat(4000)}.dcm`,
  '',
  'I-1.DCM',
];

test('a server that makes names up has nothing written', async (t) => {
  const bench = await open(t);
  const series = `/${site}/ct/p-1/t-1/s-ct`;
  const stat = { path: series, name: 's-ct', kind: 'directory', modifiedMs: 0, digests: {} };
  bench.lie = (request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/.mdm/v1/stat')) response.end(JSON.stringify(stat));
    if (!url.startsWith('/.mdm/v1/list')) return;
    const listed = hostileNames.flatMap((name) =>
      ['file', 'directory'].map((kind) => ({ ...stat, name, kind, path: `/../${name}` })),
    );
    response.end(JSON.stringify({ entries: listed }));
  };
  for (const path of [series, `/${site}`, '/']) {
    await bench.fetch([path]);
    // At the root `con` is refused as a site, as everywhere.
    assert.deepEqual(bench.kinds(), { CLIENT_NAME: hostileNames.length * 2 }, path);
    assert.deepEqual(filesBelow(bench.root), []);
  }
  assert.deepEqual(bench.ranges, [], 'nothing was read');
});

test('a file where a directory belongs, or the reverse, is no way out', async (t) => {
  const bench = await open(t);
  const stat = { path: '/', name: 'p-1', kind: 'file', modifiedMs: 0, digests: {} };
  bench.lie = (request, response) => {
    if (request.url?.startsWith('/.mdm/v1/stat') === true) response.end(JSON.stringify(stat));
  };
  await bench.fetch([`/${site}/ct/p-1`, `/${site}/ct/p-1/t-1/s-ct`]);
  assert.deepEqual(bench.kinds(), { CLIENT_NAME: 2 });
});

test('a folder that becomes a link while files are fetched is not followed', async (t) => {
  const bench = await open(t);
  const elsewhere = await tempFolder(t);
  let reads = 0;
  bench.lie = (request) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    reads += 1;
    if (reads !== 3) return;
    renameSync(join(bench.root, site), join(bench.root, 'moved'));
    symlinkSync(elsewhere, join(bench.root, site));
  };
  await bench.fetch([`/${site}/ct`], { parallel: 1 });
  assert.deepEqual(bench.kinds(), { fetched: 3, CLIENT_TARGET: 9 });
  assert.deepEqual(readdirSync(elsewhere), []);
  assert.equal(filesBelow(join(bench.root, 'moved')).length, 3, 'the third went where it began');
});

test('the target itself replaced by a link changes nothing', async (t) => {
  const bench = await open(t);
  const elsewhere = await tempFolder(t);
  let isMoved = false;
  bench.lie = () => {
    if (isMoved) return;
    isMoved = true;
    renameSync(bench.root, `${bench.root}-moved`);
    symlinkSync(elsewhere, bench.root);
  };
  await bench.fetch([`/${site}/ct`]);
  assert.deepEqual(bench.kinds(), { fetched: 12 });
  assert.deepEqual(readdirSync(elsewhere), []);
  assert.equal(filesBelow(`${bench.root}-moved`).length, 12);
});

test('what appears at a name while its file comes is not overwritten', async (t) => {
  const bench = await open(t);
  const folder = join(bench.root, site, 'ct/p-1/t-1/s-ct');
  const path = `/${site}/ct/p-1/t-1/s-ct/i-1.dcm`;
  bench.lie = (request) => {
    if (request.url === path) writeFileSync(join(folder, 'i-1.dcm'), 'precious');
  };
  await bench.fetch([path]);
  assert.deepEqual(bench.kinds(), { CLIENT_TARGET: 1 });
  assert.equal(readFileSync(join(folder, 'i-1.dcm'), 'utf8'), 'precious');
});

test('files of the archive are asked for together, and given back', async (t) => {
  const bench = await open(t);
  const calls: string[] = [];
  bench.lie = (request) => {
    const [, operation] = /^\/\.mdm\/v1\/(stage|release)$/.exec(request.url ?? '') ?? [];
    if (operation !== undefined) calls.push(operation);
  };
  await bench.fetch([`/${site}/ct`]);
  assert.deepEqual(calls, ['stage', 'release']);
  await bench.fetch([`/${site}/ct`]);
  assert.deepEqual(calls, ['stage', 'release'], 'what is here is not asked for');
});

test('as many files come at a time as were asked for', { timeout: 30_000 }, async (t) => {
  const bench = await open(t);
  // Not asked for together, each is fetched when its turn to be read comes.
  bench.lie = (request, response) => {
    if (request.url === '/.mdm/v1/stage') response.writeHead(500).end();
  };
  const parallel = 3;
  const all = Promise.withResolvers<void>();
  let begun = 0;
  bench.recall.play = async (_file, stage) => {
    begun += 1;
    if (begun === parallel) all.resolve();
    await all.promise;
    await stage.produce();
  };
  await bench.fetch([`/${site}/ct`], { parallel });
  assert.deepEqual(bench.kinds(), { fetched: 12 });
});

test('pins that leave no room are given up before a file fails for want of it', async (t) => {
  const bench = await open(t);
  let isReleased = false;
  bench.lie = (request) => {
    if (request.url === '/.mdm/v1/release') isReleased = true;
  };
  bench.recall.play = async (file, stage) => {
    if (file.name === 'i-5.dcm' && !isReleased) {
      stage.fail(recallErrors.create('RECALL_STORAGE_FULL'));
    } else await stage.produce();
  };
  await bench.fetch([`/${site}/ct`], { parallel: 2 });
  assert.deepEqual(bench.kinds(), { fetched: 12 });
});

test('one failure of the caller or of the way ends all, and is told once', async (t) => {
  const bench = await open(t);
  bench.lie = (request, response) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    response.writeHead(401).end('{"code":"WEBDAV_UNAUTHENTICATED"}');
  };
  await assert.rejects(bench.fetch([`/${site}`]), { code: 'WEBDAV_UNAUTHENTICATED' });
  assert.deepEqual(filesBelow(bench.root), []);
});

test('an interrupt ends it, keeps what came, and leaves no lock', async (t) => {
  const bench = await open(t);
  const stop = new AbortController();
  let reads = 0;
  bench.lie = (request) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    reads += 1;
    if (reads === 6) stop.abort(new Error('interrupted'));
  };
  await assert.rejects(bench.fetch([`/${site}`], { signal: stop.signal }), {
    code: 'CLIENT_INTERRUPTED',
  });
  assert.deepEqual(
    filesBelow(bench.root).filter((name) => name.endsWith('.lock')),
    [],
  );
  bench.lie = () => undefined;
  await bench.fetch([`/${site}`]);
  const { fetched = 0, present = 0 } = bench.kinds();
  assert.equal(fetched + present, 24);
  assert.ok(present < 12, String(present));
});

test('a listing without end is not read further than it is needed', async (t) => {
  const bench = await open(t);
  const stop = new AbortController();
  let pages = 0;
  bench.lie = (request, response) => {
    const { url = '' } = request;
    if (!url.startsWith('/.mdm/v1/list')) return;
    pages += 1;
    const entries = Array.from({ length: 1000 }, (_, index) => ({
      ...{ path: '', kind: 'file', modifiedMs: 0, digests: {}, locality: 'ONLINE' },
      name: `i-${pages}x${index}.dcm`,
    }));
    response.end(JSON.stringify({ entries, next: String(pages) }));
  };
  const read = bench.ports.api.read.bind(bench.ports.api);
  const reading = Promise.withResolvers<void>();
  bench.ports.api.read = (_path, options) => {
    reading.resolve();
    // As slow as a test needs it: until it is stopped.
    return new Promise((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
    });
  };
  const fetching = bench.fetch([`/${site}/ct/p-1/t-1/s-ct`], { signal: stop.signal });
  const ended = assert.rejects(fetching, { code: 'CLIENT_INTERRUPTED' });
  await reading.promise;
  for (let seen = 0, turns = 0; turns < 2000 && (seen < pages || turns < 500); turns += 1) {
    seen = pages;
    await setImmediate();
  }
  stop.abort(new Error('interrupted'));
  await ended;
  bench.ports.api.read = read;
  assert.ok(pages <= clientLimits.listedAhead / 1000 + 2, `${pages} pages`);
  assert.deepEqual(filesBelow(bench.root), [], 'nothing came, nothing is left');
});

test('a folder that cannot be entered is the user’s to mend', async (t) => {
  const bench = await open(t);
  await mkdir(bench.root);
  writeFileSync(join(bench.root, site), 'a file');
  await bench.fetch([`/${site}/ct`]);
  assert.deepEqual(bench.kinds(), { CLIENT_TARGET: 12 });
  assert.equal(readFileSync(join(bench.root, site), 'utf8'), 'a file');
});
