import type { Kysely, Transaction } from 'kysely';

/**
 * A database with the tables of `Schema`.
 *
 * Reads run at once in the calling thread and see what is committed; whatever writes goes to a
 * thread of its own, which waits for the disk (ADR 21). Keep statements short: page through large
 * results by key, cut large writes into transactions of some hundred rows.
 */
export interface Database<Schema> {
  /** The typed query builder. Each statement by itself, durable when its promise resolves. */
  readonly query: Kysely<Schema>;
  /**
   * Run `work` in one transaction: all of it durable when the promise resolves, none of it when it
   * rejects. Those that wait behind each other share a commit, so many small ones are best begun at
   * once; what fails in one is its own. Transactions take turns, so `work` awaits nothing but statements of its own `tx`: a
   * read beside it sees the state before it, a write beside it waits for ever (DB_BUSY). Always
   * begun here, never by `query.transaction()`.
   * @throws DB_BUSY, DB_FULL, DB_IO, DB_CONSTRAINT, or what `work` throws
   */
  transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /**
   * Fold the write-ahead log into the database file and empty it. With `secureDelete`, what was
   * deleted before is in no file afterwards. Takes long after large writes.
   */
  checkpoint(): Promise<void>;
  /** Wait for the transaction under way, then close. Later calls fail with DB_CLOSED. */
  close(): Promise<void>;
}
