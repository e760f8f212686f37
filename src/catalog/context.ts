import type { Kysely } from 'kysely';
import type { Database } from '../db/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { CatalogProduct } from './catalog.ts';
import type { CatalogLimits } from './limits.ts';
import type { CatalogSchema } from './schema.ts';

/** What the parts of the catalog share. */
export interface CatalogContext {
  readonly db: Database<CatalogSchema>;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: CatalogLimits;
  /** Of what decides whether files can be made; recorded beside refusals. */
  readonly edition: string;
  readonly products: ProductsByName;
}

/** The forms that files have, by name. */
export type ProductsByName = ReadonlyMap<string, CatalogProduct>;

/** Where a statement runs: a transaction, or the database itself. */
export type Session = Kysely<CatalogSchema>;
