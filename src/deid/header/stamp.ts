import { type DataElement, dataSetOf, type Tag } from '../../dicom/index.ts';

/**
 * Write into a header who the subject now is and what was done to the object.
 *
 * @standard PS3.15 §E.1.1, PS3.16 CID 7050
 */
export function stampHeader(header: Map<Tag, DataElement>, subjectName: string): void {
  const stamps = dataSetOf({
    PatientName: subjectName,
    PatientID: subjectName,
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'PS3.15 Basic Profile, default deny',
    DeidentificationMethodCodeSequence: [
      dataSetOf({
        CodeValue: '113100',
        CodingSchemeDesignator: 'DCM',
        CodeMeaning: 'Basic Application Confidentiality Profile',
      }),
    ],
    LongitudinalTemporalInformationModified: 'REMOVED',
  });
  for (const [tag, element] of stamps) header.set(tag, element);
}
