import { present } from '../../lib/assert.ts';
import type { Vector3 } from '../vector.ts';
import type { VolumePlan } from '../volume-format.ts';

/** Where the voxels of a file lie, in mm of the patient's LPS frame. */
export interface FileAxes {
  /** From one voxel to the next along i, j and k. */
  readonly directions: readonly [Vector3, Vector3, Vector3];
  /** Centre of the first voxel. */
  readonly origin: Vector3;
}

/** The axes of a file whose rows are stored bottom up (`toVoxels`): j is against the image's columns. */
export function fileAxesLps({ affineLps, rows }: VolumePlan): FileAxes {
  const at = (row: number, column: number): number =>
    present(affineLps[row * 4 + column], 'a 3x4 affine');
  const vector = (of: (row: number) => number): Vector3 =>
    [0, 1, 2].map((row) => of(row) + 0) as [number, number, number];
  return {
    directions: [
      vector((row) => at(row, 0)),
      vector((row) => -at(row, 1)),
      vector((row) => at(row, 2)),
    ],
    origin: vector((row) => at(row, 3) + at(row, 1) * (rows - 1)),
  };
}
