import type { Pseudonyms } from '../deid/index.ts';
import { readDeidentified } from '../flow/index.ts';
import type { SeriesIdentities, SeriesNames } from '../pacs/index/index.ts';

/** The pseudonyms of a series in a collection. */
export function seriesNamesOf(pseudonyms: Pseudonyms, of: SeriesIdentities): SeriesNames {
  return {
    patientName: readDeidentified(pseudonyms.patientName(of.subjectKey)),
    studyName: readDeidentified(pseudonyms.studyName(of.studyInstanceUid)),
    seriesName: readDeidentified(pseudonyms.seriesName(of.series)),
    instanceNames: of.instances.map((each) => readDeidentified(pseudonyms.instanceName(each))),
  };
}
