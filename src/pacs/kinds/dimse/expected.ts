import { type DataSet, dataSetOf, getNumber, tag } from '../../../dicom/index.ts';
import { answerUid } from '../../answer-uid.ts';
import { pacsErrors } from '../../errors.ts';
import type { ExpectedInstance, ExpectedSeries, PacsQuery, SeriesRef } from '../../pacs-source.ts';

type Find = (query: PacsQuery) => Promise<readonly DataSet[]>;

/**
 * What sorting slices needs, and nothing that an archive has to open every file for: Orthanc keeps
 * these in its database, and takes twice as long as soon as Rows or SOP Class UID are asked for.
 */
const imageKeys = {
  SOPInstanceUID: '',
  InstanceNumber: '',
  ImagePositionPatient: '',
  ImageOrientationPatient: '',
} as const;

/** The IMAGE-level list of a series, else the count the PACS states, else unknown. */
export async function findExpected(find: Find, series: SeriesRef): Promise<ExpectedSeries> {
  const { studyInstanceUid, seriesInstanceUid } = series;
  const uids = { StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid };
  const instances = await listInstances(find, dataSetOf({ ...imageKeys, ...uids }));
  if (instances.length > 0) return { kind: 'listed', instances };
  const keys = dataSetOf({ ...uids, NumberOfSeriesRelatedInstances: '' });
  const [answer] = await find({ level: 'SERIES', keys });
  const count = answer === undefined ? undefined : countOf(answer);
  return count === undefined ? { kind: 'unknown' } : { kind: 'counted', count };
}

/** A PACS that cannot answer at IMAGE level answers with a failure or with nothing. */
async function listInstances(find: Find, keys: DataSet): Promise<readonly ExpectedInstance[]> {
  try {
    const answers = await find({ level: 'IMAGE', keys });
    return answers.flatMap((record) => instanceOf(record) ?? []);
  } catch (error) {
    if (pacsErrors.has(error) && error.code === 'PACS_QUERY_FAILED') return [];
    throw error;
  }
}

function instanceOf(record: DataSet): ExpectedInstance | undefined {
  const sopInstanceUid = answerUid(record, tag.SOPInstanceUID);
  if (sopInstanceUid === undefined) return undefined;
  return { sopInstanceUid, sopClassUid: answerUid(record, tag.SOPClassUID), record };
}

function countOf(answer: DataSet): number | undefined {
  try {
    return getNumber(answer, tag.NumberOfSeriesRelatedInstances);
  } catch {
    return undefined; // not a number: as good as none
  }
}
