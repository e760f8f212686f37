import type { DataSet, Tag } from '../dicom/index.ts';
import { absent, type Fact, fact, notKept } from './fact.ts';
import { factLimits } from './limits.ts';
import { hasAllowedVr, isEmpty } from './read-numbers.ts';

/** The characters of a coded string, padding at its end removed. Never throws. */
export function codeText(dataSet: DataSet, tag: Tag): Fact<string> {
  const element = dataSet.get(tag);
  if (element === undefined || isEmpty(element)) return absent;
  if (element.vr === 'SQ' || !hasAllowedVr(element)) return notKept;
  if (element.value.length > factLimits.valueMaxBytes) return notKept;
  const { buffer, byteOffset, length } = element.value;
  const text = Buffer.from(buffer, byteOffset, length).toString('latin1');
  return fact(text.replace(/[ \0]+$/, ''));
}

/** The values of a coded string, without padding around. */
export const wordsOf = (text: string): readonly string[] =>
  text.split('\\').map((word) => word.trim());
