import {
  CommonElements,
  type DataSet,
  type Keyword,
  resolveUnknown,
  type Tag,
  tag as t,
} from '../dicom/index.ts';
import type { AcquisitionGroup, SeriesFactName, SeriesFacts } from '../facts/index.ts';
import { atOnce } from '../lib/streams/steps.ts';
import type { RuleBook } from './actions/apply-profile.ts';
import { createHeaderCleaner } from './actions/clean-header.ts';
import { DropCounter } from './meaning/drops.ts';
import { createGatherer } from './meaning/identifiers.ts';
import { keepRule } from './profile/profile.ts';
import type { Rule } from './profile/rule.ts';
import type { UidMap } from './pseudonyms/uid-map.ts';

/**
 * Attributes of a C-FIND answer that the catalog may know: what was imaged and how, and how much
 * there is. No identifier, no date, no description; in a small archive a date and a body part name
 * a person.
 */
export const safeKeywords: readonly Keyword[] = [
  'SOPClassUID',
  'SOPClassesInStudy',
  'AvailableTransferSyntaxUID',
  'ImageType',
  'Modality',
  'ModalitiesInStudy',
  'Manufacturer',
  'BodyPartExamined',
  'Laterality',
  'PatientPosition',
  'ScanningSequence',
  'SequenceVariant',
  'MRAcquisitionType',
  'SliceThickness',
  'SpacingBetweenSlices',
  'KVP',
  'RepetitionTime',
  'EchoTime',
  'InversionTime',
  'FlipAngle',
  'MagneticFieldStrength',
  'ConvolutionKernel',
  'ImagePositionPatient',
  'ImageOrientationPatient',
  'SeriesNumber',
  'InstanceNumber',
  'NumberOfStudyRelatedSeries',
  'NumberOfStudyRelatedInstances',
  'NumberOfSeriesRelatedInstances',
  'NumberOfFrames',
  'SamplesPerPixel',
  'PhotometricInterpretation',
  'Rows',
  'Columns',
  'PixelSpacing',
  'BitsAllocated',
  'BitsStored',
];

/**
 * Facts of a series that the catalog may know beside those attributes. Numbers that are rare link one
 * scan across collections: of these one is keyed, and the others count the parts of an acquisition.
 */
export const safeFacts: readonly SeriesFactName[] = [
  'AcquisitionGroup',
  'AcquisitionPlace',
  'AcquisitionExpected',
];

/** What of the facts of a series may be known with its metadata. */
export function safeFactsOf(series: {
  readonly acquisition: AcquisitionGroup | undefined;
}): SeriesFacts {
  const { acquisition } = series;
  const facts: Readonly<Record<SeriesFactName, string | number | undefined>> = {
    AcquisitionGroup: acquisition?.id,
    AcquisitionPlace: acquisition?.place,
    AcquisitionExpected: acquisition?.expected,
  };
  return Object.fromEntries(
    safeFacts.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]]])),
  );
}

const rules = new Map<Tag, Rule>(safeKeywords.map((keyword) => [t[keyword], keepRule(t[keyword])]));

const answers: RuleBook = { find: (tag) => rules.get(tag) };

/**
 * Make what leaves of a C-FIND answer what may be known outside the hospital. Answers that follow each
 * other have much in common.
 */
export function createAnswerCleaner(uids: UidMap): (answer: DataSet) => DataSet {
  const elements = new CommonElements();
  const gather = createGatherer();
  const clean = createHeaderCleaner({ profile: answers, uids });
  return (answer) => {
    const record = elements.share(resolveUnknown(answer));
    const identifiers = atOnce(gather(record));
    return atOnce(clean(record, { identifiers, drops: new DropCounter() })).header;
  };
}
