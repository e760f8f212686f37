import { type DataSet, getString, getUid, tag } from '../../dicom/index.ts';
import type { FoundSeries, SeriesHolding } from './clinical-index.ts';
import { indexErrors } from './errors.ts';

/** What a series is known by. */
export interface FoundIdentity {
  readonly patientId: string;
  readonly issuer: string | undefined;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly instances: SeriesHolding['instances'];
}

/**
 * Read the identifiers out of C-FIND answers.
 * @throws INDEX_RECORD_INVALID when one is absent or a UID is none
 */
export function identityOf(found: FoundSeries): FoundIdentity {
  return {
    patientId: getString(found.study, tag.PatientID) ?? '',
    issuer: nonEmpty(getString(found.study, tag.IssuerOfPatientID)),
    studyInstanceUid: requiredUid(found.study, tag.StudyInstanceUID),
    seriesInstanceUid: requiredUid(found.series, tag.SeriesInstanceUID),
    instances: found.instances.map((instance) => ({
      sopInstanceUid: requiredUid(instance, tag.SOPInstanceUID),
      sopClassUid: requiredUid(instance, tag.SOPClassUID),
    })),
  };
}

/** One record of a series: IMAGE-level attributes of its first instance under those of the levels above. */
export function mergedRecord(found: FoundSeries): DataSet {
  return new Map([...(found.instances[0] ?? []), ...found.study, ...found.series]);
}

function requiredUid(record: DataSet, which: number): string {
  const uid = getUid(record, which);
  if (uid === undefined) throw indexErrors.create('INDEX_RECORD_INVALID');
  return uid;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
