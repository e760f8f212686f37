/**
 * Whoever can write to the computing side's database gains nothing: every column of every row of
 * `catalog.db` is swapped between two patients and two collections, while the gateway runs.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { test } from 'node:test';
import { connect } from '../../src/cli/connection.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { noMemory } from '../../src/client/memory/memory.ts';
import { getFile } from '../../src/client/open/get-file.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { syntheticPatient } from '../support/make-series.ts';
import { type Story, startStory } from './story.ts';

const other = { ...syntheticPatient, name: 'SYNTHETIC^BEA', id: 'SYN-0002' };
const small = { slices: 3, rows: 16, columns: 12 } as const;

/** A file of the installation, and what is in it. */
interface Known {
  readonly path: string;
  readonly sha256: string;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The files of both patients in both collections: an instance and the volume. */
async function knownFiles(story: Story): Promise<readonly Known[]> {
  const known: Known[] = [];
  for (const collection of ['open', 'sealed']) {
    const found = await story.json<{ path: string }>('bob', 'find', `/test/${collection}`);
    assert.equal(found.length, 2);
    for (const { path } of found) {
      const files = await story.json<{ path: string; name: string }>('bob', 'ls', path);
      const [instance] = files.filter(({ name }) => name.startsWith('i-'));
      const suffix = collection === 'sealed' ? '.c4gh' : '';
      for (const file of [instance?.path ?? '', `${path}/volume.nii${suffix}`]) {
        const target = story.file('known');
        await story.run('bob', 'get', '-q', file, target);
        known.push({ path: file, sha256: sha256(readFileSync(target)) });
        rmSync(target);
      }
    }
  }
  // A volume is the same in both collections; nothing else is.
  assert.equal(new Set(known.map(({ sha256: digest }) => digest)).size, known.length - 2);
  return known;
}

/** What a reader got of a file: its digest, or the code of why not. */
type Read = () => Promise<{ readonly sha256: string } | { readonly code: string }>;

/** Every way in which bob gets content of a file: the client, and without it. */
function readsOf(story: Story, { path }: Known): readonly Read[] {
  const target = story.file('read');
  const verified: Read = async () => {
    const ports = connect(readSettings({ MDM_SETTINGS: story.settingsOf('bob') }), noMemory());
    try {
      const place = { path: target, shown: target };
      await getFile(ports, { path, target: place, keepSealed: false, force: false });
      return { sha256: sha256(readFileSync(target)) };
    } catch (error) {
      assert.ok(!existsSync(target), 'nothing has the name of the file');
      return { code: codeOf(error) ?? String(error) };
    } finally {
      rmSync(target, { force: true });
      ports.close();
    }
  };
  const plain: Read = async () => {
    const response = await story.fetch('bob', path).catch(() => undefined);
    if (response?.status !== 200) return { code: String(response?.status) };
    try {
      return { sha256: sha256(Buffer.from(await response.arrayBuffer())) };
    } catch {
      return { code: 'cut off' };
    }
  };
  return path.endsWith('.c4gh') ? [verified] : [verified, plain];
}

/** Whether all can be read in every way; what is read is what was asked for. */
async function areWhole(story: Story, files: readonly Known[], how: string): Promise<boolean> {
  let isWhole = true;
  for (const file of files) {
    for (const read of readsOf(story, file)) {
      const got = await read();
      if ('code' in got) isWhole = false;
      else assert.equal(got.sha256, file.sha256, `${file.path}: ${how}`);
    }
  }
  return isWhole;
}

/** Rows of the tables that lead from a path to bytes, by the id of each. */
function rowsOf(db: DatabaseSync, path: string): ReadonlyMap<string, number> {
  const file = path.replace(/\.c4gh$/, '');
  const folder = file.slice(0, file.lastIndexOf('/'));
  const name = file.slice(folder.length + 1);
  const row = db
    .prepare(`
      SELECT n.id AS node, s.id AS series, f.id AS file, f.stack_id AS stack, v.id AS version,
        c.id AS collection
      FROM node n JOIN series s ON s.node_id = n.id JOIN collection c ON c.id = s.collection_id
        JOIN file f ON f.series_id = s.id LEFT JOIN version v ON v.id = f.version_id
      WHERE n.path = ? AND (f.name = ? OR ('volume.nii' = ? AND f.name LIKE 'v-%.nii'))`)
    .get(folder, name, name);
  assert(row !== undefined, path);
  const found = Object.entries(row).flatMap(([table, id]) =>
    typeof id === 'number' ? [[table, id] as const] : [],
  );
  const top = db
    .prepare('SELECT node_id AS id FROM collection WHERE id = ?')
    .get(Number(row['collection']));
  return new Map([...found, ['node (collection)', Number(top?.['id'])]]);
}

/** One or more columns of a table that are swapped between two rows. */
interface Swap {
  readonly table: string;
  readonly columns: readonly string[];
  readonly ids: readonly [SQLInputValue, SQLInputValue];
}

/** Each column by itself, and all of them. */
function swapsOf(db: DatabaseSync, one: string, two: string): readonly Swap[] {
  const [first, second] = [rowsOf(db, one), rowsOf(db, two)];
  const pairs: Omit<Swap, 'columns'>[] = [];
  for (const [name, id] of first) {
    const counterpart = second.get(name);
    if (counterpart === undefined || counterpart === id) continue;
    pairs.push({ table: name.split(' ')[0] ?? '', ids: [id, counterpart] });
  }
  const replica = (map: ReadonlyMap<string, number>): SQLInputValue | undefined =>
    db
      .prepare('SELECT id FROM replica WHERE version_id = ? AND retired = 0')
      .get(map.get('version') ?? null)?.['id'] ?? undefined;
  const [replicaOne, replicaTwo] = [replica(first), replica(second)];
  if (replicaOne !== undefined && replicaTwo !== undefined) {
    pairs.push({ table: 'replica', ids: [replicaOne, replicaTwo] });
  }
  return pairs.flatMap((pair) => {
    const columns = db
      .prepare(`SELECT name FROM pragma_table_info('${pair.table}')`)
      .all()
      .map(({ name }) => String(name));
    const others = columns.filter((column) => column !== 'id');
    const isReplica = pair.table === 'replica';
    return [...(isReplica ? columns : others).map((column) => [column]), others].map(
      (swapped): Swap => ({ ...pair, columns: swapped }),
    );
  });
}

/** Swap, in one transaction. Swapping again puts all back, but where the id itself was swapped. */
function swap(db: DatabaseSync, { table, columns, ids }: Swap): void {
  db.exec('BEGIN IMMEDIATE');
  const values = ids.map((id) => db.prepare(`SELECT * FROM ${table} WHERE id = ?`).get(id));
  const [first, second] = values;
  if (first !== undefined && second !== undefined) {
    for (const column of columns) {
      const set = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE id = ?`);
      const spare = spareOf(first[column] ?? null);
      const isId = column === 'id';
      set.run(spare, ids[0]);
      set.run(first[column] as SQLInputValue, ids[1]);
      set.run(second[column] as SQLInputValue, isId ? spare : ids[0]);
    }
  }
  db.exec('COMMIT');
}

/** A value of the same type that no row has. */
function spareOf(value: SQLInputValue): SQLInputValue {
  if (typeof value === 'number' || typeof value === 'bigint') return -99;
  if (value === null) return null;
  return typeof value === 'string' ? 'spare' : new Uint8Array([9, 9]);
}

test('swapped rows and columns of the catalog yield nothing that was not asked for', {
  timeout: 900_000,
}, async (t) => {
  const story = await startStory(t, {
    series: [small, { ...small, seed: 2, studySeed: 2, patient: other }],
  });
  const known = await knownFiles(story);
  const catalog = join(story.folder, 'gateway', 'computing', 'catalog.db');
  const [instance, volume, otherInstance, otherVolume, sealed, sealedVolume, , otherSealedVolume] =
    known;
  const long = [
    [instance, otherInstance],
    [sealedVolume, otherSealedVolume],
  ];
  const pairs = [
    [volume, otherVolume],
    [instance, sealed],
    ...(process.env['MDM_LONG'] === '1' ? long : []),
  ];
  let swaps = 0;
  let refused = 0;
  let restored = 0;
  await story.stop('gateway');
  const pristine = readFileSync(catalog);
  await story.start('gateway');
  let db = new DatabaseSync(catalog);
  const opened = (): DatabaseSync => {
    const database = new DatabaseSync(catalog);
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF');
    return database;
  };
  const restore = async (): Promise<void> => {
    restored += 1;
    db.close();
    await story.stop('gateway');
    for (const suffix of ['-wal', '-shm']) rmSync(catalog + suffix, { force: true });
    writeFileSync(catalog, pristine);
    await story.start('gateway');
    db = opened();
  };
  await restore();
  for (const [one, two] of pairs) {
    assert(one !== undefined && two !== undefined);
    for (const change of swapsOf(db, one.path, two.path)) {
      swaps += 1;
      swap(db, change);
      const isWhole = await areWhole(story, [one, two], JSON.stringify(change));
      if (!isWhole) refused += 1;
      swap(db, change);
      // What was refused is there again; else the swap left something behind.
      if (!isWhole && !(await areWhole(story, [one, two], 'swapped back'))) await restore();
    }
  }
  t.diagnostic(`${swaps} swaps, ${refused} refused something, ${restored} restores`);
  assert.ok(swaps > 90 && refused > 20);
});
