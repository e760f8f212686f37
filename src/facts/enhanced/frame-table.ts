import type { Keyword } from '../../dicom/index.ts';
import { acquisitionFacts } from '../acquisition-table.ts';
import { type NumberRow, numberFacts } from '../fact-table.ts';
import type { AcquisitionFacts, NumberFacts } from '../image-facts.ts';

/** A fact that a macro states, and by which element. */
export interface MacroFact {
  readonly name: keyof NumberFacts | keyof AcquisitionFacts;
  readonly row: NumberRow;
  /** The sequence inside the macro's item that has the element, if it does not lie there itself. */
  readonly within?: Keyword;
}

const rows = { ...numberFacts, ...acquisitionFacts };

const plain = (...names: readonly MacroFact['name'][]): readonly MacroFact[] =>
  names.map((name) => ({ name, row: rows[name] }));

/**
 * The facts that functional groups state, macro by macro.
 *
 * @standard PS3.3 §C.7.6.16.2, §C.8.13.5 (MR), §C.8.15.3 (CT)
 */
export const macros: readonly (readonly [Keyword, readonly MacroFact[]])[] = [
  ['PixelMeasuresSequence', plain('pixelSpacing', 'sliceThickness', 'spacingBetweenSlices')],
  ['PlanePositionSequence', plain('position')],
  ['PlaneOrientationSequence', plain('orientation')],
  ['PixelValueTransformationSequence', plain('slope', 'intercept')],
  ['FrameContentSequence', plain('temporalPositionIndex', 'dimensionIndices')],
  ['CardiacSynchronizationSequence', plain('cardiacTriggerDelay')],
  ['MRTimingAndRelatedParametersSequence', plain('repetitionTime', 'flipAngle')],
  [
    'MREchoSequence',
    [{ name: 'echoTime', row: { ...rows.echoTime, source: 'EffectiveEchoTime' } }],
  ],
  [
    'MRModifierSequence',
    [{ name: 'inversionTime', row: { ...rows.inversionTime, source: 'InversionTimes' } }],
  ],
  [
    'MRDiffusionSequence',
    [
      ...plain('bValue'),
      {
        name: 'gradientDirection',
        row: rows.gradientDirection,
        within: 'DiffusionGradientDirectionSequence',
      },
    ],
  ],
  [
    'CTExposureSequence',
    [{ name: 'exposure', row: { ...rows.exposure, source: 'ExposureInmAs' } }],
  ],
  ['SegmentIdentificationSequence', plain('segmentNumber')],
  ['CTReconstructionSequence', plain('reconstructionDiameter')],
];

/**
 * Facts that objects converted from single images state by the single image's own elements, among
 * those that have no macro.
 *
 * @standard PS3.3 §C.7.6.16.2.25 (Unassigned Shared and Per-Frame Converted Attributes)
 */
export const convertedFacts: readonly MacroFact[] = plain(
  'instanceNumber',
  'temporalPosition',
  'echoNumbers',
  'echoTime',
  'repetitionTime',
  'inversionTime',
  'flipAngle',
  'exposure',
  'bValue',
  'gradientDirection',
  'frameReferenceTime',
  'reconstructionDiameter',
  'slope',
  'intercept',
  'sliceThickness',
  'spacingBetweenSlices',
);
