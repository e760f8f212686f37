import type { DataElement } from '../dicom/index.ts';

/** The characters of a value without padding around; '' for a sequence. */
export function textOf(element: DataElement): string {
  if (element.vr === 'SQ') return '';
  const { buffer, byteOffset, length } = element.value;
  return Buffer.from(buffer, byteOffset, length)
    .toString('latin1')
    .replace(/[ \0]+$/, '')
    .trimStart();
}
