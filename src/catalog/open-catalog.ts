import { openSqlite } from '../db/index.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogContext } from './context.ts';
import { createInbox } from './inbox.ts';
import { createKeyChanges } from './key-changes.ts';
import { type CatalogLimits, catalogLimits } from './limits.ts';
import { createNames } from './names.ts';
import { createPolicies } from './policies.ts';
import { createQuery } from './query.ts';
import { createRecalls } from './recalls.ts';
import { type CatalogSchema, catalogMigrations } from './schema.ts';
import { createStages } from './stages.ts';
import { ensureNode } from './tree.ts';
import { createVersions } from './versions.ts';

/** How to open the catalog. */
export interface OpenCatalogOptions {
  /** The database file, made if absent. */
  readonly path: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: CatalogLimits;
}

/**
 * Open the catalog in a SQLite file.
 * @throws the DB_ codes of `openSqlite`
 */
export async function openCatalog(options: OpenCatalogOptions): Promise<Catalog> {
  const { clock = systemClock, random = systemRandom, limits = catalogLimits } = options;
  const migrations = catalogMigrations;
  const db = await openSqlite<CatalogSchema>({ path: options.path, migrations, clock });
  const context: CatalogContext = { db, clock, random, limits };
  const root = { kind: 'root', name: '', parent: undefined, nowMs: clock.nowMs() } as const;
  await db.transaction((tx) => ensureNode(tx, root));
  return {
    inbox: createInbox(context),
    names: createNames(context),
    versions: createVersions(context),
    recalls: createRecalls(context),
    stages: createStages(context),
    policies: createPolicies(context),
    keyChanges: createKeyChanges(context),
    query: createQuery(context),
    close: () => db.close(),
  };
}
