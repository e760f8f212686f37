import { type DataSet, dataSetOf } from '../../dicom/index.ts';
import { present } from '../../lib/assert.ts';

/**
 * Make what is written into the headers of a subject: who it now is and what was done to the object.
 *
 * @returns takes whether private elements that are known to be safe stayed
 * @standard PS3.15 §E.1.1, PS3.16 CID 7050
 */
export function createStamps(subjectName: string): (keepsPrivate: boolean) => DataSet {
  const [plain, safePrivate] = [false, true].map((keeps) => stampsOf(subjectName, keeps));
  return (keepsPrivate) => present(keepsPrivate ? safePrivate : plain, 'both are made');
}

function stampsOf(subjectName: string, keepsPrivate: boolean): DataSet {
  return dataSetOf({
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
}

const methodOf = (code: string, meaning: string): DataSet =>
  dataSetOf({ CodeValue: code, CodingSchemeDesignator: 'DCM', CodeMeaning: meaning });
