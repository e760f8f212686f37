import type { Policy, PolicyEntry } from '../authz/policy.ts';
import type { CatalogPolicies } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import { ancestry, depthMax } from './tree.ts';

/** Policies over the database. */
export function createPolicies({ db, clock }: CatalogContext): CatalogPolicies {
  return {
    async get(id) {
      const row = await db.query
        .selectFrom('policy')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : policyOf(row);
    },
    governing: (path) => governing(db.query, path),
    async all() {
      const rows = await db.query.selectFrom('policy').selectAll().orderBy('id').execute();
      return rows.map(policyOf);
    },
    put: (policy) => db.transaction((tx) => put(tx, policy)),
    restore: (policy) => db.transaction((tx) => restore(tx, policy)),
    async attach(path, policyId) {
      const { numUpdatedRows } = await db.query
        .updateTable('node')
        .set({ policy_id: policyId, modified_ms: clock.nowMs() })
        .where('path', '=', path)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw catalogErrors.create('CATALOG_NODE_UNKNOWN');
    },
  };
}

/** Looks only at directories that have a policy: what else exists makes no difference, in time either. */
async function governing(session: Session, path: string) {
  const nearest = session
    .selectFrom('node')
    .where('policy_id', 'is not', null)
    .where('path', 'in', ancestry(path).slice(0, depthMax))
    .orderBy((by) => by.fn('length', ['path']), 'desc')
    .limit(1);
  const row = await session
    .selectFrom('policy')
    .selectAll()
    .select(nearest.select('policy_id').as('nearest'))
    .select(nearest.select('path').as('at'))
    .where('id', '=', (by) =>
      by.fn.coalesce(
        nearest.select('policy_id'),
        by.selectFrom('policy').select((all) => all.fn.min('id').as('id')),
      ),
    )
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const governs = row.nearest === row.id;
  return { policy: policyOf(row), governs, attachedAt: row.at ?? undefined };
}

async function put(tx: Session, policy: Policy): Promise<void> {
  const { id, version } = policy;
  const stored = await tx
    .selectFrom('policy')
    .select('version')
    .where('id', '=', id)
    .executeTakeFirst();
  if (stored !== undefined && version !== stored.version + 1)
    throw catalogErrors.create('CATALOG_POLICY_CONFLICT', { context: { stored: stored.version } });
  await write(tx, policy);
}

async function restore(tx: Session, policy: Policy): Promise<void> {
  const stored = await tx
    .selectFrom('policy')
    .select('version')
    .where('id', '=', policy.id)
    .executeTakeFirst();
  if (policy.version > (stored?.version ?? 0)) await write(tx, policy);
}

async function write(tx: Session, { id, version, entries }: Policy): Promise<void> {
  const values = { version, entries: JSON.stringify(entries) };
  await tx
    .insertInto('policy')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

function policyOf(row: { id: string; version: number; entries: string }): Policy {
  return { id: row.id, version: row.version, entries: JSON.parse(row.entries) as PolicyEntry[] };
}
