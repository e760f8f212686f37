import { type DataSet, tag } from '../../dicom/index.ts';
import { visitInSlices } from '../../lib/streams/visit-in-slices.ts';
import { answerUid } from '../answer-uid.ts';
import type { QueryLevel } from '../pacs-source.ts';

const uidTag = {
  STUDY: tag.StudyInstanceUID,
  SERIES: tag.SeriesInstanceUID,
  IMAGE: tag.SOPInstanceUID,
} as const;

/** UIDs of what a list is of; empty for the list of all studies. */
export interface ListOf {
  readonly StudyInstanceUID?: string;
  readonly SeriesInstanceUID?: string;
}

/** The answers of a list, told apart. */
export interface SortedAnswers {
  /** What they name is proper and of what was asked; each once. */
  readonly usable: readonly DataSet[];
  /** Answers without a proper UID: something is there that cannot be asked for. */
  readonly uidInvalid: number;
  /** Answers of another study or series than was asked for. */
  readonly notAskedFor: number;
}

/** What an answer of a level names; undefined where that is no UID. */
export function uidOf(answer: DataSet, level: QueryLevel): string | undefined {
  return answerUid(answer, uidTag[level]);
}

/** Tell the answers apart; of two that name the same, the first counts. */
export async function sortAnswers(
  answers: readonly DataSet[],
  { level, of }: { readonly level: QueryLevel; readonly of: ListOf },
): Promise<SortedAnswers> {
  const usable = new Map<string, DataSet>();
  let uidInvalid = 0;
  let notAskedFor = 0;
  await visitInSlices(answers, (answer) => {
    const uid = uidOf(answer, level);
    if (!isOf(answer, of)) notAskedFor += 1;
    else if (uid === undefined) uidInvalid += 1;
    else if (!usable.has(uid)) usable.set(uid, answer);
  });
  return { usable: [...usable.values()], uidInvalid, notAskedFor };
}

/** An answer need not repeat what it is of. */
function isOf(answer: DataSet, of: ListOf): boolean {
  const { StudyInstanceUID: study, SeriesInstanceUID: series } = of;
  const statedStudy = answerUid(answer, tag.StudyInstanceUID);
  const statedSeries = answerUid(answer, tag.SeriesInstanceUID);
  return (
    (study === undefined || statedStudy === undefined || statedStudy === study) &&
    (series === undefined || statedSeries === undefined || statedSeries === series)
  );
}
