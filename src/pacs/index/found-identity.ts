import { type DataSet, tag } from '../../dicom/index.ts';
import { answerUid } from '../answer-uid.ts';
import type { FoundSeries, SeriesHolding } from './clinical-index.ts';
import { indexErrors } from './errors.ts';
import { readIdentifier } from './identifier.ts';
import type { SubjectIdentity } from './subject.ts';

/** What a series is known by. */
export interface FoundIdentity extends SubjectIdentity {
  readonly seriesInstanceUid: string;
  readonly instances: SeriesHolding['instances'];
}

/**
 * Read the identifiers out of C-FIND answers.
 * @throws INDEX_RECORD_INVALID when a UID is absent or none, or a Patient ID or issuer is no LO
 */
export function identityOf(found: FoundSeries): FoundIdentity {
  return {
    patientId: readIdentifier(found.study, tag.PatientID),
    issuer: readIdentifier(found.study, tag.IssuerOfPatientID),
    studyInstanceUid: requiredUid(found.study, tag.StudyInstanceUID),
    seriesInstanceUid: requiredUid(found.series, tag.SeriesInstanceUID),
    instances: instancesOf(found),
  };
}

/** Each once: an archive may list one twice. */
function instancesOf({ instances }: FoundSeries): SeriesHolding['instances'] {
  const byUid = new Map<string, SeriesHolding['instances'][number]>();
  for (const instance of instances) {
    const sopInstanceUid = requiredUid(instance, tag.SOPInstanceUID);
    const sopClassUid = answerUid(instance, tag.SOPClassUID);
    byUid.set(sopInstanceUid, { sopInstanceUid, sopClassUid });
  }
  return [...byUid.values()];
}

/** One record of a series: IMAGE-level attributes of its first instance under those of the levels above. */
export function mergedRecord(found: FoundSeries): DataSet {
  return new Map([...(found.instances[0] ?? []), ...found.study, ...found.series]);
}

function requiredUid(record: DataSet, which: number): string {
  const uid = answerUid(record, which);
  if (uid === undefined) throw indexErrors.create('INDEX_RECORD_INVALID');
  return uid;
}
