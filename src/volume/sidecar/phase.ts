import type { ScanFacts } from '../../facts/index.ts';
import type { VolumePlan } from '../volume-format.ts';

/** Voxels along the phase encoding of a file; undefined where its axis is not known and they differ. */
export function phaseSizeOf({ phaseAxis }: ScanFacts, plan: VolumePlan): number | undefined {
  if (phaseAxis === 'ROW') return plan.columns;
  return phaseAxis === 'COL' || plan.rows === plan.columns ? plan.rows : undefined;
}

/**
 * The axis of the file along which phase is encoded, and the direction where it is known: i along
 * rows of the image, j against its columns, since rows are stored bottom up.
 */
export function phaseEncodingOf(
  scan: ScanFacts,
): { readonly axis: 'i' | 'j'; readonly direction: string | undefined } | undefined {
  const { phaseAxis, phasePolarity, acquisitionType, echoTrainLength } = scan;
  if (phaseAxis === undefined) return undefined;
  if (acquisitionType === '3D' && (echoTrainLength ?? 1) < 2) return undefined;
  const axis = phaseAxis === 'ROW' ? 'i' : 'j';
  if (phasePolarity === undefined) return { axis, direction: undefined };
  const isForward = (phasePolarity === 'positive') === (axis === 'i');
  return { axis, direction: isForward ? axis : `${axis}-` };
}
