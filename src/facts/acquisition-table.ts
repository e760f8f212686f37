import type { NumberRow } from './fact-table.ts';

const whole = { count: 1, unit: 'count', resolution: { decimals: 0 } } as const;
const index = {
  unit: 'count',
  least: 0,
  most: 4_294_967_295,
  resolution: { decimals: 0 },
} as const;
const ms = { count: 1, unit: 'ms', least: 0, most: 60_000 } as const;

/**
 * Numbers of the acquisition: what orders frames, tells stacks of one kind apart, and explains a
 * volume. No pixel is read by them, so that one which is damaged refuses nothing.
 *
 * @standard PS3.3 §C.7.3.1, §C.7.6.1 (General Image), §C.8.3.1 (MR Image), §C.8.2.1 (CT Image),
 *   §C.8.9.4 (PET Image), §C.7.6.16 (Multi-frame Functional Groups)
 */
export const acquisitionFacts = {
  instanceNumber: {
    ...whole,
    source: 'InstanceNumber',
    least: -2_147_483_648,
    most: 2_147_483_647,
  },
  repetitionTime: { ...ms, source: 'RepetitionTime', resolution: { decimals: 2 } },
  inversionTime: { ...ms, source: 'InversionTime', resolution: { decimals: 3 } },
  flipAngle: {
    source: 'FlipAngle',
    count: 1,
    unit: 'degrees',
    least: 0,
    most: 360,
    resolution: { decimals: 2 },
  },
  exposure: {
    source: 'Exposure',
    count: 1,
    unit: 'mAs',
    least: 0,
    most: 65_535,
    resolution: { decimals: 3 },
  },
  sliceThickness: {
    source: 'SliceThickness',
    count: 1,
    unit: 'mm',
    least: 0,
    most: 10_000,
    resolution: { digits: 15 },
  },
  spacingBetweenSlices: {
    source: 'SpacingBetweenSlices',
    count: 1,
    unit: 'mm',
    least: -10_000,
    most: 10_000,
    resolution: { digits: 15 },
  },
  reconstructionDiameter: {
    source: 'ReconstructionDiameter',
    count: 1,
    unit: 'mm',
    least: 0,
    most: 10_000,
    resolution: { decimals: 3 },
  },
  frameReferenceTime: {
    source: 'FrameReferenceTime',
    count: 1,
    unit: 'ms',
    // The series reference may be an injection after the first frames.
    least: -1e9,
    most: 1e9,
    resolution: { decimals: 0 },
  },
  temporalPositionIndex: { ...index, source: 'TemporalPositionIndex', count: 1 },
  dimensionIndices: { ...index, source: 'DimensionIndexValues', count: { most: 64 } },
  inConcatenationNumber: { ...whole, source: 'InConcatenationNumber', least: 1, most: 65_535 },
  inConcatenationTotalNumber: {
    ...whole,
    source: 'InConcatenationTotalNumber',
    least: 1,
    most: 65_535,
  },
  concatenationFrameOffset: { ...index, source: 'ConcatenationFrameOffsetNumber', count: 1 },
  cardiacTriggerDelay: {
    ...ms,
    source: 'NominalCardiacTriggerDelayTime',
    resolution: { decimals: 3 },
  },
  triggerTime: {
    source: 'TriggerTime',
    count: 1,
    unit: 'ms',
    least: 0,
    most: 9_999_999,
    resolution: { decimals: 3 },
  },
  gradientDirection: {
    source: 'DiffusionGradientOrientation',
    count: 3,
    unit: 'cosine',
    least: -1.001,
    most: 1.001,
    resolution: { decimals: 6 },
  },
} as const satisfies Readonly<Record<string, NumberRow>>;
