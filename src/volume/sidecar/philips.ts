import type { ScanFacts } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';

/** Relative; scales are stated in 32 bits. */
const tolerance = 1e-5;

/** The scales that Philips states, and whether the volume has the measured one; nothing of others. */
export function philipsKeys(
  { plan, slices }: DescribedStack,
  scan: ScanFacts,
): Readonly<Record<string, number | string | undefined>> {
  const scaleSlope = scan.philipsScaleSlope;
  if (scaleSlope === undefined || scaleSlope === 0) return {};
  const isMeasured =
    plan.scale !== 'per-frame' && Math.abs(plan.scale.slope * scaleSlope - 1) <= tolerance;
  const isFieldMap = slices[0]?.slice.facts.kind.map === 'B0';
  return {
    PhilipsRWVSlope: scan.mappedSlope,
    PhilipsRWVIntercept: scan.mappedIntercept,
    PhilipsRescaleSlope: scan.rescaleSlope,
    PhilipsRescaleIntercept: scan.rescaleIntercept,
    PhilipsScaleSlope: scaleSlope,
    UsePhilipsFloatNotDisplayScaling: isMeasured ? 1 : 0,
    Units: isFieldMap ? 'Hz' : undefined,
  };
}
