import { type RawBuilder, sql } from 'kysely';
import { present } from '../lib/assert.ts';
import type { ReplicaId } from '../storage/storage.ts';
import type { FileId, FileNode, FileReplica, FileVersion, SeriesId } from './catalog.ts';
import type { ProductsByName, Session } from './context.ts';
import type {
  CollectionTable,
  FileTable,
  ReplicaTable,
  SeriesTable,
  VersionTable,
} from './schema.ts';

type Optional<T> = { [Name in keyof T]: T[Name] | null };

/** A file with what it is shown with; version and replica columns are null where there is none. */
type FileRow = Omit<FileTable, 'id' | 'version_id' | 'tiled' | 'unmade'> &
  Pick<SeriesTable, 'held' | 'conflict'> &
  Pick<CollectionTable, 'delivery' | 'formats'> &
  Optional<Omit<VersionTable, 'id' | 'file_id' | 'created_ms'>> &
  Optional<Omit<ReplicaTable, 'id' | 'file_id' | 'version_id' | 'created_ms' | 'retired'>> & {
    readonly file_id: number;
    readonly stack_name: string | null;
    readonly tiled: number;
    readonly unmade: number;
    readonly version_id: number | null;
    readonly version_created_ms: number | null;
    readonly replica_id: string | null;
    readonly replica_created_ms: number | null;
  };

const selectFiles = sql.raw(`
  SELECT
    f.id AS file_id, f.series_id, f.stack_id, f.name, f.product, f.tiled, f.unmade, f.state, f.refusal,
    f.refusal_edition, f.refused_until_ms,
    f.created_ms, f.modified_ms, k.name AS stack_name, s.held, s.conflict, c.delivery, c.formats,
    v.id AS version_id, v.guid, v.number, v.validator, v.key_id, v.recipient_public_key, v.plaintext_size,
    v.sha256, v.receipt, v.created_ms AS version_created_ms, v.segment_digests,
    r.id AS replica_id, r.storage, r.sealed_size, r.sealed_sha256, r.production,
    r.created_ms AS replica_created_ms, r.last_read_ms
  FROM file f
  JOIN series s ON s.id = f.series_id
  JOIN collection c ON c.id = s.collection_id
  LEFT JOIN stack k ON k.id = f.stack_id
  LEFT JOIN version v ON v.id = f.version_id
  LEFT JOIN replica r ON r.version_id = v.id AND r.retired = 0`);

/** Stands before the product's name where a series has one stack, or its stacks are not known. */
export const aliasStem = 'volume.';

/**
 * `volume.<product>` stands for the file of the series' one stack; where stacks are not known, or are
 * several, for what would be made of all there is. A lock on either of both is on the name.
 */
export function fileNamed(seriesId: number, name: string): RawBuilder<unknown> {
  if (!name.startsWith(aliasStem)) {
    return sql`f.series_id = ${seriesId} AND f.name = ${name} AND f.state <> 'gone'`;
  }
  const product = name.slice(aliasStem.length);
  return sql`f.id = (SELECT m.id FROM file m
    WHERE m.series_id = ${seriesId} AND m.product = ${product} AND m.state <> 'gone'
      AND (m.name = ${name} OR (m.stack_id IS NOT NULL
        AND 1 = (SELECT count(*) FROM stack WHERE series_id = ${seriesId} AND gone = 0)))
    ORDER BY NOT EXISTS (SELECT 1 FROM lock WHERE file_id = m.id), m.stack_id IS NULL LIMIT 1)`;
}

/** Names of the forms that stacks have, or instances. */
export function productsOf(
  products: ProductsByName,
  kind: 'stack' | 'instance',
): readonly string[] {
  return [...products.values()].filter(({ of }) => of === kind).map(({ name }) => name);
}

/** How files are looked at: at a time, and what their forms are. */
export interface ShownWith {
  readonly nowMs: number;
  readonly products: ProductsByName;
}

/** Files that are not locked and satisfy `rest` (conditions, ORDER BY, LIMIT over `f` and `s`). */
export async function filesWhere(
  session: Session,
  rest: RawBuilder<unknown>,
  shown: ShownWith,
): Promise<readonly FileNode[]> {
  const { rows } = await sql<FileRow>`${selectFiles}
    WHERE NOT EXISTS (SELECT 1 FROM lock l WHERE l.file_id = f.id) AND ${rest}`.execute(session);
  return rows.map((row) => fileNodeOf(row, shown));
}

/** Which files of a series are listed, as a condition over `f`: what is offered, of stacks once they are known, if they have it. */
export function isListed(offered: string, products: ProductsByName): RawBuilder<unknown> {
  const listed = offered.split(',');
  const ofStacks = listed.filter((name) => products.get(name)?.of === 'stack');
  return sql`(f.product IN (${sql.join(listed)}) AND f.state <> 'gone' AND f.tiled = 0 AND f.unmade = 0
    AND (f.stack_id IS NOT NULL OR f.product NOT IN (${sql.join(ofStacks)})))`;
}

/** A refusal that is older than it is taken for granted is none: the next reader has it tried anew. */
function fileNodeOf(row: FileRow, { nowMs, products }: ShownWith): FileNode {
  const isRefused = row.refused_until_ms !== null && row.refused_until_ms > nowMs;
  const product = present(products.get(row.product), 'a product of the list');
  const isKnown =
    product.of === 'instance' ? row.tiled === 0 : row.stack_id !== null && row.unmade === 0;
  return {
    kind: 'file',
    id: row.file_id as FileId,
    seriesId: row.series_id as SeriesId,
    name: row.name,
    product,
    stackName: row.stack_name ?? undefined,
    listed: row.state !== 'withdrawn' && isKnown && row.formats.split(',').includes(product.name),
    state: stateOf(row),
    isHeld: row.held === 1,
    refusal: isRefused ? (row.refusal ?? undefined) : undefined,
    delivery: row.delivery,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    version: versionOf(row),
    replica: replicaOf(row),
  };
}

function stateOf({ state, conflict }: FileRow): FileNode['state'] {
  if (state === 'gone') return 'withdrawn';
  return conflict === 1 && state !== 'withdrawn' ? 'conflict' : state;
}

/** The outer join gives all columns of a version or none. */
function versionOf(row: FileRow): FileVersion | undefined {
  if (row.version_id === null) return undefined;
  const version = row as FileRow & VersionTable;
  return {
    id: row.version_id,
    guid: version.guid,
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
