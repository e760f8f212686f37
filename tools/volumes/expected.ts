import { readFile } from 'node:fs/promises';
import type { References } from './judge.ts';

/** What a converter made, as a file says it. */
interface Expected {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly dim: readonly number[];
        readonly dtype: string;
        readonly slope: number;
        readonly inter: number;
        readonly affine: readonly (readonly number[])[];
        readonly vox_sha256: string;
      }
    >
  >;
}

/** The references of an `expected.json`. */
export async function expectedOf(path: string): Promise<References> {
  const { outputs } = JSON.parse(await readFile(path, 'utf8')) as Expected;
  return new Map(
    Object.entries(outputs).map(([name, { dim, dtype, slope, inter, affine, vox_sha256 }]) => {
      const type = dtype.startsWith('[') ? 'rgb24' : dtype;
      const output = { dim, type, slope, intercept: inter, affine: affine.flat() };
      return [name, { ...output, sha256: vox_sha256 }];
    }),
  );
}
