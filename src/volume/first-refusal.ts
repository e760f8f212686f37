import { type VolumeRefusal, volumeErrors } from './errors.ts';

/** Why a slice, by its index, does not fit. */
export interface Reason {
  readonly code: VolumeRefusal;
  readonly index: number;
}

const precedence = Object.keys(volumeErrors.rows) as readonly VolumeRefusal[];

/** Of several reasons the first in the table of errors, so that none depends on what came first. */
export function refusalOf(reasons: readonly Reason[]): Reason | undefined {
  const code = precedence.find((each) => reasons.some((reason) => reason.code === each));
  return reasons.find((each) => each.code === code);
}
