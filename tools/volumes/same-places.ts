import type { NiftiFile } from './nifti-file.ts';

/** How far the places of one sample may be apart, in mm. */
const toleranceMm = 0.01;

/** The grid of a file. */
export interface Grid {
  readonly dim: readonly number[];
  readonly affine: readonly number[];
}

/**
 * The voxels of a file as they lie in another grid of the same places, which is it turned by right
 * angles; undefined where the grids do not hold the same places.
 */
export function turnedTo(file: NiftiFile, grid: Grid): Buffer | undefined {
  const map = axisMapOf(file, grid);
  const [nx = 1, ny = 1, nz = 1, ...rest] = file.dim;
  const [mx = 1, my = 1, mz = 1] = grid.dim;
  const isWhole = nx * ny * nz === mx * my * mz && file.dim.length === grid.dim.length;
  if (map === undefined || !isWhole) return undefined;
  const width = file.bitpix / 8;
  const turned = Buffer.alloc(file.voxels.length);
  const volumes = rest.reduce((product, count) => product * count, 1);
  for (let t = 0; t < volumes; t += 1) {
    for (let k = 0; k < nz; k += 1) {
      for (let j = 0; j < ny; j += 1) {
        for (let i = 0; i < nx; i += 1) {
          const [x = 0, y = 0, z = 0] = map([i, j, k]);
          const isInside = x >= 0 && x < mx && y >= 0 && y < my && z >= 0 && z < mz;
          if (!isInside) return undefined;
          const from = (i + nx * (j + ny * (k + nz * t))) * width;
          const to = (x + mx * (y + my * (z + mz * t))) * width;
          file.voxels.copy(turned, to, from, from + width);
        }
      }
    }
  }
  return turned;
}

type Index = readonly [number, number, number];

/** From indices of one file to those of the other; undefined where axes do not lie on axes. */
function axisMapOf(one: Grid, other: Grid): ((at: Index) => number[]) | undefined {
  const inverse = inverseOf(other.affine);
  if (inverse === undefined) return undefined;
  const exact = (at: Index): number[] => apply(inverse, apply(one.affine, at));
  const origin = exact([0, 0, 0]);
  const steps = (
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const
  ).map((axis, index) =>
    one.dim[index] === 1
      ? [0, 0, 0]
      : exact(axis).map((value, along) => value - (origin[along] ?? 0)),
  );
  const rounded = steps.map((step) => step.map(Math.round));
  const corner: Index = [(one.dim[0] ?? 1) - 1, (one.dim[1] ?? 1) - 1, (one.dim[2] ?? 1) - 1];
  const start = origin.map(Math.round);
  const map = (at: Index): number[] =>
    start.map((value, along) =>
      at.reduce((sum, index, axis) => sum + index * (rounded[axis]?.[along] ?? 0), value),
    );
  const isNear = [[0, 0, 0] as const, corner].every((at) => {
    const [p, q] = [apply(one.affine, at), apply(other.affine, map(at))];
    return p.every((value, axis) => Math.abs(value - (q[axis] ?? 0)) <= toleranceMm);
  });
  return isNear ? map : undefined;
}

function apply(affine: readonly number[], at: readonly number[]): number[] {
  return [0, 1, 2].map(
    (row) =>
      [0, 1, 2].reduce(
        (sum, column) => sum + (affine[row * 4 + column] ?? 0) * (at[column] ?? 0),
        0,
      ) + (affine[row * 4 + 3] ?? 0),
  );
}

function inverseOf(affine: readonly number[]): number[] | undefined {
  const at = (row: number, column: number): number => affine[row * 4 + column] ?? 0;
  const minor = (r: number, c: number): number => {
    const [r1 = 0, r2 = 0] = [0, 1, 2].filter((row) => row !== r);
    const [c1 = 0, c2 = 0] = [0, 1, 2].filter((column) => column !== c);
    return at(r1, c1) * at(r2, c2) - at(r1, c2) * at(r2, c1);
  };
  const determinant = at(0, 0) * minor(0, 0) - at(0, 1) * minor(0, 1) + at(0, 2) * minor(0, 2);
  if (determinant === 0) return undefined;
  const inverse = [0, 1, 2].map((row) =>
    [0, 1, 2].map(
      (column) => (((row + column) % 2 === 0 ? 1 : -1) * minor(column, row)) / determinant,
    ),
  );
  return inverse.flatMap((row) => {
    const shift = row.reduce((sum, value, column) => sum - value * at(column, 3), 0);
    return [...row, shift];
  });
}
