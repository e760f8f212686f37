import { type DataSet, dataSetOf, getString, type Tag, tag as t } from '../../dicom/index.ts';
import { findCode } from '../meaning/code-groups.ts';
import type { Identifiers } from '../meaning/identifiers.ts';

/** A valid code that says nothing. @standard PS3.16, SNOMED CT 261665006 */
export const unknownCode: DataSet = dataSetOf({
  CodeValue: '261665006',
  CodingSchemeDesignator: 'SCT',
  CodeMeaning: 'Unknown',
});

const codeTags: readonly Tag[] = [t.CodeValue, t.CodingSchemeDesignator, t.CodeMeaning];

/** Whether an item is a code: whichever of the three forms of a code value it uses. */
export function isCodeItem(item: DataSet): boolean {
  return item.has(t.CodeValue) || item.has(t.LongCodeValue) || item.has(t.URNCodeValue);
}

/**
 * The code of an item as it may leave: if it is one of the context groups that its sequence may use,
 * and none of the header's identifiers. The meaning is never the one that came, since it is free
 * text: it is the standard's.
 *
 * @standard PS3.3 §8.8
 */
export function cleanCode(
  sequence: Tag,
  item: DataSet,
  identifiers: Identifiers,
): DataSet | undefined {
  const value = getString(item, t.CodeValue) ?? '';
  const scheme = getString(item, t.CodingSchemeDesignator) ?? '';
  const code = findCode(sequence, scheme, value);
  if (code === undefined || identifiers.isText(value) || identifiers.isText(code.meaning)) {
    return undefined;
  }
  return dataSetOf({
    CodeValue: code.value,
    CodingSchemeDesignator: code.scheme,
    CodeMeaning: code.meaning,
  });
}

/** Attributes of a code that `cleanCode` writes; no other rule touches them. */
export function isCodeTag(tag: Tag): boolean {
  return codeTags.includes(tag);
}
