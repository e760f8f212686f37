import { type Tag, tag as t } from '../../dicom/index.ts';
import { standardTermRows } from './standard-terms.ts';
import { vendorTermRows } from './vendor-terms.ts';

const terms: ReadonlyMap<Tag, ReadonlySet<string>> = readRows(standardTermRows + vendorTermRows);

/** First and second value of Image Type and Frame Type. @standard PS3.3 §C.7.6.1.1.2, §C.8.16.1 */
const imageTypeStarts: readonly ReadonlySet<string>[] = [
  new Set(['ORIGINAL', 'DERIVED', 'MIXED']),
  new Set(['PRIMARY', 'SECONDARY', 'MIXED']),
];

/** What a coded string of an attribute may say at a place; none: it keeps no coded string. */
export function termsOf(tag: Tag, place: number): ReadonlySet<string> | undefined {
  const isImageType = tag === t.ImageType || tag === t.FrameType;
  const start = isImageType ? imageTypeStarts[place] : undefined;
  return start ?? terms.get(isImageType ? t.ImageType : tag);
}

function readRows(rows: string): ReadonlyMap<Tag, ReadonlySet<string>> {
  const read = new Map<Tag, Set<string>>();
  for (const row of rows.split('\n')) {
    const [keyword = '', , list = ''] = row.split('|').map((cell) => cell.trim());
    if (list === '') continue;
    const tag = t[keyword as keyof typeof t]; // a row that names no attribute fails a test
    const known = read.get(tag) ?? new Set();
    for (const term of list.split(',')) known.add(term.trim());
    read.set(tag, known);
  }
  return read;
}
