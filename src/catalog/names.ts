import { sql } from 'kysely';
import { assert } from '../lib/assert.ts';
import type {
  CatalogNames,
  DirectoryNode,
  FileFormat,
  FileNode,
  NodeId,
  SeriesId,
  SeriesNode,
} from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { filesWhere, listedFormats } from './file-rows.ts';
import { effectivePolicy } from './tree.ts';

/** The name space over the database. */
export function createNames({ db }: CatalogContext): CatalogNames {
  return {
    resolve: async (path) => (await directoryAt(db.query, path)) ?? (await fileAt(db.query, path)),
    list: (directory, page) => list(db.query, directory, page),
    series: (id) => seriesById(db.query, id),
    async filesOf(id) {
      const path = await seriesPath(db.query, id);
      const policyId = path === undefined ? undefined : await effectivePolicy(db.query, path);
      return filesWhere(db.query, sql`WHERE f.series_id = ${id} ORDER BY f.name`, policyId);
    },
  };
}

const directoryColumns = ['id', 'path', 'name', 'policy_id', 'created_ms', 'modified_ms'] as const;

interface DirectoryRow {
  readonly id: number;
  readonly name: string;
  readonly policy_id: string | null;
  readonly created_ms: number;
  readonly modified_ms: number;
}

async function directoryAt(session: Session, path: string): Promise<DirectoryNode | undefined> {
  const row = await session
    .selectFrom('node')
    .select(directoryColumns)
    .where('path', '=', path)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return directoryOf(row, row.policy_id ?? (await effectivePolicy(session, path)));
}

function directoryOf(row: DirectoryRow, inherited: string | undefined): DirectoryNode {
  return {
    kind: 'directory',
    id: row.id as NodeId,
    name: row.name,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    policyId: row.policy_id ?? inherited,
  };
}

/** `volume.<format>` stands for the series' one volume, whatever it is called now. */
async function fileAt(session: Session, path: string): Promise<FileNode | undefined> {
  const slash = path.lastIndexOf('/');
  const directory = path.slice(0, slash);
  const name = path.slice(slash + 1);
  const series = await session
    .selectFrom('node')
    .select('series_id')
    .where('path', '=', directory)
    .where('series_id', 'is not', null)
    .executeTakeFirst();
  if (series === undefined) return undefined;
  const { series_id: id } = series;
  const alias = name.startsWith('volume.') ? name.slice('volume.'.length) : '';
  const rest = sql`WHERE f.series_id = ${id}
    AND (f.name = ${name} OR (f.product = 'volume' AND f.format = ${alias})) LIMIT 1`;
  const exact = sql`WHERE f.series_id = ${id} AND f.name = ${name}`;
  const policyId = await effectivePolicy(session, directory);
  const [file] = await filesWhere(session, alias === '' ? exact : rest, policyId);
  return file;
}

async function list(
  session: Session,
  directory: NodeId,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly (DirectoryNode | FileNode)[]> {
  assert(page.limit > 0, 'a page has room');
  const node = await session
    .selectFrom('node')
    .leftJoin('series', 'series.id', 'node.series_id')
    .leftJoin('collection', 'collection.id', 'series.collection_id')
    .select(['path', 'series_id', 'stack_id', 'formats'])
    .where('node.id', '=', directory)
    .executeTakeFirst();
  if (node === undefined) return [];
  const policyId = await effectivePolicy(session, node.path);
  const after = page.after ?? '';
  if (node.series_id !== null) {
    const formats = listedFormats({ formats: node.formats ?? '', stack_id: node.stack_id });
    const rest = sql`WHERE f.series_id = ${node.series_id} AND f.name > ${after}
      AND f.format IN (${sql.join(formats)}) ORDER BY f.name LIMIT ${page.limit}`;
    return formats.length === 0 ? [] : filesWhere(session, rest, policyId);
  }
  const rows = await session
    .selectFrom('node')
    .select(directoryColumns)
    .where('parent_id', '=', directory)
    .where('name', '>', after)
    .orderBy('name')
    .limit(page.limit)
    .execute();
  return rows.map((row) => directoryOf(row, policyId));
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
    .select(['site', 'collection.name as collection', 'delivery', 'formats', 'path'])
    .select(['patient_name', 'study_name', 'series_name', 'instance_count'])
    .where('series.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id,
    site: row.site,
    collection: row.collection,
    patientName: row.patient_name,
    studyName: row.study_name,
    seriesName: row.series_name,
    path: row.path,
    delivery: row.delivery,
    formats: row.formats.split(',') as FileFormat[],
    policyId: await effectivePolicy(session, row.path),
    instanceCount: row.instance_count,
  };
}
