/** What a number of the scan may be. A value outside is unknown, never clipped. */
export interface ScanRow {
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /** What is left of the digits: so many decimals, or so many significant digits. */
  readonly resolution: { readonly decimals: number } | { readonly digits: number };
  /** Elements that state it, the standard's by keyword; documentation, which readers keep to. */
  readonly source: string;
}

const count = { unit: 'count', least: 1, most: 65_535, resolution: { decimals: 0 } } as const;
const percent = { unit: '%', least: 0, most: 1000, resolution: { decimals: 4 } } as const;
const ms = { unit: 'ms', least: 0, most: 60_000 } as const;
const acceleration = { unit: 'ratio', least: 1, most: 64, resolution: { decimals: 2 } } as const;
const fraction = { unit: 'ratio', least: 0, most: 1, resolution: { decimals: 4 } } as const;
const float32Max = 3.402_823_466_385_288_6e38;
const scale = {
  unit: 'output units',
  least: -float32Max,
  most: float32Max,
  resolution: { digits: 9 },
} as const;

/**
 * Every fact of the scan that is a number: what explains a volume beside its voxels. No pixel is
 * read by them, so that one which is damaged refuses nothing. Readers of vendors only propose
 * values; this table decides what is kept of them (`keepScan`).
 *
 * Never here: serials, clocks, shim, transmitter and prescan values, SAR, weights, table positions.
 */
export const scanTable = {
  fieldStrength: {
    unit: 'T',
    least: 0.01,
    most: 25,
    resolution: { decimals: 3 },
    source: 'MagneticFieldStrength',
  },
  imagingFrequency: {
    unit: 'MHz',
    least: 0.1,
    most: 1100,
    resolution: { decimals: 2 },
    source: 'ImagingFrequency, TransmitterFrequency',
  },
  seriesNumber: {
    unit: 'count',
    least: 0,
    most: 99_999,
    resolution: { decimals: 0 },
    source: 'SeriesNumber',
  },
  acquisitionNumber: {
    unit: 'count',
    least: 0,
    most: 99_999,
    resolution: { decimals: 0 },
    source: 'AcquisitionNumber',
  },
  repetitionTime: {
    ...ms,
    resolution: { decimals: 2 },
    source: 'RepetitionTime; GE adds (0043,xx7C)',
  },
  averages: { ...count, source: 'NumberOfAverages' },
  echoTrainLength: { ...count, source: 'EchoTrainLength' },
  phaseEncodingSteps: { ...count, source: 'NumberOfPhaseEncodingSteps' },
  acquisitionLines: {
    ...count,
    source: 'AcquisitionMatrix, MRAcquisitionPhaseEncodingStepsInPlane',
  },
  percentSampling: { ...percent, source: 'PercentSampling' },
  percentPhaseFov: { ...percent, source: 'PercentPhaseFieldOfView' },
  pixelBandwidth: {
    unit: 'Hz/pixel',
    least: 0.01,
    most: 99_999,
    resolution: { decimals: 3 },
    source: 'PixelBandwidth',
  },
  acquisitionDuration: {
    unit: 's',
    least: 0,
    most: 10_000,
    resolution: { decimals: 2 },
    source: 'AcquisitionDuration of enhanced objects',
  },
  dwellTime: {
    unit: 'ns',
    least: 1,
    most: 99_999,
    resolution: { decimals: 0 },
    source: 'Siemens (0019,xx18), (0021,xx42)',
  },
  bandwidthPerPixelPhaseEncode: {
    unit: 'Hz',
    least: 0.001,
    most: 10_000,
    resolution: { decimals: 3 },
    source: 'Siemens CSA BandwidthPerPixelPhaseEncode, (0019,xx28), (0021,xx53)',
  },
  echoSpacing: {
    unit: 'us',
    least: 0,
    most: 60_000,
    resolution: { decimals: 2 },
    source: 'GE (0043,xx2C); Siemens protocol sFastImaging.lEchoSpacing',
  },
  readoutTime: { ...ms, resolution: { decimals: 3 }, source: 'UIH: AcquisitionDuration of a tile' },
  waterFatShift: {
    unit: 'pixels',
    least: 0.0001,
    most: 1000,
    resolution: { digits: 6 },
    source: 'Philips (2001,xx22)',
  },
  epiFactor: { ...count, source: 'Philips (2001,xx13)' },
  partialFourier: { ...fraction, source: 'Siemens protocol sKSpace.ucPhasePartialFourier' },
  baseResolution: { ...count, source: 'Siemens protocol sKSpace.lBaseResolution' },
  phaseResolution: { ...fraction, source: 'Siemens protocol sKSpace.dPhaseResolution' },
  phaseOversampling: {
    unit: 'ratio',
    least: 0,
    most: 10,
    resolution: { decimals: 4 },
    source: 'Siemens protocol sKSpace.dPhaseOversamplingForDialog',
  },
  referenceLines: { ...count, source: 'Siemens protocol sPat.lRefLinesPE' },
  accelerationInPlane: {
    ...acceleration,
    source: 'Siemens (0051,xx11), protocol sPat.lAccelFactPE; GE (0043,xx83); UIH (0065,xx0D)',
  },
  multiband: {
    ...count,
    most: 64,
    source: 'Siemens (0051,xx11), (0021,xx09), protocol; GE (0043,xxB6), MBACCEL',
  },
  delayTime: { ...ms, resolution: { decimals: 3 }, source: 'Siemens protocol lDelayTimeInTR' },
  groupDelay: { ...ms, resolution: { decimals: 3 }, source: 'GE DELACQNOAV' },
  sliceTime: {
    unit: 'ms',
    least: -60_000,
    most: 60_000,
    resolution: { decimals: 1 },
    source: 'GE (0021,xx5E), Siemens (0021,xx04): relative to a start that is not told',
  },
  acquisitionOffset: {
    unit: 'ms',
    least: -600_000,
    most: 600_000,
    resolution: { decimals: 1 },
    source: 'Siemens: AcquisitionTime less SeriesTime',
  },
  // Not whole, as the fact by which volumes are told apart: the field's tables have 929.75 of UIH.
  bValue: {
    unit: 's/mm2',
    least: 0,
    most: 100_000,
    resolution: { decimals: 4 },
    source:
      'DiffusionBValue; Siemens B_value, (0019,xx0C); GE (0043,xx39); Philips (2001,xx03); UIH (0065,xx09); Canon Image Comments',
  },
  diffusionOrder: {
    unit: 'count',
    least: 1,
    most: 65_535,
    resolution: { decimals: 0 },
    source: 'Philips (2005,xx96), else (2005,xx12) and (2005,xx13)',
  },
  philipsScaleSlope: { ...scale, source: 'Philips (2005,xx0E)' },
  rescaleSlope: { ...scale, source: 'Philips: RescaleSlope' },
  rescaleIntercept: { ...scale, source: 'Philips: RescaleIntercept' },
  mappedSlope: { ...scale, source: 'Philips: RealWorldValueSlope' },
  mappedIntercept: { ...scale, source: 'Philips: RealWorldValueIntercept' },
  frameDuration: {
    unit: 'ms',
    least: 0,
    most: 10_000_000,
    resolution: { digits: 5 },
    source: 'ActualFrameDuration',
  },
  injectedDose: {
    unit: 'Bq',
    least: 0,
    most: 1e11,
    resolution: { digits: 3 },
    source: 'RadionuclideTotalDose',
  },
  halfLife: {
    unit: 's',
    least: 1,
    most: 1e8,
    resolution: { digits: 5 },
    source: 'RadionuclideHalfLife',
  },
  injectionDelay: {
    unit: 's',
    least: 0,
    most: 43_200,
    resolution: { decimals: 0 },
    source: 'RadiopharmaceuticalStartTime, RadiopharmaceuticalStartDateTime, AcquisitionTime',
  },
} as const satisfies Readonly<Record<string, ScanRow>>;

