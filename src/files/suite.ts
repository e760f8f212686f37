import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { Principal } from '../identity/principal.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { RecallFailure } from '../recall/errors.ts';
import { sealedSizeOf } from '../seal/index.ts';
import type { Files, OpenFile, RangeRequest, StagedFile } from './files.ts';
import { filesLimits } from './limits.ts';

/** A recall under way, of a size that is known, whose bytes the test gives. */
export interface Growth {
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes were given: publish. */
  commit(): Promise<void>;
  fail(code: RecallFailure): Promise<void>;
}

/** A port made for one test, over the tree of `suitePaths` in which nothing was ever produced. */
export interface FilesUnderTest {
  readonly files: Files;
  /** `alice` may list and read everything, `lister` only list, `stranger` nothing. */
  readonly callers: Readonly<Record<'alice' | 'lister' | 'stranger', Principal>>;
  /** The plaintext of each file: 1,200,000 bytes. */
  bytesOf(path: string): Uint8Array;
  evict(path: string): Promise<void>;
  /** From now on recalls of the file fail; until `undefined` is said. */
  fails(path: string, code: RecallFailure | undefined): void;
  /** The file begins to arrive; resolves when readers may follow it. */
  grow(path: string): Promise<Growth>;
  /** Let what was started in the background go as far as it can. */
  settle(): Promise<void>;
  advance(ms: number): void;
}

/** A file port under the suite. */
export interface FilesSuite {
  readonly name: string;
  open(t: TestContext): Promise<FilesUnderTest>;
}

const series = '/berlin/ct/p-1/t-1/s-ct';

/** The tree: an open and a sealed collection. */
export const suitePaths = {
  one: `${series}/i-1.dcm`,
  two: `${series}/i-2.dcm`,
  /** The only form in which a file of the sealed collection exists. */
  vault: '/berlin/vault/p-1/t-1/s-vault/i-1.dcm.c4gh',
} as const;

const { one, two, vault } = suitePaths;
const sealedOne = `${one}.c4gh`;
const whole = { range: undefined, ifRange: undefined };
const hour = { pinLifetimeSeconds: 3600 };
const from = (first: number, last?: number): RangeRequest => ({ kind: 'from', first, last });

/** The contract of `Files`: whatever answers a door keeps it. */
export function filesSuite(suite: FilesSuite): void {
  for (const [title, run] of Object.entries(cases)) {
    test(`${suite.name}: ${title}`, { timeout: 20_000 }, async (t) => run(await suite.open(t)));
  }
}

type Case = (under: FilesUnderTest) => Promise<void>;

async function bytesOf(opened: OpenFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

async function read({ files, callers }: FilesUnderTest, path: string): Promise<Buffer> {
  return bytesOf(await files.open(callers.alice, path, whole));
}

const same = (actual: Uint8Array, expected: Uint8Array): void =>
  assert.equal(Buffer.compare(actual, expected), 0);

/** 'ok', or the code of the refusal. */
async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'ok',
    (error: unknown) => codeOf(error) ?? String(error),
  );
}

const stateOf = (file: StagedFile | undefined): string =>
  file?.state === 'failed' ? file.failure : (file?.state ?? 'none');

