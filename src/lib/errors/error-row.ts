import type { Disposition } from './mdm-error.ts';

/** One documented failure: a row of docs/errors.md. */
export interface ErrorRow {
  readonly disposition: Disposition;
  /** What happened, one sentence. */
  readonly meaning: string;
  /** What the person who asked can do. */
  readonly user: string;
  /** What the operator can do. */
  readonly operator: string;
}
