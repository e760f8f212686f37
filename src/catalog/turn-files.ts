import { type RawBuilder, sql } from 'kysely';
import type { Session } from './context.ts';

/** Whatever their number: the values travel as one JSON text. */
export function isOneOf(
  column: 'id' | 'file_id' | 'name',
  values: readonly (number | string)[],
): RawBuilder<boolean> {
  const list = JSON.stringify(values);
  return sql<boolean>`${sql.ref(column)} IN (SELECT value FROM json_each(${list}))`;
}

/** Files that are not of the series any more, until they are again. */
export async function removeFiles(
  tx: Session,
  files: readonly number[],
  nowMs: number,
): Promise<void> {
  await retireReplicas(tx, files);
  await tx
    .updateTable('file')
    .set({ state: 'gone', version_id: null, modified_ms: nowMs })
    .where(isOneOf('id', files))
    .execute();
}

/** Files whose content and refusals are of what was. Names stay, content starts anew. */
export async function announceAnew(
  tx: Session,
  files: readonly number[],
  nowMs: number,
): Promise<void> {
  await retireReplicas(tx, files);
  await tx
    .updateTable('file')
    .set({ state: 'announced', version_id: null, refusal: null, modified_ms: nowMs })
    .where(isOneOf('id', files))
    .where('state', '<>', 'withdrawn')
    .execute();
}

async function retireReplicas(tx: Session, files: readonly number[]): Promise<void> {
  await tx
    .updateTable('replica')
    .set({ retired: 1, last_read_ms: 0 })
    .where(isOneOf('file_id', files))
    .execute();
}
