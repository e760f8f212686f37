import { openSqlite } from '../db/index.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { Catalog, CatalogProduct } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { createInbox } from './inbox.ts';
import { createKeyChanges } from './key-changes.ts';
import { type CatalogLimits, catalogLimits } from './limits.ts';
import { createLocks } from './locks.ts';
import { createNames } from './names.ts';
import { createQuery } from './query.ts';
import { createRecalls } from './recalls.ts';
import { type CatalogSchema, catalogMigrations } from './schema.ts';
import { createStages } from './stages.ts';
import { ensureNode } from './tree.ts';
import { announceAnew, isOneOf } from './turn-files.ts';
import { createVersions } from './versions.ts';

/** How to open the catalog. */
export interface OpenCatalogOptions {
  /** The database file, made if absent. */
  readonly path: string;
  /** The forms that files can have. */
  readonly products: readonly CatalogProduct[];
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: CatalogLimits;
  /** Names what decides whether files can be made. What another edition refused is tried again. */
  readonly edition?: string;
}

/**
 * Open the catalog in a SQLite file.
 * @throws the DB_ codes of `openSqlite`
 */
export async function openCatalog(options: OpenCatalogOptions): Promise<Catalog> {
  const { clock = systemClock, random = systemRandom, limits = catalogLimits } = options;
  const { edition = '' } = options;
  const migrations = catalogMigrations;
  const db = await openSqlite<CatalogSchema>({ path: options.path, migrations, clock });
  const products = new Map(options.products.map((product) => [product.name, product]));
  const context: CatalogContext = { db, clock, random, limits, edition, products };
  const root = { kind: 'root', name: '', parent: undefined, nowMs: clock.nowMs() } as const;
  await db.transaction(async (tx) => {
    await ensureNode(tx, root);
    await forgetRefusals(tx, edition, clock.nowMs());
  });
  return {
    inbox: createInbox(context),
    names: createNames(context),
    versions: createVersions(context),
    recalls: createRecalls(context),
    stages: createStages(context),
    keyChanges: createKeyChanges(context),
    locks: createLocks(context),
    query: createQuery(context),
    close: () => db.close(),
  };
}

/** What was refused by an edition that is not this one says nothing any more. */
async function forgetRefusals(tx: Session, edition: string, nowMs: number): Promise<void> {
  const ofRefused = await tx
    .selectFrom('file')
    .innerJoin('stack', 'stack.id', 'file.stack_id')
    .select('file.id')
    .where('stack.edition', '<>', edition)
    .where('stack.id', 'in', (from) =>
      from
        .selectFrom('file')
        .select('stack_id')
        .where('unmade', '=', 1)
        .$castTo<{ stack_id: number }>(),
    )
    .where('file.state', '<>', 'gone')
    .execute();
  const ids = ofRefused.map(({ id }) => id);
  await announceAnew(tx, ids, nowMs);
  await tx.updateTable('file').set({ unmade: 0 }).where(isOneOf('id', ids)).execute();
  await tx
    .updateTable('file')
    .set({ refusal: null, refusal_edition: null, refused_until_ms: null })
    .where('refusal_edition', '<>', edition)
    .execute();
}
