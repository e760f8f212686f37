import { type DataSet, getStrings, isUid, type Tag } from '../dicom/index.ts';

/** The UID in a query answer; undefined where there is none, several, or something else. */
export function answerUid(answer: DataSet, which: Tag): string | undefined {
  const [text, ...more] = getStrings(answer, which);
  return text !== undefined && more.length === 0 && isUid(text) ? text : undefined;
}
