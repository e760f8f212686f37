import { identityErrors } from '../identity/errors.ts';
import type { ErrorRow } from '../lib/errors/error-table.ts';
import type { Exchange } from '../listener/door.ts';

/** Who can do what about a failure. */
export type Advice = Pick<ErrorRow, 'user' | 'operator'>;

/**
 * The advice of a door's 401: what helps depends on why the credential was refused, which `identity`
 * says; where none was shown, `row` says how to show one.
 */
export function refusedAdvice(refusal: Exchange['refusal'], row: Advice): Advice {
  const rows: Readonly<Record<string, Advice>> = identityErrors.rows;
  const { code } = refusal ?? {};
  const { user, operator } =
    code !== undefined && Object.hasOwn(rows, code) ? (rows[code] ?? row) : row;
  return { user, operator };
}
