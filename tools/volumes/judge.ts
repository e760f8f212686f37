import { type NiftiFile, sha256Of } from './nifti-file.ts';
import { turnedTo } from './same-places.ts';

/**
 * What a volume is beside the referee's: the same, or what differs; unreferred where it made nothing.
 * `sign`: the referee takes the sign off stored values of 12 bits (mended in its release of 2023), or gives
 * one to those of 32 that have none.
 */
export type Verdict = 'right' | 'turned' | 'scale' | 'sign' | 'affine' | 'unreferred' | 'WRONG';

/** A volume of somebody else's making, as far as it is compared. */
export type Output = Pick<NiftiFile, 'dim' | 'type' | 'slope' | 'intercept' | 'affine' | 'sha256'>;

/** What a referee made, by name. */
export type References = ReadonlyMap<string, Output>;

/** A volume that was made, and what it is. */
export interface Judged {
  readonly verdict: Verdict;
  /** Name of the reference that it was held against. */
  readonly reference: string | undefined;
  readonly difference: string;
}

/** Judge volumes against those of a referee; each reference is used once. */
export function judgeAll(
  made: readonly NiftiFile[],
  references: References,
): { readonly judged: readonly Judged[]; readonly missing: readonly string[] } {
  const left = new Map(references);
  const judged = made.map((file) => {
    const outcomes = [...left].map(([name, output]) => ({ name, ...judge(file, output) }));
    const best = outcomes.toSorted((a, b) => rank(a.verdict) - rank(b.verdict))[0];
    if (best === undefined) {
      if (references.size === 0) {
        return { verdict: 'unreferred' as const, reference: undefined, difference: '' };
      }
      return { verdict: 'WRONG' as const, reference: undefined, difference: 'no such reference' };
    }
    if (best.verdict !== 'WRONG') left.delete(best.name);
    const { verdict, difference } = best;
    return { verdict, reference: best.name, difference };
  });
  return { judged, missing: [...left.keys()] };
}

const order: readonly Verdict[] = ['right', 'turned', 'affine', 'scale', 'sign', 'WRONG'];
const rank = (verdict: Verdict): number => order.indexOf(verdict);

function judge(
  made: NiftiFile,
  reference: Output,
): { readonly verdict: Verdict; readonly difference: string } {
  const isSame = made.sha256 === reference.sha256 && made.type === reference.type;
  if (!isSame || String(made.dim) !== String(reference.dim)) {
    if (isUnsigned(made, reference)) return judgeScale(made, reference, 'sign');
    const turned = made.type === reference.type ? turnedTo(made, reference) : undefined;
    return turned !== undefined && sha256Of(turned) === reference.sha256
      ? judgeScale(made, reference, 'turned')
      : { verdict: 'WRONG', difference: differenceOf(made, reference) };
  }
  const affine = farthest(made.affine, reference.affine);
  if (affine > affineTolerance) return { verdict: 'affine', difference: `affine by ${affine}` };
  return judgeScale(made, reference, 'right');
}

/** Whether the reference has the low 12 bits of each voxel, or the same 32 under a name with a sign. */
function isUnsigned({ type, voxels, dim, sha256 }: NiftiFile, reference: Output): boolean {
  if (type === 'uint32' && reference.type === 'int32') return sha256 === reference.sha256;
  if (type !== 'int16' || reference.type !== type || String(dim) !== String(reference.dim)) {
    return false;
  }
  const low = Buffer.from(voxels);
  for (let at = 1; at < low.length; at += 2) low[at] = (low[at] ?? 0) & 0x0f;
  return sha256Of(low) === reference.sha256;
}

/** Reference numbers have 4 decimals. */
const affineTolerance = 1.1e-3;

function judgeScale(
  made: NiftiFile,
  reference: Output,
  otherwise: Verdict,
): { readonly verdict: Verdict; readonly difference: string } {
  const scale = ['slope', 'intercept'] as const;
  const differs = scale.filter((name) => !isClose(made[name], reference[name]));
  const values = differs.map((name) => `${name} ${made[name]} for ${reference[name]}`);
  return values.length > 0
    ? { verdict: 'scale', difference: values.join(', ') }
    : { verdict: otherwise, difference: '' };
}

function differenceOf(made: NiftiFile, reference: Output): string {
  if (String(made.dim) !== String(reference.dim)) {
    return `${made.dim.join('x')} for ${reference.dim.join('x')}`;
  }
  return made.type === reference.type ? 'other voxels' : `${made.type} for ${reference.type}`;
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(other));
}

function farthest(one: readonly number[], other: readonly number[]): number {
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}
