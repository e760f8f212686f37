import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A table beside another: the same numbers, none at all, or others. */
export type TableVerdict = 'alike' | 'left out' | 'WRONG';

/** The diffusion tables that a converter wrote: b-values and directions, by name of file. */
export type DiffusionTables = ReadonlyMap<string, readonly number[]>;

/** The `.bval` and `.bvec` of a folder. */
export async function readTables(folder: string): Promise<DiffusionTables> {
  const names = (await readdir(folder)).filter((name) => /\.bv(al|ec)$/.test(name)).toSorted();
  const tables = names.map(
    async (name) => [name, numbersIn(await readFile(join(folder, name), 'utf8'))] as const,
  );
  return new Map(await Promise.all(tables));
}

/** What of the referee's tables is there. */
export function judgeTables(made: DiffusionTables, referee: DiffusionTables): TableVerdict {
  if (made.size === 0) return referee.size === 0 ? 'alike' : 'left out';
  const isSame =
    made.size === referee.size &&
    [...referee].every(([name, numbers]) => areClose(made.get(name) ?? [], numbers));
  return isSame ? 'alike' : 'WRONG';
}

const numbersIn = (text: string): readonly number[] =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);

/** b-values are kept as whole numbers, directions to six digits. */
const tolerance = 1e-3;

function areClose(one: readonly number[], other: readonly number[]): boolean {
  return (
    one.length === other.length &&
    one.every((value, at) => {
      const expected = other[at] ?? Number.NaN;
      return Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected));
    })
  );
}
