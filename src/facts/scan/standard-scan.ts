import { type DataElement, type DataSet, type Keyword, tag as t } from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import {
  itemsOf,
  numberAs,
  numbersAs,
  type ScanPlaces,
  standardElement,
  wordOf,
  wordsOf,
} from './elements.ts';
import { injectionScan } from './injection.ts';
import type { ScanProposal } from './scan-facts.ts';
import { varyingTags } from './varying-tags.ts';

/** Numbers that one element states in the unit of the table. */
const numbers = {
  fieldStrength: 'MagneticFieldStrength',
  seriesNumber: 'SeriesNumber',
  repetitionTime: 'RepetitionTime',
  averages: 'NumberOfAverages',
  echoTrainLength: 'EchoTrainLength',
  phaseEncodingSteps: 'NumberOfPhaseEncodingSteps',
  percentSampling: 'PercentSampling',
  percentPhaseFov: 'PercentPhaseFieldOfView',
  pixelBandwidth: 'PixelBandwidth',
} as const satisfies Readonly<Partial<Record<keyof ScanProposal, Keyword>>>;

/** Words that one element states. */
const codes = {
  modality: 'Modality',
  bodyPart: 'BodyPartExamined',
  patientPosition: 'PatientPosition',
  acquisitionType: 'MRAcquisitionType',
  phaseAxis: 'InPlanePhaseEncodingDirection',
  partialFourierDirection: 'PartialFourierDirection',
  parallelTechnique: 'ParallelAcquisitionTechnique',
  units: 'Units',
  decayCorrection: 'DecayCorrection',
} as const satisfies Readonly<Partial<Record<keyof ScanProposal, Keyword>>>;

/**
 * What the standard's own elements say of a scan, in the object or in its functional groups, where all
 * frames say the same.
 *
 * @standard PS3.3 §C.8.3.1 (MR Image), §C.8.13.4, §C.8.13.5 (Enhanced MR), §C.8.9.4 (PET Image)
 */
export function* standardScan({ standard: places, all, frames }: ScanPlaces): Steps<ScanProposal> {
  const varying = yield* varyingTags(frames);
  // Vendors nest what they state in the object itself elsewhere.
  const element = (keyword: Keyword): DataElement | undefined =>
    varying.has(t[keyword]) ? undefined : standardElement(all, keyword);
  return {
    ...mapped(numbers, (keyword) => numberAs(element(keyword), 'DS')),
    ...mapped(codes, (keyword) => wordOf(element(keyword))),
    ...enhancedScan(places),
    imagingFrequency:
      numberAs(element('ImagingFrequency'), 'DS') ??
      numberAs(element('TransmitterFrequency'), 'FD'),
    manufacturer: manufacturerOf(wordOf(element('Manufacturer')) ?? ''),
    phaseAxis: phaseAxisOf(wordOf(element('InPlanePhaseEncodingDirection'))),
    acquisitionLines: acquisitionLinesOf(element),
    // Of frames of a PET alone: elsewhere its milliseconds could be anything.
    frameDuration:
      wordOf(element('Modality')) === 'PT'
        ? numberAs(element('ActualFrameDuration'), 'IS')
        : undefined,
    scanningSequence: wordsOf(element('ScanningSequence')),
    sequenceVariant: wordsOf(element('SequenceVariant')),
    scanOptions: wordsOf(element('ScanOptions')),
    // The field's programs read what is on both sides of an underscore as values of their own.
    imageType: wordsOf(element('ImageType')).flatMap((word) => word.split('_')),
  };
}

/** The same of what differs from image to image of a series. */
export function imageScan({ standard: places, all }: ScanPlaces): ScanProposal {
  return {
    acquisitionNumber: numberAs(standardElement(all, 'AcquisitionNumber'), 'DS'),
    bValue: numberAs(standardElement(all, 'DiffusionBValue'), 'DS'),
    directionality: wordOf(standardElement(all, 'DiffusionDirectionality')),
    direction: unitVector(directionOf(places)),
    ...injectionScan(all),
  };
}

/** What enhanced objects call otherwise. */
function enhancedScan(places: readonly DataSet[]): ScanProposal {
  const isEnhanced = standardElement(places, 'SharedFunctionalGroupsSequence') !== undefined;
  if (!isEnhanced) return {};
  const number = (keyword: Keyword) => numberAs(standardElement(places, keyword), 'FD');
  const transfer = wordOf(standardElement(places, 'MagnetizationTransfer'));
  return {
    acquisitionDuration: number('AcquisitionDuration'),
    magnetizationTransfer: transfer === undefined ? undefined : transfer === 'NONE' ? 'OFF' : 'ON',
  };
}

function mapped<Name extends string>(
  rows: Readonly<Record<Name, Keyword>>,
  read: (keyword: Keyword) => unknown,
): ScanProposal {
  const entries = Object.entries<Keyword>(rows).map(([name, keyword]) => [name, read(keyword)]);
  return Object.fromEntries(entries) as ScanProposal; // each row is of a name of the proposal
}

const makers: readonly (readonly [RegExp, string])[] = [
  [/^siemens/i, 'Siemens'],
  [/^ge(?![a-z])/i, 'GE'],
  [/^philips/i, 'Philips'],
  [/^(uih|united imaging)/i, 'UIH'],
  [/^canon/i, 'Canon'],
  [/^toshiba/i, 'Toshiba'],
  [/^(hitachi|fujifilm)/i, 'Hitachi'],
  [/^bruker/i, 'Bruker'],
  [/^mediso/i, 'Mediso'],
  [/^hyperfine/i, 'Hyperfine'],
];

const manufacturerOf = (text: string): string | undefined =>
  makers.find(([form]) => form.test(text))?.[1];

/** Enhanced objects write the word in full. */
const phaseAxisOf = (word: string | undefined): string | undefined =>
  word === 'COLUMN' ? 'COL' : word;

/** Of frequency rows, frequency columns, phase rows, phase columns two are 0. @standard PS3.3 §C.8.3.1 */
function acquisitionLinesOf(
  element: (keyword: Keyword) => DataElement | undefined,
): number | undefined {
  const matrix = numbersAs(element('AcquisitionMatrix'), 'US') ?? [];
  const inPlane = element('MRAcquisitionPhaseEncodingStepsInPlane');
  if (matrix.length !== 4) return numberAs(inPlane, 'US');
  const [, , rows = 0, columns = 0] = matrix;
  return rows > 0 && columns > 0 ? undefined : rows + columns;
}

function directionOf(places: readonly DataSet[]): readonly number[] | undefined {
  const items = itemsOf(standardElement(places, 'DiffusionGradientDirectionSequence'));
  const element = standardElement([...places, ...items], 'DiffusionGradientOrientation');
  return numbersAs(element, 'FD');
}

/** At most so far from length 1 a direction may be that is normalised; GE has shorter ones of its own. */
const lengthTolerance = 0.03;

/** A direction of length 1, or of length 0 where there is none; undefined for anything else. */
export function unitVector(given: readonly number[] | undefined): readonly number[] | undefined {
  if (given?.length !== 3 || !given.every(Number.isFinite)) return undefined;
  const length = Math.hypot(...given);
  if (length === 0) return [0, 0, 0];
  return Math.abs(length - 1) <= lengthTolerance ? given.map((value) => value / length) : undefined;
}