const ofFrames = { ...scale, countMax: 65_535 } as const;

/** Facts of a scan that are several numbers. */
export const scanLists = {
  /** Of each slice of the object, in their order, relative to a start that is not told; ms. */
  sliceTimes: {
    unit: 'ms',
    least: -60_000,
    most: 60_000,
    resolution: { decimals: 1 },
    countMax: 1024,
    source:
      'Siemens MosaicRefAcqTimes, (0019,xx29), FrameAcquisitionDateTime, (0021,xx04); UIH: AcquisitionTime of tiles',
  },
  /** Of the diffusion gradient in the patient's LPS frame; length 1, or 0 where there is none. */
  direction: {
    unit: 'cosine',
    least: -1,
    most: 1,
    resolution: { decimals: 6 },
    countMax: 3,
    source:
      'DiffusionGradientOrientation; Siemens DiffusionGradientDirection, (0019,xx0E); Philips (2005,xxB0/B1/B2); UIH (0065,xx37); Canon Image Comments',
  },
  /** Of each frame of an object of Philips, as its image would state them. */
  frameScaleSlopes: { ...ofFrames, source: 'Philips (2005,xx0E)' },
  frameRescaleSlopes: { ...ofFrames, source: 'Philips: RescaleSlope' },
  frameRescaleIntercepts: { ...ofFrames, source: 'Philips: RescaleIntercept' },
  frameMappedSlopes: { ...ofFrames, source: 'Philips: RealWorldValueSlope' },
  frameMappedIntercepts: { ...ofFrames, source: 'Philips: RealWorldValueIntercept' },
} as const satisfies Readonly<Record<string, ScanRow & { readonly countMax: number }>>;
