/**
 * `text` without the NULs and spaces at its end: what DICOM pads values with. A loop, since a
 * pattern that looks for padding before an end tries every run of it from every place.
 */
export function trimPadding(text: string): string {
  let end = text.length;
  while (end > 0 && isPadding(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const isPadding = (code: number): boolean => code === 0x20 || code === 0;
