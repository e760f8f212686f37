/** One named bound: a row of docs/limits.md. */
export interface LimitRow {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 's' | 'count' | 'ratio' | 'mm';
  /** Why there is a bound and why this one. */
  readonly reason: string;
}

const rowsOf = new WeakMap<object, { folder: string; rows: Readonly<Record<string, LimitRow>> }>();

/** The values of a limit table, by name. */
export type Limits<Rows extends Readonly<Record<string, LimitRow>>> = {
  readonly [Name in keyof Rows]: number;
};

/**
 * Declare a folder's named limits; the result maps each name to its number.
 * docs/limits.md is generated from these tables. Code takes limits as an argument with these as
 * default, so that tests can narrow them.
 */
export function defineLimits<const Rows extends Readonly<Record<string, LimitRow>>>(
  folder: string,
  rows: Rows,
): Limits<Rows> {
  const values = Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, row.value]),
  ) as Limits<Rows>;
  rowsOf.set(values, { folder, rows });
  return Object.freeze(values);
}

/** The documentation rows behind a limit table, for the generator of docs/limits.md. */
export function describeLimits(
  limits: object,
): { folder: string; rows: Readonly<Record<string, LimitRow>> } | undefined {
  return rowsOf.get(limits);
}
