import type { CatalogStages, FileId, StageRow } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';

/** Stage requests and pins over the database. */
export function createStages({ db, clock }: CatalogContext): CatalogStages {
  return {
    create: (row) => db.transaction((tx) => create(tx, row)),
    get: (token) => stageByToken(db.query, token),
    async release(token, paths) {
      if (paths?.length === 0) return;
      let update = db.query.updateTable('stage_file').set({ released: 1 });
      if (paths !== undefined) update = update.where('path', 'in', paths);
      await update.where('token', '=', token).execute();
    },
    async fail(token, file, code) {
      await db.query
        .updateTable('stage_file')
        .set({ failure: code })
        .where('token', '=', token)
        .where('file_id', '=', file)
        .execute();
    },
    async pinCount(caller) {
      const { count } = await db.query
        .selectFrom('stage')
        .innerJoin('stage_file', 'stage_file.token', 'stage.token')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('caller', '=', caller)
        .where('expires_ms', '>', clock.nowMs())
        .where('released', '=', 0)
        .where('failure', 'is', null)
        .executeTakeFirstOrThrow();
      return count;
    },
    async removeExpired(nowMs) {
      const { numDeletedRows } = await db.query
        .deleteFrom('stage')
        .where('expires_ms', '<=', nowMs)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

async function create(tx: Session, row: StageRow): Promise<void> {
  const { token, caller, expiresMs, files } = row;
  await tx.insertInto('stage').values({ token, caller, expires_ms: expiresMs }).execute();
  if (files.length === 0) return;
  const rows = files.map((file, position) => ({
    token,
    position,
    path: file.path,
    file_id: file.fileId ?? null,
    released: Number(file.released),
    failure: file.failure ?? null,
  }));
  await tx.insertInto('stage_file').values(rows).execute();
}

async function stageByToken(session: Session, token: string): Promise<StageRow | undefined> {
  const stage = await session
    .selectFrom('stage')
    .selectAll()
    .where('token', '=', token)
    .executeTakeFirst();
  if (stage === undefined) return undefined;
  const files = await session
    .selectFrom('stage_file')
    .selectAll()
    .where('token', '=', token)
    .orderBy('position')
    .execute();
  return {
    token,
    caller: stage.caller,
    expiresMs: stage.expires_ms,
    files: files.map((file) => ({
      path: file.path,
      fileId: (file.file_id ?? undefined) as FileId | undefined,
      released: file.released === 1,
      failure: file.failure ?? undefined,
    })),
  };
}
