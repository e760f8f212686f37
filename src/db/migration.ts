/**
 * One step of a schema's history. Released steps never change: their digest is stored with the
 * database and compared at every start.
 */
export interface Migration {
  /** 1 for the first, growing by one. */
  readonly version: number;
  /** Kebab-case, what it brings: `recalls`. */
  readonly name: string;
  /** Statements of the engine's dialect; run in one transaction. */
  readonly sql: string;
}
