import type { Keyword } from '../dicom/index.ts';

/** What a fact of one or several numbers may be. A value outside is unknown, never clipped. */
export interface NumberRow {
  /** The element of the standard that states it. Vendors' elements come beside it, by reader. */
  readonly source: Keyword;
  /** How many numbers: exactly so many, or 1 to `most`. */
  readonly count: 1 | 2 | 3 | 6 | { readonly most: number };
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /**
   * What is left of the digits: so many decimals, or so many significant digits. 15 of them are all
   * that a decimal string of legal length can have beside its point (PS3.5 Table 6.2-1), so that
   * a volume's geometry is that of the header to the last bit.
   */
  readonly resolution: { readonly decimals: number } | { readonly digits: number };
  /** A number that becomes 0 or infinite as float32, in which volumes state it, is out of range. */
  readonly float32?: true;
}

const whole = { count: 1, unit: 'count', resolution: { decimals: 0 } } as const;
const exact = { digits: 15 } as const;
const float32Max = 3.402_823_466_385_288_6e38;
const scale = {
  count: 1,
  unit: 'output units',
  least: -float32Max,
  most: float32Max,
  resolution: exact,
  float32: true,
} as const;

/**
 * Every fact that is a number: unit, range, resolution, source.
 *
 * They are those by which pixels are read, scaled and placed and stacks are told apart. A reader of
 * a vendor's elements adds its sources here, and no other ranges.
 *
 * @standard PS3.3 §C.7.6.2 (Image Plane), §C.7.6.3 (Image Pixel), §C.11.1 (Modality LUT), §C.8.3.1
 *   (MR Image), §C.8.13.5.9 (MR Diffusion)
 */
export const numberFacts = {
  rows: { ...whole, source: 'Rows', least: 1, most: 65_535 },
  columns: { ...whole, source: 'Columns', least: 1, most: 65_535 },
  frames: { ...whole, source: 'NumberOfFrames', least: 1, most: 65_535 },
  samples: { ...whole, source: 'SamplesPerPixel', least: 1, most: 4 },
  planarConfiguration: { ...whole, source: 'PlanarConfiguration', least: 0, most: 1 },
  bitsAllocated: { ...whole, source: 'BitsAllocated', least: 1, most: 64 },
  bitsStored: { ...whole, source: 'BitsStored', least: 1, most: 64 },
  highBit: { ...whole, source: 'HighBit', least: 0, most: 63 },
  pixelRepresentation: { ...whole, source: 'PixelRepresentation', least: 0, most: 1 },
  padding: { ...whole, source: 'PixelPaddingValue', least: -32_768, most: 65_535 },
  paddingLimit: { ...whole, source: 'PixelPaddingRangeLimit', least: -32_768, most: 65_535 },
  slope: { ...scale, source: 'RescaleSlope' },
  intercept: { ...scale, source: 'RescaleIntercept' },
  position: {
    source: 'ImagePositionPatient',
    count: 3,
    unit: 'mm',
    least: -1e6,
    most: 1e6,
    resolution: exact,
  },
  orientation: {
    source: 'ImageOrientationPatient',
    count: 6,
    unit: 'cosine',
    least: -1.001,
    most: 1.001,
    resolution: exact,
  },
  pixelSpacing: {
    source: 'PixelSpacing',
    count: 2,
    unit: 'mm',
    least: 1e-6,
    most: 10_000,
    resolution: exact,
  },
  echoNumbers: {
    ...whole,
    source: 'EchoNumbers',
    count: { most: 64 },
    least: 0,
    most: 65_535,
  },
  echoTime: {
    source: 'EchoTime',
    count: 1,
    unit: 'ms',
    least: 0,
    most: 60_000,
    resolution: { decimals: 3 },
  },
  /** What stands for all of a pixel in a fractional segmentation. */
  fractionMost: { ...whole, source: 'MaximumFractionalValue', least: 1, most: 255 },
  /** Of a frame of a segmentation. */
  segmentNumber: { ...whole, source: 'ReferencedSegmentNumber', least: 1, most: 65_535 },
  temporalPosition: { ...whole, source: 'TemporalPositionIdentifier', least: 0, most: 65_535 },
  bValue: {
    source: 'DiffusionBValue',
    count: 1,
    unit: 's/mm2',
    least: 0,
    most: 100_000,
    resolution: { decimals: 0 },
  },
} as const satisfies Readonly<Record<string, NumberRow>>;

/** Name of a fact that is one or several numbers. */
export type NumberFactName = keyof typeof numberFacts;

/** Photometric interpretations. @standard PS3.3 §C.7.6.3.1.2, with the retired ones */
export const photometricTerms = [
  'MONOCHROME1',
  'MONOCHROME2',
  'PALETTE COLOR',
  'RGB',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_PARTIAL_422',
  'YBR_PARTIAL_420',
  'YBR_ICT',
  'YBR_RCT',
  'XYB',
  'HSV',
  'ARGB',
  'CMYK',
] as const;

/** A photometric interpretation. */
export type Photometric = (typeof photometricTerms)[number];
