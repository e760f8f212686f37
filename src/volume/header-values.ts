import { type DataSet, dicomErrors, getNumbers, getStrings, type Tag } from '../dicom/index.ts';

/** The text of a value without padding; undefined when absent or empty. */
export function textOf(header: DataSet, tag: Tag): string | undefined {
  const text = getStrings(header, tag).join('\\');
  return text === '' ? undefined : text;
}

/**
 * The values of a numeric attribute, all of them well formed and finite; undefined when absent,
 * empty or malformed: a wrong number in a header is a reason to refuse, not to fail.
 */
export function numbersOf(header: DataSet, tag: Tag): readonly number[] | undefined {
  try {
    const numbers = getNumbers(header, tag);
    return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined;
  } catch (error) {
    if (dicomErrors.has(error)) return undefined;
    throw error;
  }
}

/** The one value of a numeric attribute that has exactly one. */
export function numberOf(header: DataSet, tag: Tag): number | undefined {
  const numbers = numbersOf(header, tag);
  return numbers?.length === 1 ? numbers[0] : undefined;
}
