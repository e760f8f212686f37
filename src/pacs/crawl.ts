import { type DataSet, dataSetOf, type Keyword, tag } from '../dicom/index.ts';
import type { Identified } from '../flow/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { reveal } from '../flow/mint/reveal.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { answerUid } from './answer-uid.ts';
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
 *
 * A study that disappears between two queries is simply not reported. What cannot be followed is
 * passed over with `onSkipped`: an answer without a proper UID (as a matching key it would mean
 * everything), or of another study than was asked for, or a query that the archive fails.
 */
export async function* crawl(
  source: PacsSource,
  options: CallOptions & { readonly onSkipped?: () => void },
): AsyncGenerator<Identified<FoundSeries>> {
  const skip = options.onSkipped ?? (() => {});
  for await (const studyAnswer of source.find(query('STUDY', {}, studyKeys), options)) {
    const study = reveal(studyAnswer);
    const studyUid = answerUid(study, tag.StudyInstanceUID);
    const ofStudy = { StudyInstanceUID: studyUid ?? '' };
    const allSeries =
      studyUid === undefined
        ? undefined
        : await answersTo(source, query('SERIES', ofStudy, seriesKeys), options);
    if (allSeries === undefined) skip();
    for (const series of allSeries ?? []) {
      const found = await followSeries(source, { study, series, ofStudy }, options);
      if (found === undefined) skip();
      else if (found.instances.length > 0) yield identify(found);
    }
  }
}

/** The instances of a series, the first with its details. Undefined: the answers cannot be used. */
async function followSeries(
  source: PacsSource,
  { study, series, ofStudy }: SeriesAnswer,
  options: CallOptions,
): Promise<FoundSeries | undefined> {
  const seriesUid = answerUid(series, tag.SeriesInstanceUID);
  const ofOther = answerUid(series, tag.StudyInstanceUID) ?? ofStudy.StudyInstanceUID;
  if (seriesUid === undefined || ofOther !== ofStudy.StudyInstanceUID) return undefined;
  const ofSeries = { ...ofStudy, SeriesInstanceUID: seriesUid };
  const instances = await answersTo(source, query('IMAGE', ofSeries, imageKeys), options);
  const [first, ...others] = instances ?? [];
  if (first === undefined) return instances && { study, series, instances: [] };
  const firstUid = answerUid(first, tag.SOPInstanceUID);
  if (firstUid === undefined) return undefined;
  const ofFirst = { ...ofSeries, SOPInstanceUID: firstUid };
  const details = await answersTo(source, query('IMAGE', ofFirst, detailKeys), options);
  const detailed = new Map([...(details?.[0] ?? []), ...first]);
  return { study, series, instances: [detailed, ...others] };
}

interface SeriesAnswer {
  readonly study: DataSet;
  readonly series: DataSet;
  readonly ofStudy: { readonly StudyInstanceUID: string };
}

/** Undefined where the archive cannot answer this one query; it may answer others. */
async function answersTo(
  source: PacsSource,
  asked: ReturnType<typeof query>,
  options: CallOptions,
): Promise<readonly DataSet[] | undefined> {
  try {
    return await all(source.find(asked, options));
  } catch (error) {
    if (codeOf(error) === 'PACS_QUERY_FAILED') return undefined;
    throw error;
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
