import { present } from '../../../lib/assert.ts';
import { cross, dot, normalize, scale, subtract, type Vector3 } from '../../vector.ts';

/** A rotation as NIfTI-1 stores it. */
export interface NiftiQuaternion {
  /** b, c, d of the unit quaternion a + bi + cj + dk with a >= 0. */
  readonly quatern: Vector3;
  /** -1 when the axes i, j, k are left-handed, else 1. */
  readonly qfac: -1 | 1;
}

/**
 * The rotation nearest to the axes of a 3x4 affine (row-major, ijk to RAS), scale removed.
 *
 * @standard NIfTI-1.1, method 2 (quaternion representation of the rotation matrix)
 */
export function quaternionOf(affineRas: readonly number[]): NiftiQuaternion {
  const at = (index: number): number => present(affineRas[index], 'a 3x4 affine');
  const i = normalize([at(0), at(4), at(8)]);
  const rawJ: Vector3 = [at(1), at(5), at(9)];
  const j = normalize(subtract(rawJ, scale(i, dot(i, rawJ))));
  const k = cross(i, j);
  const qfac = dot(k, [at(2), at(6), at(10)]) < 0 ? -1 : 1;
  return { quatern: imaginaryPart(i, j, k), qfac };
}

/** Of the rotation with columns i, j, k. Divides by its largest component, so nothing is lost to rounding. */
function imaginaryPart(i: Vector3, j: Vector3, k: Vector3): Vector3 {
  const trace = i[0] + j[1] + k[2];
  const squares = [1 + trace, 1 + 2 * i[0] - trace, 1 + 2 * j[1] - trace, 1 + 2 * k[2] - trace];
  const largest = squares.indexOf(Math.max(...squares));
  const twice = Math.sqrt(present(squares[largest], 'four squares')) * 2;
  const [sumIj, sumIk, sumJk] = [i[1] + j[0], i[2] + k[0], j[2] + k[1]];
  const [b, c, d] = [j[2] - k[1], k[0] - i[2], i[1] - j[0]];
  const quarter = twice / 4;
  switch (largest) {
    case 0:
      return [b / twice, c / twice, d / twice];
    case 1:
      return positive(b / twice, [quarter, sumIj / twice, sumIk / twice]);
    case 2:
      return positive(c / twice, [sumIj / twice, quarter, sumJk / twice]);
    default:
      return positive(d / twice, [sumIk / twice, sumJk / twice, quarter]);
  }
}

/** q and -q are one rotation; NIfTI keeps only b, c, d and takes a >= 0. */
function positive(a: number, imaginary: Vector3): Vector3 {
  return a < 0 ? scale(imaginary, -1) : imaginary;
}
