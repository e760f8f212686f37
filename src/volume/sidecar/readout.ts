import type { ScanFacts } from '../../facts/index.ts';
import type { VolumePlan } from '../volume-format.ts';
import { phaseSizeOf } from './phase.ts';

/** Times of an echo-planar readout, in seconds; as BIDS defines them. */
export interface Readout {
  readonly effectiveEchoSpacing?: number;
  readonly totalReadoutTime?: number;
  readonly derivedEchoSpacing?: number;
  readonly estimatedEffectiveEchoSpacing?: number;
  readonly estimatedTotalReadoutTime?: number;
}

/** Parts per million by which fat and water differ. */
const fatShiftPpm = 3.4;

/** What the facts of a scan say of its readout; each vendor states other parts of it. */
export function readoutOf(scan: ScanFacts, plan: VolumePlan): Readout {
  const lines = phaseSizeOf(scan, plan);
  if (lines === undefined || lines < 2) return {};
  switch (scan.manufacturer) {
    case 'GE':
      return geReadout(scan, lines);
    case 'Philips':
      return philipsReadout(scan, lines);
    default:
      return byBandwidth(scan, lines);
  }
}

function byBandwidth(scan: ScanFacts, lines: number): Readout {
  const bandwidth = scan.bandwidthPerPixelPhaseEncode;
  if (bandwidth === undefined) {
    return scan.readoutTime === undefined ? {} : { totalReadoutTime: scan.readoutTime / 1000 };
  }
  const spacing = 1 / (bandwidth * lines);
  const acceleration = scan.accelerationInPlane ?? 1;
  const oversampling = 1 + (scan.phaseOversampling ?? 0);
  return {
    effectiveEchoSpacing: spacing,
    totalReadoutTime: spacing * (lines - 1),
    ...(scan.manufacturer === 'Siemens'
      ? { derivedEchoSpacing: (spacing * acceleration) / oversampling }
      : {}),
  };
}

/** Of acquired lines, in groups of two, or of four with partial Fourier; spacing is between them. */
function geReadout(scan: ScanFacts, lines: number): Readout {
  const { echoSpacing, acquisitionLines } = scan;
  if (echoSpacing === undefined || echoSpacing === 0 || acquisitionLines === undefined) return {};
  const group = scan.scanOptions?.includes('PFF') === true ? 4 : 2;
  const acquired = Math.ceil(acquisitionLines / (scan.accelerationInPlane ?? 1) / group) * group;
  const total = (acquired - 1) * echoSpacing * 1e-6;
  return { effectiveEchoSpacing: total / (lines - 1), totalReadoutTime: total };
}

/** From the shift between water and fat: an estimate, called so. */
function philipsReadout(scan: ScanFacts, lines: number): Readout {
  const { waterFatShift, epiFactor, imagingFrequency } = scan;
  if (waterFatShift === undefined || epiFactor === undefined || imagingFrequency === undefined) {
    return {};
  }
  const total = (waterFatShift / (imagingFrequency * fatShiftPpm * (epiFactor + 1))) * epiFactor;
  return {
    estimatedEffectiveEchoSpacing: total / (lines - 1),
    estimatedTotalReadoutTime: total,
  };
}
