import type { VolumeFormat, VolumePlan } from '../../volume-format.ts';
import { fileAxesLps } from '../../voxels/file-axes.ts';
import { outputTypeOf } from '../../voxels/output-values.ts';

/** The header is a whole number of these. */
const blockBytes = 256;
const lastLine = '##}\n';

/**
 * INRIMAGE-4: a text of a whole number of 256 bytes, then the voxels; little endian.
 *
 * It states neither a scale, so that voxels are the values (`outputValues`), nor a fourth dimension,
 * nor directions: they are in lines that begin with `#`, which programs that do not know them pass
 * over. TX, TY, TZ are the centre of the first voxel in the patient's LPS frame; mm.
 */
export const inrimageFormat: VolumeFormat = { name: 'inrimage', header: encodeInrimageHeader };

function encodeInrimageHeader(plan: VolumePlan): Uint8Array {
  const { name, bits } = outputTypeOf(plan);
  const { directions, origin } = fileAxesLps(plan);
  const [vx, vy, vz] = plan.spacingMm;
  const [tx, ty, tz] = origin;
  const unit = directions.map((direction, axis) =>
    direction.map((value) => value / (plan.spacingMm[axis] ?? 1)),
  );
  const text = [
    '#INRIMAGE-4#{',
    `XDIM=${plan.columns}`,
    `YDIM=${plan.rows}`,
    `ZDIM=${plan.slices}`,
    'VDIM=1',
    `TYPE=${typeWords(name)}`,
    `PIXSIZE=${bits} bits`,
    'SCALE=2**0',
    'CPU=decm',
    `VX=${vx}`,
    `VY=${vy}`,
    `VZ=${vz}`,
    `TX=${tx}`,
    `TY=${ty}`,
    `TZ=${tz}`,
    '#SPACE=LPS',
    ...unit.map((direction, axis) => `#AXIS${axis}=${direction.join(' ')}`),
    '',
  ].join('\n');
  const used = text.length + lastLine.length;
  const padding = (blockBytes - (used % blockBytes)) % blockBytes;
  return new TextEncoder().encode(`${text}${'\n'.repeat(padding)}${lastLine}`);
}

function typeWords(name: ReturnType<typeof outputTypeOf>['name']): string {
  if (name === 'float32' || name === 'float64') return 'float';
  return name.startsWith('u') ? 'unsigned fixed' : 'signed fixed';
}
