import { type DataSet, type Keyword, resolveUnknown, type Tag, tag as t } from '../dicom/index.ts';
import { applyProfile, type RuleBook } from './actions/apply-profile.ts';
import { DropCounter } from './meaning/drops.ts';
import { identifiersOf } from './meaning/identifiers.ts';
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

const rules = new Map<Tag, Rule>(safeKeywords.map((keyword) => [t[keyword], keepRule(t[keyword])]));

const answers: RuleBook = { find: (tag) => rules.get(tag) };

/** What of a C-FIND answer may be known outside the hospital. */
export function safeMetadata(answer: DataSet, uids: UidMap): DataSet {
  const record = resolveUnknown(answer);
  const identifiers = identifiersOf(record);
  return applyProfile(record, { profile: answers, uids, identifiers, drops: new DropCounter() });
}
