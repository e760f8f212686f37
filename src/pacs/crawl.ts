import { type DataSet, dataSetOf, getString, type Keyword, tag } from '../dicom/index.ts';
import type { Identified } from '../flow/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { reveal } from '../flow/mint/reveal.ts';
import type { FoundSeries } from './index/clinical-index.ts';
import type { CallOptions, PacsSource, QueryLevel } from './pacs-source.ts';

const studyKeys = [
  'PatientID',
  'IssuerOfPatientID',
  'StudyInstanceUID',
  'StudyDate',
  'ModalitiesInStudy',
] as const satisfies readonly Keyword[];
const seriesKeys = [
  'Modality',
  'SeriesInstanceUID',
  'SeriesNumber',
  'BodyPartExamined',
  'NumberOfSeriesRelatedInstances',
] as const satisfies readonly Keyword[];
const imageKeys = [
  'SOPInstanceUID',
  'SOPClassUID',
  'InstanceNumber',
] as const satisfies readonly Keyword[];
/** What an archive may have to open a file for: asked of one instance of a series, not of each. */
const detailKeys = [
  'Rows',
  'Columns',
  'BitsAllocated',
  'NumberOfFrames',
] as const satisfies readonly Keyword[];

/**
 * Walk an archive with C-FIND: every series with its instances, study by study. Fetches no image.
 * A study that disappears between two queries is simply not reported.
 */
export async function* crawl(
  source: PacsSource,
  options: CallOptions,
): AsyncGenerator<Identified<FoundSeries>> {
  for await (const studyAnswer of source.find(query('STUDY', {}, studyKeys), options)) {
    const study = reveal(studyAnswer);
    const ofStudy = { StudyInstanceUID: getString(study, tag.StudyInstanceUID) ?? '' };
    const allSeries = await all(source.find(query('SERIES', ofStudy, seriesKeys), options));
    for (const series of allSeries) {
      const ofSeries = {
        ...ofStudy,
        SeriesInstanceUID: getString(series, tag.SeriesInstanceUID) ?? '',
      };
      const instances = await all(source.find(query('IMAGE', ofSeries, imageKeys), options));
      const [first, ...others] = instances;
      if (first === undefined) continue;
      const ofFirst = { ...ofSeries, SOPInstanceUID: getString(first, tag.SOPInstanceUID) ?? '' };
      const details = await all(source.find(query('IMAGE', ofFirst, detailKeys), options));
      const detailed = new Map([...(details[0] ?? []), ...first]);
      yield identify({ study, series, instances: [detailed, ...others] });
    }
  }
}

async function all(answers: AsyncIterable<Identified<DataSet>>): Promise<readonly DataSet[]> {
  const found: DataSet[] = [];
  for await (const answer of answers) found.push(reveal(answer));
  return found;
}

function query(
  level: QueryLevel,
  matching: Readonly<Partial<Record<Keyword, string>>>,
  returned: readonly Keyword[],
): Parameters<PacsSource['find']>[0] {
  const empty = Object.fromEntries(returned.map((keyword) => [keyword, '']));
  return identify({ level, keys: dataSetOf({ ...empty, ...matching }) });
}
