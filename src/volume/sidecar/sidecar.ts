import { knownValue, type ScanFacts } from '../../facts/index.ts';
import type { DescribedStack } from '../described-stack.ts';
import { ofAll } from './of-all.ts';
import { petKeys } from './pet.ts';
import { phaseEncodingOf, phaseSizeOf } from './phase.ts';
import { philipsKeys } from './philips.ts';
import { readoutOf } from './readout.ts';
import { sliceTimesOf } from './slice-times.ts';
import { stackScan } from './stack-scan.ts';

/** A value of a sidecar. */
type Value = string | number | boolean | readonly (string | number)[] | undefined;
/** A sidecar: what is known of a volume beside its voxels. */
export type Sidecar = Readonly<Record<string, Exclude<Value, undefined>>>;

/**
 * What explains a volume, under the keys of BIDS and dcm2niix and in their units: seconds. A key is
 * not there where its fact is not known.
 *
 * @standard BIDS (Magnetic Resonance Imaging; Positron Emission Tomography)
 */
export function sidecarOf(stack: DescribedStack): Sidecar {
  const scan = stackScan(stack);
  const isMr = (scan.modality ?? 'MR') === 'MR';
  const keys: Readonly<Record<string, Value>> = {
    ...objectKeys(scan),
    ...imageKeys(stack, isMr),
    ...(isMr ? { ...sequenceKeys(scan), ...encodingKeys(stack, scan) } : {}),
    ...philipsKeys(stack, scan),
    ...(scan.modality === 'PT' ? petKeys(stack, scan) : {}),
  };
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, shortened(value)]],
    ),
  );
}

function objectKeys(scan: ScanFacts): Record<string, Value> {
  return {
    Modality: scan.modality,
    MagneticFieldStrength: scan.fieldStrength,
    ImagingFrequency: scan.imagingFrequency,
    Manufacturer: scan.manufacturer,
    BodyPartExamined: scan.bodyPart,
    PatientPosition: scan.patientPosition,
    ImageType: scan.imageType,
    ImageTypeText: scan.imageTypeText,
    SeriesNumber: scan.seriesNumber,
    AcquisitionNumber: positive(scan.acquisitionNumber),
  };
}

function sequenceKeys(scan: ScanFacts): Record<string, Value> {
  const { sequenceVariant, magnetizationTransfer } = scan;
  const imageType = [...(scan.imageType ?? []), ...(scan.imageTypeText ?? [])];
  const isCorrected = imageType.some((word) => word === 'DIS2D' || word === 'DIS3D');
  const isUncorrected = imageType.includes('ND');
  return {
    MRAcquisitionType: scan.acquisitionType,
    ScanningSequence: scan.scanningSequence?.join('\\'),
    SequenceVariant: sequenceVariant?.join('\\'),
    ScanOptions: scan.scanOptions?.join('\\'),
    NonlinearGradientCorrection: isCorrected || (isUncorrected ? false : undefined),
    RepetitionTime: seconds(positive(scan.repetitionTime)),
    MTState: magnetizationTransfer === undefined ? undefined : magnetizationTransfer === 'ON',
    SpoilingState: sequenceVariant?.includes('SP') === true ? true : undefined,
    NumberOfAverages: several(scan.averages),
    AcquisitionDuration: positive(scan.acquisitionDuration),
    DelayTime: seconds(positive(scan.delayTime)),
    PartialFourier: scan.partialFourier,
    PartialFourierDirection: scan.partialFourierDirection,
    BaseResolution: scan.baseResolution,
    PhaseResolution: scan.phaseResolution,
    RefLinesPE: scan.referenceLines,
    CoilCombinationMethod: scan.coilCombination,
    MatrixCoilMode: scan.matrixCoilMode,
    ParallelReductionFactorInPlane: several(scan.accelerationInPlane),
    ParallelAcquisitionTechnique: scan.parallelTechnique,
    MultibandAccelerationFactor: several(scan.multiband),
  };
}

function encodingKeys(stack: DescribedStack, scan: ScanFacts): Record<string, Value> {
  const { plan } = stack;
  const readout = readoutOf(scan, plan);
  const phase = phaseEncodingOf(scan);
  return {
    PhaseEncodingPolarityGE: scan.gePolarity,
    PercentPhaseFOV: positive(scan.percentPhaseFov),
    PercentSampling: positive(scan.percentSampling),
    EchoTrainLength: several(scan.echoTrainLength),
    PhaseEncodingSteps: scan.phaseEncodingSteps,
    AcquisitionMatrixPE: scan.acquisitionLines,
    ReconMatrixPE: phaseSizeOf(scan, plan),
    BandwidthPerPixelPhaseEncode: scan.bandwidthPerPixelPhaseEncode,
    EffectiveEchoSpacing: readout.effectiveEchoSpacing,
    DerivedVendorReportedEchoSpacing: readout.derivedEchoSpacing,
    TotalReadoutTime: readout.totalReadoutTime,
    EstimatedEffectiveEchoSpacing: readout.estimatedEffectiveEchoSpacing,
    EstimatedTotalReadoutTime: readout.estimatedTotalReadoutTime,
    WaterFatShift: scan.waterFatShift,
    PixelBandwidth: scan.pixelBandwidth,
    DwellTime: scan.dwellTime === undefined ? undefined : scan.dwellTime * 1e-9,
    PhaseEncodingDirection: phase?.direction,
    PhaseEncodingAxis: phase?.direction === undefined ? phase?.axis : undefined,
    InPlanePhaseEncodingDirectionDICOM: scan.phaseAxis,
    PhaseEncodingDirectionDisplayed: scan.phaseDisplayed,
    SliceTiming: sliceTimesOf(stack)?.map((time) => Number((time / 1000).toFixed(4))),
    ImageOrientationText: scan.orientationText,
  };
}

/** What images say of themselves: all of them what they measured, the lowest the rest. */
function imageKeys(stack: DescribedStack, isMr: boolean): Record<string, Value> {
  const facts = stack.slices[0]?.slice.facts;
  if (facts === undefined) return {};
  const echoes = knownValue(facts.echoNumbers) ?? [];
  return {
    SliceThickness: positive(ofAll(stack, 'sliceThickness')),
    SpacingBetweenSlices: positive(knownValue(facts.spacingBetweenSlices)),
    ImageOrientationPatientDICOM: knownValue(facts.orientation),
    ...(isMr
      ? {
          EchoNumber: echoes.length === 1 ? several(echoes[0]) : undefined,
          EchoTime: seconds(positive(ofAll(stack, 'echoTime'))),
          InversionTime: seconds(positive(ofAll(stack, 'inversionTime'))),
          FlipAngle: positive(ofAll(stack, 'flipAngle')),
        }
      : {}),
  };
}

const positive = (value: number | undefined): number | undefined =>
  value === undefined || value <= 0 ? undefined : value;

const several = (value: number | undefined): number | undefined =>
  value === undefined || value <= 1 ? undefined : value;

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000;

/** Six digits, as many as the field's programs write. */
function shortened(value: Exclude<Value, undefined>): Exclude<Value, undefined> {
  if (typeof value === 'number') return Number(value.toPrecision(6)) + 0;
  if (typeof value !== 'object') return value;
  return value.map((each) => (typeof each === 'number' ? Number(each.toPrecision(6)) + 0 : each));
}
