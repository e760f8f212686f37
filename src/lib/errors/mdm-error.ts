import type { ErrorRow } from './error-row.ts';

/**
 * What a retry would do: `transient` is safe to retry and may help, `ambiguous` may already have
 * happened, `permanent` will fail again. Set where the failure is known; retry policy reads only this.
 */
export type Disposition = 'transient' | 'ambiguous' | 'permanent';

/** Flat, non-identifying values that explain a failure. Never patient data. */
export type ErrorContext = Readonly<Record<string, string | number | boolean>>;

/** What may come with an error beside its code. */
export interface ErrorDetails {
  readonly message?: string;
  readonly context?: ErrorContext;
  readonly cause?: unknown;
  /** Its documentation, where the code is one of this program's tables. */
  readonly row?: ErrorRow;
}

/**
 * An operational failure that crosses a folder's border.
 *
 * Callers match on `code`, which is stable and documented in docs/errors.md. The message is for
 * people and may change. Message and context never hold patient data.
 */
export class MdmError<Code extends string = string> extends Error {
  override readonly name = 'MdmError';
  readonly code: Code;
  readonly disposition: Disposition;
  readonly context: ErrorContext;
  /** What the code means and who can do what; undefined for a code that another program gave. */
  readonly row: ErrorRow | undefined;

  constructor(code: Code, disposition: Disposition, details: ErrorDetails = {}) {
    const suffix = details.message === undefined ? '' : `: ${details.message}`;
    super(`${code}${suffix}`, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.disposition = disposition;
    this.context = details.context ?? {};
    this.row = details.row;
  }
}

/** The code of an MdmError, else undefined. Works across module copies, unlike `instanceof`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'disposition' in error
    ? String(error.code)
    : undefined;
}
