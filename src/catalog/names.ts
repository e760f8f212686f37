import { sql } from 'kysely';
import { assert } from '../lib/assert.ts';
import type {
  CatalogNames,
  DirectoryNode,
  FileNode,
  NodeId,
  SeriesId,
  SeriesNode,
} from './catalog.ts';
import type { CatalogContext, ProductsByName, Session } from './context.ts';
import { fileNamed, filesWhere, isListed } from './file-rows.ts';
import { childPath, lineageOf } from './tree.ts';

/** The name space over the database. */
export function createNames({ db, clock, products }: CatalogContext): CatalogNames {
  const now = (): Shown => ({ nowMs: clock.nowMs(), products });
  return {
    resolve: (path) => resolve(db.query, path, now()),
    list: (directory, page) => list(db.query, directory, { ...page, ...now() }),
    series: (id) => seriesById(db.query, id),
    async filesOf(id) {
      const path = await seriesPath(db.query, id);
      const lineage = path === undefined ? undefined : await lineageOf(db.query, path);
      if (lineage?.length === 0) return [];
      const all = sql`f.series_id = ${id} AND f.state <> 'gone' ORDER BY f.name`;
      return filesWhere(db.query, all, now());
    },
  };
}

/** At what time files are looked at, and what their forms are. */
interface Shown {
  readonly nowMs: number;
  readonly products: ProductsByName;
}

const directoryColumns = ['id', 'name', 'created_ms', 'modified_ms'] as const;

interface DirectoryRow {
  readonly id: number;
  readonly name: string;
  readonly created_ms: number;
  readonly modified_ms: number;
}

/** One statement finds the directories on the way, a second one the file. */
async function resolve(
  session: Session,
  path: string,
  shown: Shown,
): Promise<DirectoryNode | FileNode | undefined> {
  const lineage = await lineageOf(session, path);
  const last = lineage.at(-1);
  if (last === undefined) return undefined;
  if (last.path === path) return directoryOf(last);
  const name = path.slice(last.path.length + 1);
  if (last.series_id === null || childPath(last.path, name) !== path) return undefined;
  const [file] = await filesWhere(session, fileNamed(last.series_id, name), shown);
  return file;
}

function directoryOf(row: DirectoryRow): DirectoryNode {
  return {
    kind: 'directory',
    id: row.id as NodeId,
    name: row.name,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  };
}

async function list(
  session: Session,
  directory: NodeId,
  page: { readonly after: string | undefined; readonly limit: number } & Shown,
): Promise<readonly (DirectoryNode | FileNode)[]> {
  assert(page.limit > 0, 'a page has room');
  const node = await session
    .selectFrom('node')
    .leftJoin('series', 'series.id', 'node.series_id')
    .leftJoin('collection', 'collection.id', 'series.collection_id')
    .select(['path', 'series_id', 'formats'])
    .where('node.id', '=', directory)
    .executeTakeFirst();
  if (node === undefined) return [];
  const lineage = await lineageOf(session, node.path);
  if (lineage.length === 0) return [];
  const after = page.after ?? '';
  if (node.series_id !== null) {
    const listed = isListed(node.formats ?? '', page.products);
    const rest = sql`f.series_id = ${node.series_id} AND f.name > ${after} AND ${listed}
      ORDER BY f.name LIMIT ${page.limit}`;
    return filesWhere(session, rest, page);
  }
  const rows = await session
    .selectFrom('node')
    .select(directoryColumns)
    .where('parent_id', '=', directory)
    .where('hidden', '=', 0)
    .where('path', 'not in', (locks) => locks.selectFrom('lock').select('lock.path'))
    .where('name', '>', after)
    .orderBy('name')
    .limit(page.limit)
    .execute();
  return rows.map(directoryOf);
}

async function seriesPath(session: Session, id: SeriesId): Promise<string | undefined> {
  const row = await session
    .selectFrom('series')
    .innerJoin('node', 'node.id', 'series.node_id')
    .select('path')
    .where('series.id', '=', id)
    .executeTakeFirst();
  return row?.path;
}

async function seriesById(session: Session, id: SeriesId): Promise<SeriesNode | undefined> {
  const row = await session
    .selectFrom('series')
    .innerJoin('node', 'node.id', 'series.node_id')
    .innerJoin('collection', 'collection.id', 'series.collection_id')
    .select(['site', 'collection.name as collection', 'delivery', 'path'])
    .select(['patient_name', 'study_name', 'series_name', 'instance_count', 'conflict'])
    .where('series.id', '=', id)
    .executeTakeFirst();
  const lineage = row === undefined ? [] : await lineageOf(session, row.path);
  if (row === undefined || lineage.length === 0) return undefined;
  return {
    id,
    site: row.site,
    collection: row.collection,
    patientName: row.patient_name,
    studyName: row.study_name,
    seriesName: row.series_name,
    path: row.path,
    delivery: row.delivery,
    instanceCount: row.instance_count,
    isInConflict: row.conflict === 1,
  };
}
