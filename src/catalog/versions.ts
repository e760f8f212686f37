import { sql } from 'kysely';
import { present } from '../lib/assert.ts';
import type { ReplicaId } from '../storage/storage.ts';
import type { CatalogVersions, FileNode, FileReplica, Publication, SeriesId } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import { filesWhere, type ShownWith } from './file-rows.ts';
import { coversFile } from './locks.ts';
import { proveFacts } from './prove-facts.ts';
import { disproveSlices, proveSlices } from './prove-slices.ts';
import { proveStacks } from './prove-stacks.ts';
import type { ReplicaTable } from './schema.ts';
import { lineageOf } from './tree.ts';

/** Versions and replicas over the database. */
export function createVersions(context: CatalogContext): CatalogVersions {
  const { db, clock, limits, edition, products } = context;
  return {
    publish: (publication) =>
      db.transaction((tx) => publish(tx, publication, { nowMs: clock.nowMs(), products })),
    stacksProven: (series, stacks) =>
      db.transaction((tx) => proveStacks(tx, { series, stacks }, context)),
    slicesProven: (series, instances) =>
      db.transaction((tx) => proveSlices(tx, { series, instances }, context)),
    factsProven: (series, facts) => db.transaction((tx) => proveFacts(tx, series, facts)),
    async refuse(file, code) {
      await db.query
        .updateTable('file')
        .set({
          refusal: code,
          refusal_edition: edition,
          refused_until_ms: clock.nowMs() + limits.refusalKeptMs,
          modified_ms: clock.nowMs(),
        })
        .where('id', '=', file)
        .where('state', 'not in', ['withdrawn', 'gone'])
        .execute();
    },
    supersede: (file) => db.transaction((tx) => supersede(tx, file, clock.nowMs())),
    async touch(replica, readMs) {
      await db.query
        .updateTable('replica')
        .set({ last_read_ms: readMs })
        .where('id', '=', replica)
        .where('retired', '=', 0)
        .where('last_read_ms', '<=', readMs - limits.readGrainMs)
        .execute();
    },
    evictable: (limit) => evictable(db.query, { nowMs: clock.nowMs(), limit }),
    async dropReplica(replica) {
      await db.query.deleteFrom('replica').where('id', '=', replica).execute();
    },
    async knowsReplica(replica) {
      const query = db.query.selectFrom('replica').select('id').where('id', '=', replica);
      return (await query.executeTakeFirst()) !== undefined;
    },
  };
}

async function publish(tx: Session, publication: Publication, shown: ShownWith): Promise<FileNode> {
  const { fileId, replica } = publication;
  const { nowMs } = shown;
  const file = await tx
    .selectFrom('file')
    .innerJoin('series', 'series.id', 'file.series_id')
    .innerJoin('node', 'node.id', 'series.node_id')
    .select(['file.version_id', 'file.tiled', 'file.name', 'series.id', 'node.path'])
    .where('file.id', '=', fileId)
    .where('series.conflict', '=', 0)
    .where('file.state', '<>', 'gone')
    .executeTakeFirst();
  const lineage = file === undefined ? [] : await lineageOf(tx, file.path);
  if (await coversFile(tx, fileId)) throw catalogErrors.create('CATALOG_LOCKED');
  if (file === undefined || lineage.length === 0) throw catalogErrors.create('CATALOG_FILE_GONE');
  const versionId = await versionOf(tx, publication, nowMs);
  await tx
    .updateTable('replica')
    .set({ retired: 1, last_read_ms: 0 })
    .where('file_id', '=', fileId)
    .where('retired', '=', 0)
    .execute();
  await tx
    .insertInto('replica')
    .values({
      id: replica.id,
      file_id: fileId,
      version_id: versionId,
      storage: replica.storage,
      sealed_size: replica.sealedSize,
      sealed_sha256: replica.sealedSha256,
      production: replica.production,
      created_ms: nowMs,
      last_read_ms: nowMs,
      retired: 0,
    })
    .execute();
  const modified = file.version_id === versionId ? {} : { modified_ms: nowMs };
  await tx
    .updateTable('file')
    .set({ state: 'published', refusal: null, version_id: versionId, ...modified })
    .where('id', '=', fileId)
    .execute();
  if (file.tiled === 1) {
    await disproveSlices(tx, { id: fileId, series: file.id as SeriesId, name: file.name }, nowMs);
  }
  const [published] = await filesWhere(tx, sql`f.id = ${fileId}`, shown);
  return present(published, 'a published file is there');
}

/** The version a publication is of: an existing one by its GUID and number, else a new one. */
async function versionOf(tx: Session, publication: Publication, nowMs: number): Promise<number> {
  const { fileId, version } = publication;
  if (!('sha256' in version)) {
    const known = await tx
      .selectFrom('version')
      .select('id')
      .where('file_id', '=', fileId)
      .where('guid', '=', version.guid)
      .where('number', '=', version.number)
      .executeTakeFirst();
    if (known === undefined) throw catalogErrors.create('CATALOG_VERSION_UNKNOWN');
    return known.id;
  }
  const { id } = await tx
    .insertInto('version')
    .values({
      file_id: fileId,
      guid: version.guid,
      number: version.number,
      validator: version.validator,
      key_id: version.keyId,
      recipient_public_key: version.recipientPublicKey,
      plaintext_size: version.plaintextSize,
      sha256: version.sha256,
      receipt: version.receipt,
      created_ms: nowMs,
      segment_digests: version.segmentDigests,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function supersede(tx: Session, file: number, nowMs: number): Promise<void> {
  await tx
    .updateTable('replica')
    .set({ retired: 1, last_read_ms: 0 })
    .where('file_id', '=', file)
    .execute();
  await tx
    .updateTable('file')
    .set({ state: 'announced', version_id: null, modified_ms: nowMs })
    .where('id', '=', file)
    .where('state', '=', 'published')
    .execute();
}

/** Replicas that may go: the retired first, then those read longest ago, never a pinned one. */
async function evictable(
  session: Session,
  options: { readonly nowMs: number; readonly limit: number },
): Promise<readonly FileReplica[]> {
  const rows = await session
    .selectFrom('replica as r')
    .selectAll()
    .where((where) =>
      where.or([
        where('r.retired', '=', 1),
        where.not(
          where.exists(
            where
              .selectFrom('stage_file as p')
              .innerJoin('stage', 'stage.token', 'p.token')
              .select('p.token')
              .whereRef('p.file_id', '=', 'r.file_id')
              .where('p.released', '=', 0)
              .where('stage.expires_ms', '>', options.nowMs),
          ),
        ),
      ]),
    )
    .orderBy('last_read_ms')
    .limit(options.limit)
    .execute();
  return rows.map(replicaOf);
}

function replicaOf(row: ReplicaTable): FileReplica {
  return {
    id: row.id as ReplicaId,
    storage: row.storage,
    sealedSize: row.sealed_size,
    sealedSha256: row.sealed_sha256,
    production: row.production,
    createdMs: row.created_ms,
    lastReadMs: row.last_read_ms,
  };
}
