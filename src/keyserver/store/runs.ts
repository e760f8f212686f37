import type { Transaction } from 'kysely';
import type { Database } from '../../db/index.ts';
import type { KeyServerSchema } from './schema.ts';

/**
 * How far the new shares of an order have come here. `staged`: stored, and may be replaced. `ready`:
 * promised to be kept until the feed decides. `proven`: all holders promised; from then on they count
 * once the feed says so.
 */
export interface Run {
  readonly state: 'staged' | 'ready' | 'proven';
  /** `wordsDigestOf` what all said of their new shares; empty while staged. */
  readonly staged: string;
}

/** The runs for which there is something left to do, in memory as in the database. */
export class Runs {
  readonly #runs: Map<string, Run>;

  private constructor(runs: Map<string, Run>) {
    this.#runs = runs;
  }

  static async load({ query }: Database<KeyServerSchema>): Promise<Runs> {
    const rows = await query.selectFrom('run').selectAll().execute();
    return new Runs(new Map(rows.map(({ run, state, staged }) => [run, { state, staged }])));
  }

  get(run: string): Run | undefined {
    return this.#runs.get(run);
  }

  entries(): readonly (readonly [string, Run])[] {
    return [...this.#runs];
  }

  /** Whether shares of a run count once the feed says so: where nothing is left to do, they do. */
  isProven(run: string): boolean {
    return (this.#runs.get(run)?.state ?? 'proven') === 'proven';
  }

  /** In a transaction; `noted` when it is over. */
  static async write(tx: Transaction<KeyServerSchema>, name: string, run: Run): Promise<void> {
    await tx
      .insertInto('run')
      .values({ run: name, ...run })
      .onConflict((conflict) => conflict.column('run').doUpdateSet({ ...run }))
      .execute();
  }

  static async remove(tx: Transaction<KeyServerSchema>, name: string): Promise<void> {
    await tx.deleteFrom('run').where('run', '=', name).execute();
  }

  /** What was written. */
  noted(name: string, run: Run | undefined): void {
    if (run === undefined) this.#runs.delete(name);
    else this.#runs.set(name, run);
  }
}
