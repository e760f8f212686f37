import { type RawBuilder, sql } from 'kysely';
import type { ReplicaId } from '../storage/storage.ts';
import type {
  FileFormat,
  FileId,
  FileNode,
  FileReplica,
  FileVersion,
  Guid,
  SeriesId,
} from './catalog.ts';
import type { Session } from './context.ts';
import type {
  CollectionTable,
  FileTable,
  ReplicaTable,
  SeriesTable,
  VersionTable,
} from './schema.ts';

type Optional<T> = { [Name in keyof T]: T[Name] | null };

/** A file with what it is shown with; version and replica columns are null where there is none. */
type FileRow = Omit<FileTable, 'id' | 'version_id'> &
  Pick<SeriesTable, 'stack_id' | 'held' | 'conflict'> &
  Pick<CollectionTable, 'delivery' | 'formats'> &
  Optional<Omit<VersionTable, 'id' | 'file_id' | 'created_ms'>> &
  Optional<Omit<ReplicaTable, 'id' | 'file_id' | 'version_id' | 'created_ms' | 'retired'>> & {
    readonly file_id: number;
    readonly version_id: number | null;
    readonly version_created_ms: number | null;
    readonly replica_id: string | null;
    readonly replica_created_ms: number | null;
  };

const selectFiles = sql.raw(`
  SELECT
    f.id AS file_id, f.guid, f.series_id, f.name, f.product, f.format, f.state, f.refusal,
    f.refusal_edition, f.refused_until_ms,
    f.created_ms, f.modified_ms, s.stack_id, s.held, s.conflict, c.delivery, c.formats,
    v.id AS version_id, v.number, v.validator, v.key_id, v.recipient_public_key, v.plaintext_size,
    v.sha256, v.receipt, v.created_ms AS version_created_ms, v.segment_digests,
    r.id AS replica_id, r.storage, r.sealed_size, r.sealed_sha256, r.production,
    r.created_ms AS replica_created_ms, r.last_read_ms
  FROM file f
  JOIN series s ON s.id = f.series_id
  JOIN collection c ON c.id = s.collection_id
  LEFT JOIN version v ON v.id = f.version_id
  LEFT JOIN replica r ON r.version_id = v.id AND r.retired = 0`);

/** `volume.<format>` stands for the series' one volume, whatever it is called now. */
export function fileNamed(seriesId: number, name: string): RawBuilder<unknown> {
  if (!name.startsWith('volume.')) return sql`f.series_id = ${seriesId} AND f.name = ${name}`;
  const format = name.slice('volume.'.length);
  return sql`f.series_id = ${seriesId} AND f.product = 'volume' AND f.format = ${format}`;
}

/** Files that are not locked and satisfy `rest` (conditions, ORDER BY, LIMIT over `f` and `s`), with one policy for all, as they are at `nowMs`. */
export async function filesWhere(
  session: Session,
  rest: RawBuilder<unknown>,
  shown: { readonly policyId: string | undefined; readonly nowMs: number },
): Promise<readonly FileNode[]> {
  const { rows } = await sql<FileRow>`${selectFiles}
    WHERE NOT EXISTS (SELECT 1 FROM lock l WHERE l.file_id = f.id) AND ${rest}`.execute(session);
  return rows.map((row) => fileNodeOf(row, shown));
}

/** Which formats of a series are listed: those offered, volumes once the one stack is known. */
export function listedFormats(series: { formats: string; stack_id: string | null }): FileFormat[] {
  const offered = series.formats.split(',') as FileFormat[];
  return offered.filter((format) => format === 'dcm' || series.stack_id !== null);
}

/** A refusal that is older than it is taken for granted is none: the next reader has it tried anew. */
function fileNodeOf(
  row: FileRow,
  { policyId, nowMs }: { readonly policyId: string | undefined; readonly nowMs: number },
): FileNode {
  const isRefused = row.refused_until_ms !== null && row.refused_until_ms > nowMs;
  return {
    kind: 'file',
    id: row.file_id as FileId,
    guid: row.guid as Guid,
    seriesId: row.series_id as SeriesId,
    name: row.name,
    product: row.product,
    format: row.format,
    listed: row.state !== 'withdrawn' && listedFormats(row).includes(row.format),
    state: row.conflict === 1 && row.state !== 'withdrawn' ? 'conflict' : row.state,
    isHeld: row.held === 1,
    refusal: isRefused ? (row.refusal ?? undefined) : undefined,
    policyId,
    delivery: row.delivery,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    version: versionOf(row),
    replica: replicaOf(row),
  };
}

/** The outer join gives all columns of a version or none. */
function versionOf(row: FileRow): FileVersion | undefined {
  if (row.version_id === null) return undefined;
  const version = row as FileRow & VersionTable;
  return {
    id: row.version_id,
    number: version.number,
    validator: version.validator,
    keyId: version.key_id,
    recipientPublicKey: version.recipient_public_key,
    plaintextSize: version.plaintext_size,
    sha256: version.sha256,
    segmentDigests: version.segment_digests,
    receipt: version.receipt,
    createdMs: row.version_created_ms ?? 0,
  };
}

function replicaOf(row: FileRow): FileReplica | undefined {
  if (row.replica_id === null) return undefined;
  const replica = row as FileRow & ReplicaTable;
  return {
    id: row.replica_id as ReplicaId,
    storage: replica.storage,
    sealedSize: replica.sealed_size,
    sealedSha256: replica.sealed_sha256,
    production: replica.production,
    createdMs: row.replica_created_ms ?? 0,
    lastReadMs: replica.last_read_ms,
  };
}
