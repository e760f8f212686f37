import type { TestContext } from 'node:test';
import {
  callerNamed,
  entryFor,
  openFilesBench,
  plaintextOf,
} from '../../test/support/files-bench.ts';
import { FilesModel, type ModelFile } from '../../test/support/files-model.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { until } from '../../test/support/until.ts';
import type { RecallFailure } from '../recall/errors.ts';
import { recallErrors } from '../recall/errors.ts';
import { type FilesUnderTest, filesSuite, type Growth, suitePaths } from './suite.ts';

const sizeBytes = 1_200_000;
const callers = {
  alice: callerNamed('alice'),
  lister: callerNamed('lister'),
  stranger: callerNamed('stranger'),
};
const entries = [entryFor('alice', 'list', 'read'), entryFor('lister', 'list')];

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('/') + 1).replace(/\.c4gh$/, '');
const bytesOf = (path: string): Uint8Array => plaintextOf({ name: nameOf(path) }, sizeBytes);

/** The real port over a real catalog and a real store. */
async function openReal(t: TestContext): Promise<FilesUnderTest> {
  const collections = [
    { name: 'ct', delivery: 'open', entries, instances: ['i-1', 'i-2'] },
    { name: 'vault', delivery: 'sealed', entries },
  ] as const;
  const bench = await openFilesBench(t, collections, { sizeBytes });
  const failing = new Map<string, RecallFailure>();
  bench.recall.play = (file, stage) => {
    const code = failing.get(file.name);
    return code === undefined ? stage.produce() : Promise.reject(recallErrors.create(code));
  };
  return {
    files: bench.files,
    callers,
    bytesOf,
    async evict(path) {
      const { replica } = await bench.node(path);
      if (replica === undefined) return;
      await bench.catalog.versions.dropReplica(replica.id);
      await bench.storage.delete(replica.id);
    },
    fails(path, code) {
      if (code === undefined) failing.delete(nameOf(path));
      else failing.set(nameOf(path), code);
    },
    async grow(path) {
      const growing = Promise.withResolvers<Growth>();
      const { play } = bench.recall;
      bench.recall.play = async (_file, stage) => {
        bench.recall.play = play;
        const grown = await stage.grow();
        growing.resolve({ ...grown, fail: (code) => grown.abort(recallErrors.create(code)) });
      };
      const ticket = await bench.recall.request(await bench.node(path), {
        caller: 'ada',
        priority: 'interactive',
      });
      t.after(() => ticket.detach());
      return growing.promise;
    },
    settle: () => until(() => bench.recall.attached() === 0),
    advance: (ms) => bench.clock.advance(ms),
  };
}

function openModel(): FilesUnderTest {
  const clock = manualClock();
  const fileAt = (path: string, more: Partial<ModelFile> = {}): ModelFile => ({
    bytes: bytesOf(path),
    state: 'cold',
    ...more,
  });
  const plain = [suitePaths.one, suitePaths.two, suitePaths.vault.replace('.c4gh', '')];
  const files = new FilesModel({
    tree: Object.fromEntries(plain.map((path) => [path, fileAt(path)])),
    collections: { '/berlin/ct': { entries }, '/berlin/vault': { entries, delivery: 'sealed' } },
    clock,
  });
  return {
    files,
    callers,
    bytesOf,
    evict: (path) => Promise.resolve(files.evict(path)),
    fails: (path, code) => files.put(path, fileAt(path, code === undefined ? {} : { fails: code })),
    grow: (path) => Promise.resolve(files.grow(path)),
    settle: () => Promise.resolve(),
    advance: (ms) => clock.advance(ms),
  };
}

filesSuite({ name: 'the file port', open: openReal });
filesSuite({ name: 'its model', open: () => Promise.resolve(openModel()) });
