import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Catalog, type FileNode, openCatalog } from '../../src/catalog/index.ts';
import type { ReplicaId } from '../../src/storage/index.ts';
import { products } from '../support/catalog-products.ts';
import { startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';

const program = fileURLToPath(new URL('./catalog-writer.child.ts', import.meta.url));
const lives = 5;

/** Let a writer live until it acknowledged some things, kill it, and tell which those were. */
async function oneLife(t: Parameters<typeof startChild>[0], path: string, count: number) {
  const child = await startChild(t, [process.execPath, program, path]);
  await child.waitForOutput(new RegExp(`(?:[^\\n]+\\n){${count}}`));
  child.kill('SIGKILL');
  await child.exited;
  const lines = child.stdout().split('\n').slice(0, -1);
  return lines.map((line) => line.split(' ')).map(([what, sequence]) => [what, Number(sequence)]);
}

const ofStacks = products.filter(({ of }) => of === 'stack').length;

async function checkSeries(catalog: Catalog, sequence: number): Promise<FileNode> {
  const path = `/site/lung/p-${sequence >> 3}/t-${sequence >> 2}/s-${sequence}`;
  const file = await catalog.names.resolve(`${path}/i-7.dcm`);
  assert.equal(file?.kind, 'file', `series ${sequence} is there`);
  assert.equal((await catalog.names.series(file.seriesId))?.instanceCount, 20);
  assert.equal((await catalog.names.filesOf(file.seriesId)).length, 20 + ofStacks);
  return file;
}

test('a killed writer loses nothing it acknowledged and leaves nothing half', async (t) => {
  const path = join(await tempFolder(t), 'catalog.db');
  const published = new Set<number>();
  let applied = 1;
  for (let life = 0; life < lives; life += 1) {
    for (const [what, sequence] of await oneLife(t, path, 3 + life * 20)) {
      if (what === 'published') published.add(Number(sequence));
      else applied = Number(sequence);
    }
    const catalog = await openCatalog({ products, path });
    const sequence = await catalog.inbox.appliedSequence();
    // What was acknowledged is there; at most the one that was under way came on top.
    assert.ok(sequence === applied || sequence === applied + 1, `${sequence} after ${applied}`);
    for (let known = 2; known <= sequence; known += 1) {
      const file = await checkSeries(catalog, known);
      if (published.has(known)) assert.equal(file.version?.plaintextSize, known);
      // A version is published whole, with its replica, or not at all.
      assert.equal(file.version === undefined, file.replica === undefined);
      const id = String(known).padStart(32, '0') as ReplicaId;
      assert.equal(await catalog.versions.knowsReplica(id), file.replica !== undefined);
    }
    await catalog.close();
  }
});
