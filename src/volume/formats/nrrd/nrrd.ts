import { present } from '../../../lib/assert.ts';
import type { VolumeFormat, VolumePlan } from '../../volume-format.ts';
import { fileAxesLps } from '../../voxels/file-axes.ts';
import { outputTypeOf } from '../../voxels/output-values.ts';

/** The names of the format for our voxel types. */
const typeNames = {
  uint8: 'uint8',
  int8: 'int8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  float32: 'float',
  float64: 'double',
} as const satisfies Record<ReturnType<typeof outputTypeOf>['name'], string>;

/**
 * NRRD, header and voxels in one file (`.nrrd`), raw encoding, in the patient's LPS frame.
 *
 * The format states no scale, so voxels are the values (`outputValues`). Volumes of one stack are
 * a fourth axis that is no direction of space.
 *
 * @standard NRRD0004 (basic field specifications, space and orientation)
 */
export const nrrdFormat: VolumeFormat = { name: 'nrrd', header: encodeNrrdHeader };

function encodeNrrdHeader(plan: VolumePlan): Uint8Array {
  const { directions, origin } = fileAxesLps(plan);
  const is4d = plan.volumes > 1;
  const type = outputTypeOf(plan);
  const lines = [
    'NRRD0004',
    `type: ${typeNames[type.name]}`,
    `dimension: ${is4d ? 4 : 3}`,
    'space: left-posterior-superior',
    `sizes: ${[plan.columns, plan.rows, plan.slices, ...(is4d ? [plan.volumes] : [])].join(' ')}`,
    `space directions: ${[...directions.map(vectorText), ...(is4d ? ['none'] : [])].join(' ')}`,
    `kinds: domain domain domain${is4d ? ' list' : ''}`,
    ...(type.bits > 8 ? ['endian: little'] : []),
    'encoding: raw',
    'space units: "mm" "mm" "mm"',
    `space origin: ${vectorText(origin)}`,
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n\n`);
}

function vectorText(vector: readonly number[]): string {
  return `(${[0, 1, 2].map((axis) => present(vector[axis], 'three numbers')).join(',')})`;
}