const cases: Readonly<Record<string, Case>> = {
  'nothing is known of what was never produced; reading it makes it known': async (under) => {
    const { files, callers } = under;
    for (const path of [one, sealedOne]) {
      const cold = await files.stat(callers.alice, path, {});
      assert.deepEqual(
        [cold.kind, cold.size, cold.etag, cold.digests, cold.locality, cold.refusal],
        ['file', undefined, undefined, {}, 'NEARLINE', undefined],
      );
    }
    const opened = await files.open(callers.alice, one, whole);
    assert.deepEqual([opened.range, opened.key], [undefined, undefined]);
    same(await bytesOf(opened), under.bytesOf(one));
    const warm = await files.stat(callers.alice, one, {});
    assert.deepEqual(opened.stat, warm);
    assert.deepEqual([warm.path, warm.name], [one, 'i-1.dcm']);
    assert.equal(warm.size, under.bytesOf(one).length);
    assert.match(warm.etag ?? '', /^"[rv]-[0-9a-f]{32}"$/);
    assert.equal(warm.locality, 'ONLINE_AND_NEARLINE');
    assert.equal(warm.contentType, 'application/dicom');
    const digest = createHash('sha256').update(under.bytesOf(one)).digest('hex');
    assert.deepEqual(warm.digests, { 'sha-256': digest });
  },

  'the sealed form is another representation of the same content': async (under) => {
    const { files, callers } = under;
    const opened = await files.open(callers.alice, sealedOne, whole);
    assert.match(opened.key?.keyId ?? '', /^[a-z0-9-]{8,}$/);
    assert.equal(opened.key?.recipientPublicKey.length, 32);
    const bytes = await bytesOf(opened);
    assert.equal(bytes.length, sealedSizeOf(under.bytesOf(one).length));
    const [plain, sealed] = [
      await files.stat(callers.alice, one, {}),
      await files.stat(callers.alice, sealedOne, {}),
    ];
    assert.equal(sealed.size, bytes.length);
    assert.equal(sealed.contentType, 'application/octet-stream');
    assert.notEqual(sealed.etag, plain.etag);
    const digest = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(sealed.digests, { 'sha-256': digest });
  },

  'a content keeps its validator when it is produced again, a sealed form does not': async (
    under,
  ) => {
    const { files, callers } = under;
    const etags = async () => {
      const plain = await files.stat(callers.alice, one, {});
      const sealed = await files.stat(callers.alice, sealedOne, {});
      return [plain.etag, sealed.etag, plain.size, sealed.size] as const;
    };
    await read(under, one);
    const before = await etags();
    await under.evict(one);
    const [plain, sealed, ...sizes] = await etags();
    assert.deepEqual([plain, sealed], [before[0], undefined]);
    assert.deepEqual(sizes, before.slice(2), 'an evicted file keeps its size');
    await read(under, one);
    const after = await etags();
    assert.equal(after[0], before[0]);
    assert.match(after[1] ?? '', /^"[rv]-[0-9a-f]{32}"$/);
    assert.notEqual(after[1], before[1]);
  },

  'ranges are served as asked, of any form': async (under) => {
    const { files, callers } = under;
    for (const path of [one, sealedOne]) {
      const content = await read(under, path);
      const size = content.length;
      const rows = [
        [from(0, 0), 0, 1],
        [from(65_535, 65_536), 65_535, 65_537],
        [from(1_131_000), 1_131_000, size],
        [from(5, Number.MAX_SAFE_INTEGER), 5, size],
        [{ kind: 'suffix', length: 7 }, size - 7, size],
        [{ kind: 'suffix', length: Number.MAX_SAFE_INTEGER }, 0, size],
      ] as const;
      for (const [range, start, end] of rows) {
        const opened = await files.open(callers.alice, path, { range, ifRange: undefined });
        assert.deepEqual(opened.range, { offset: start, length: end - start });
        assert.equal(opened.length, end - start);
        same(await bytesOf(opened), content.subarray(start, end));
      }
      for (const range of [
        from(size),
        from(size, size + 9),
        { kind: 'suffix', length: 0 },
      ] as const) {
        const refused = files.open(callers.alice, path, { range, ifRange: undefined });
        await assert.rejects(refused, { code: 'FILES_RANGE_NOT_SATISFIABLE', context: { size } });
      }
    }
  },

  'a range of another content is no range': async (under) => {
    const { files, callers } = under;
    await read(under, one);
    const { etag } = await files.stat(callers.alice, one, {});
    const ranged = async (ifRange: string | undefined) => {
      const opened = await files.open(callers.alice, one, { range: from(5, 9), ifRange });
      assert.equal((await bytesOf(opened)).length, opened.length);
      return opened.range;
    };
    assert.deepEqual(await ranged(etag), { offset: 5, length: 5 });
    assert.equal(await ranged('"0123456789abcdef0123456789abcdef"'), undefined);
    assert.equal(await ranged(`W/${etag}`), undefined);
  },

  'a growing file has its validator from the first byte, and keeps it': async (under) => {
    const { files, callers } = under;
    const bytes = under.bytesOf(one);
    const growth = await under.grow(one);
    await growth.write(bytes.subarray(0, 1_100_000));
    const growing = await files.stat(callers.alice, one, {});
    assert.match(growing.etag ?? '', /^"[rv]-[0-9a-f]{32}"$/);
    assert.deepEqual([growing.size, growing.digests], [bytes.length, {}]);
    assert.equal(growing.locality, 'NEARLINE');
    const sealed = await files.stat(callers.alice, sealedOne, {});
    assert.equal(sealed.size, sealedSizeOf(bytes.length));
    const lister = await files.stat(callers.lister, one, {});
    assert.deepEqual([lister.size, lister.etag], [bytes.length, undefined]);
    const [listed] = (await files.list(callers.alice, series, { cursor: undefined, limit: 1 }))
      .entries;
    assert.deepEqual([listed?.etag, listed?.size], [growing.etag, bytes.length]);

    const range = from(500_000);
    const ifRange = growing.etag;
    const opened = await files.open(callers.alice, one, { range, ifRange });
    assert.deepEqual(opened.range, { offset: 500_000, length: 700_000 });
    assert.equal(opened.stat.etag, growing.etag);
    const reading = bytesOf(opened);
    await growth.write(bytes.subarray(1_100_000));
    await growth.commit();
    same(await reading, bytes.subarray(500_000));
    assert.equal((await files.stat(callers.alice, one, {})).etag, growing.etag);
    assert.equal((await files.stat(callers.alice, sealedOne, {})).etag, sealed.etag);
    const later = await files.open(callers.alice, one, { range, ifRange });
    same(await bytesOf(later), bytes.subarray(500_000));
  },

  'the validators of a production that failed are dead': async (under) => {
    const { files, callers } = under;
    const bytes = under.bytesOf(one);
    const growth = await under.grow(one);
    await growth.write(bytes.subarray(0, 1_100_000));
    const { etag: ifRange } = await files.stat(callers.alice, one, {});
    const { etag: sealedTag } = await files.stat(callers.alice, sealedOne, {});
    const reading = read(under, one);
    const broken = assert.rejects(reading, (error) => /^RECALL_/.test(codeOf(error) ?? ''));
    await growth.fail('RECALL_PACS_FAILED');
    await broken;
    const cold = await files.stat(callers.alice, one, {});
    assert.deepEqual([cold.size, cold.etag], [undefined, undefined]);
    const opened = await files.open(callers.alice, one, { range: from(500_000), ifRange });
    assert.equal(opened.range, undefined, 'all of it');
    same(await bytesOf(opened), bytes);
    assert.notEqual((await files.stat(callers.alice, one, {})).etag, ifRange);
    assert.notEqual((await files.stat(callers.alice, sealedOne, {})).etag, sealedTag);
  },

  'a recall that fails is said, and what it fails with': async (under) => {
    const { files, callers } = under;
    under.fails(one, 'RECALL_PACS_UNAVAILABLE');
    for (const path of [one, sealedOne]) {
      assert.equal(await outcome(read(under, path)), 'RECALL_PACS_UNAVAILABLE');
    }
    const { token, files: asked } = await files.stage(callers.alice, [one, two], hour);
    assert.deepEqual(asked.map(stateOf), ['staging', 'staging']);
    await under.settle();
    const staged = await files.staged(callers.alice, token, {});
    assert.deepEqual(staged.files.map(stateOf), ['RECALL_PACS_UNAVAILABLE', 'ready']);
    under.fails(one, undefined);
    same(await read(under, one), under.bytesOf(one));
  },

  'who may not know gets the answer of what is not there': async (under) => {
    const { files, callers } = under;
    const { stranger } = callers;
    await read(under, one);
    const hidden = [one, sealedOne, vault, '/berlin/ct', '/berlin/ct/p-1'];
    const absent = ['/berlin/none', `${series}/i-9.dcm`, '/berlin/ct/p-9', '/paris'];
    for (const path of [...hidden, ...absent]) {
      const attempts = [
        files.stat(stranger, path, {}),
        files.list(stranger, path, { cursor: undefined, limit: 1 }),
        files.open(stranger, path, whole),
      ];
      for (const attempt of attempts) assert.equal(await outcome(attempt), 'FILES_NOT_FOUND', path);
      const staged = await files.stage(stranger, [path], hour);
      assert.equal(stateOf(staged.files[0]), 'FILES_NOT_FOUND');
    }
    const page = await files.list(stranger, '/berlin', { cursor: undefined, limit: 9 });
    assert.deepEqual(page, { entries: [], next: undefined });
  },

  'who sees but may not read gets neither bytes nor validators': async (under) => {
    const { files, callers } = under;
    await read(under, one);
    const stat = await files.stat(callers.lister, one, {});
    assert.deepEqual([stat.etag, stat.digests], [undefined, {}]);
    assert.equal(stat.size, under.bytesOf(one).length);
    assert.equal(await outcome(files.open(callers.lister, one, whole)), 'FILES_FORBIDDEN');
    const staged = await files.stage(callers.lister, [one], hour);
    assert.equal(stateOf(staged.files[0]), 'FILES_FORBIDDEN');
  },

  'a sealed collection has no plain form': async (under) => {
    const { files, callers } = under;
    const path = vault.replace('.c4gh', '');
    for (const attempt of [
      files.stat(callers.alice, path, {}),
      files.open(callers.alice, path, whole),
    ]) {
      assert.equal(await outcome(attempt), 'FILES_NOT_FOUND');
    }
    const folder = vault.slice(0, vault.lastIndexOf('/'));
    const page = await files.list(callers.alice, folder, { cursor: undefined, limit: 9 });
    assert.deepEqual(
      page.entries.map((entry) => entry.path),
      [vault],
    );
  },

  'directories are listed page by page, and are no files': async (under) => {
    const { files, callers } = under;
    const listed = async (path: string, limit: number): Promise<readonly string[]> => {
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await files.list(callers.alice, path, { cursor, limit });
        assert.ok(page.entries.length <= limit);
        names.push(...page.entries.map(({ name }) => name));
        cursor = page.next;
      } while (cursor !== undefined);
      return names;
    };
    assert.deepEqual(await listed('/', 9), ['berlin']);
    assert.deepEqual(await listed('/berlin', 1), ['ct', 'vault']);
    assert.deepEqual(await listed(series, 1), ['i-1.dcm', 'i-2.dcm']);
    assert.deepEqual(await listed(series, 2), ['i-1.dcm', 'i-2.dcm']);
    for (const path of ['/', '/berlin', '/berlin/ct', series]) {
      assert.equal(await outcome(files.open(callers.alice, path, whole)), 'FILES_IS_A_DIRECTORY');
      const stat = await files.stat(callers.alice, path, {});
      assert.deepEqual([stat.kind, stat.path, stat.size], ['directory', path, 0]);
      assert.deepEqual([stat.etag, stat.locality], [undefined, 'ONLINE']);
    }
    const page = { cursor: undefined, limit: 9 };
    const file = await outcome(files.list(callers.alice, one, page));
    assert.equal(file, 'FILES_NOT_A_DIRECTORY');
    const folder = await outcome(files.stat(callers.alice, `${series}.c4gh`, {}));
    assert.equal(folder, 'FILES_NOT_FOUND', 'a directory has no sealed form');
  },

  'empty segments and a last slash are nothing; what cannot be a name is refused': async (
    under,
  ) => {
    const { files, callers } = under;
    for (const path of [`/${series}`, series.replaceAll('/', '//'), `${series}/`, `${series}//`]) {
      assert.equal((await files.stat(callers.alice, path, {})).path, series, path);
    }
    for (const path of ['//', '///']) {
      assert.equal((await files.stat(callers.alice, path, {})).path, '/');
    }
    for (const path of ['', 'berlin', '/..', '/berlin/./ct', '/.mdm', '/Berlin', '/é', '/a b']) {
      const attempts = [
        files.stat(callers.alice, path, {}),
        files.open(callers.alice, path, whole),
        files.list(callers.alice, path, { cursor: undefined, limit: 1 }),
      ];
      for (const attempt of attempts) assert.equal(await outcome(attempt), 'FILES_PATH_INVALID');
    }
  },

  'what is staged is pinned, told by its path as asked, and given up by its maker alone': async (
    under,
  ) => {
    const { files, callers } = under;
    await read(under, one);
    const paths = [one, one, '/berlin/none', '/berlin', two];
    const { token, files: asked } = await files.stage(callers.alice, paths, hour);
    assert.deepEqual(
      asked.map((file) => [file.path, stateOf(file)]),
      [
        [one, 'ready'],
        ['/berlin/none', 'FILES_NOT_FOUND'],
        ['/berlin', 'FILES_IS_A_DIRECTORY'],
        [two, 'staging'],
      ],
    );
    const [ready] = asked;
    assert.ok(ready?.state === 'ready' && ready.size === under.bytesOf(one).length);
    await under.settle();
    const staged = await files.staged(callers.alice, token, {});
    assert.equal(stateOf(staged.files[3]), 'ready');
    for (const attempt of [
      files.staged(callers.lister, token, {}),
      files.release(callers.lister, token, undefined, {}),
      files.staged(callers.alice, '0'.repeat(32), {}),
    ]) {
      assert.equal(await outcome(attempt), 'FILES_STAGE_UNKNOWN');
    }
    const some = await files.release(callers.alice, token, [one], {});
    assert.deepEqual([some.files[0], some.files[3]].map(stateOf), ['released', 'ready']);
    await files.release(callers.alice, token, undefined, {});
    const all = await files.release(callers.alice, token, undefined, {});
    assert.deepEqual([all.files[0], all.files[3]].map(stateOf), ['released', 'released']);
    under.advance(3600 * 1000);
    const ended = files.staged(callers.alice, token, {});
    assert.equal(await outcome(ended), 'FILES_STAGE_UNKNOWN');
    const many = Array.from({ length: filesLimits.stageFilesMax + 1 }, (_, at) => `/berlin/x${at}`);
    assert.equal(await outcome(files.stage(callers.alice, many, hour)), 'FILES_TOO_MANY');
  },

  'a reader who left before is not served': async (under) => {
    const { files, callers } = under;
    await read(under, one);
    const signal = AbortSignal.abort(new Error('left'));
    const opening = files.open(callers.alice, one, { ...whole, signal });
    await assert.rejects(opening, /left/);
  },
};
