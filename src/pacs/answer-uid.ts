import { type DataSet, getString, isUid, type Tag } from '../dicom/index.ts';

/** The UID in a query answer; undefined where there is none, or something else in its place. */
export function answerUid(answer: DataSet, which: Tag): string | undefined {
  const text = getString(answer, which);
  return text !== undefined && isUid(text) ? text : undefined;
}
