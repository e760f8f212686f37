import { type DataElement, type DataSet, dataSetOf, type Tag } from '../../dicom/index.ts';

/** What is said of the object. */
export interface Stamp {
  readonly subjectName: string;
  /** Whether private elements that are known to be safe stayed. */
  readonly keepsPrivate: boolean;
}

/**
 * Write into a header who the subject now is and what was done to the object.
 *
 * @standard PS3.15 §E.1.1, PS3.16 CID 7050
 */
export function stampHeader(
  header: Map<Tag, DataElement>,
  { subjectName, keepsPrivate }: Stamp,
): void {
  const stamps = dataSetOf({
    PatientName: subjectName,
    PatientID: subjectName,
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'PS3.15 Basic Profile, default deny',
    DeidentificationMethodCodeSequence: [
      methodOf('113100', 'Basic Application Confidentiality Profile'),
      ...(keepsPrivate ? [methodOf('113111', 'Retain Safe Private Option')] : []),
    ],
    LongitudinalTemporalInformationModified: 'REMOVED',
  });
  for (const [tag, element] of stamps) header.set(tag, element);
}

const methodOf = (code: string, meaning: string): DataSet =>
  dataSetOf({ CodeValue: code, CodingSchemeDesignator: 'DCM', CodeMeaning: meaning });
