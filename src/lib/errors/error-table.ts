import type { ErrorRow } from './error-row.ts';
import { type ErrorDetails, MdmError } from './mdm-error.ts';

export type { ErrorRow } from './error-row.ts';

/** A folder's closed set of failure codes. */
export interface ErrorTable<Code extends string> {
  readonly folder: string;
  readonly rows: Readonly<Record<Code, ErrorRow>>;
  /** Make the error of `code`; the caller throws it. */
  create(code: Code, details?: ErrorDetails): MdmError<Code>;
  /** Whether `error` is one of this table's. */
  has(error: unknown): error is MdmError<Code>;
}

/**
 * Declare a folder's failure codes. docs/errors.md is generated from these tables.
 *
 * @example
 * export const pduErrors = defineErrors('dimse', { PDU_LENGTH_INVALID: { ... } });
 * throw pduErrors.create('PDU_LENGTH_INVALID', { context: { length } });
 */
export function defineErrors<const Rows extends Readonly<Record<string, ErrorRow>>>(
  folder: string,
  rows: Rows,
): ErrorTable<keyof Rows & string> {
  type Code = keyof Rows & string;
  return {
    folder,
    rows,
    create(code, details) {
      const row = rows[code] as ErrorRow;
      return new MdmError(code, row.disposition, { ...details, row });
    },
    has(error): error is MdmError<Code> {
      return error instanceof MdmError && Object.hasOwn(rows, error.code);
    },
  };
}
