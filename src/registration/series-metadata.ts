import type { SeriesMetadata } from '../catalog/catalog.ts';
import { type DataSet, getStrings, keywordOf } from '../dicom/index.ts';

const numericVrs: ReadonlySet<string> = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'IS', 'DS']);

/** The attributes of a de-identified record by keyword; empty ones are left out. */
export function seriesMetadataOf(record: DataSet): SeriesMetadata {
  const metadata: Record<string, string | number> = {};
  for (const element of record.values()) {
    const keyword = keywordOf(element.tag);
    const values = getStrings(record, element.tag) ?? [];
    const text = values.join('\\');
    if (keyword === undefined || text === '') continue;
    const number = Number(text);
    metadata[keyword] = numericVrs.has(element.vr) && Number.isFinite(number) ? number : text;
  }
  return metadata;
}
