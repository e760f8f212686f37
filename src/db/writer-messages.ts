import type { StatementResult } from './statements.ts';

/** How the thread opens its connection. */
export interface WriterSettings {
  readonly path: string;
  /** Statements that configure the connection. */
  readonly pragmas: readonly string[];
  readonly keptMax: number;
}

/** What the thread is asked, one at a time. */
export type WriterRequest =
  | { readonly kind: 'run'; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'close' };

/** Its answers, in the order of the requests. `engineCode` is SQLite's; undefined: a bug of ours. */
export type WriterReply =
  | { readonly kind: 'done'; readonly result: StatementResult }
  | { readonly kind: 'failed'; readonly engineCode: string | undefined; readonly message: string };
