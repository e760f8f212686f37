import { concatBytes, utf8 } from '../../src/lib/bytes/bytes.ts';

/**
 * The plainest DICOM writer that can make test input: little endian, defined lengths, sequences only empty.
 * Independent of src/dicom on purpose, so that the two can disagree.
 */

/** One element: tag as a number, VR, and its value as text, numbers or bytes. */
export type TestElement = readonly [
  tag: number,
  vr: string,
  value: string | readonly number[] | Uint8Array,
];

export const explicitLittleEndian = '1.2.840.10008.1.2.1';
export const implicitLittleEndian = '1.2.840.10008.1.2';

/** A data set in ascending tag order, whatever the order given; of equal tags the last one wins. */
export function encodeDataSet(elements: readonly TestElement[], explicit: boolean): Uint8Array {
  const byTag = new Map(elements.map((element) => [element[0], element]));
  const sorted = [...byTag.values()].toSorted((a, b) => a[0] - b[0]);
  return concatBytes(sorted.flatMap((element) => encodeElement(element, explicit)));
}

/** A Part 10 file around an encoded data set. @standard PS3.10 §7.1 */
export function encodePart10(options: {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly dataSet: Uint8Array;
}): Uint8Array {
  const meta = encodeDataSet(
    [
      [0x00020001, 'OB', Uint8Array.of(0, 1)],
      [0x00020002, 'UI', options.sopClassUid],
      [0x00020003, 'UI', options.sopInstanceUid],
      [0x00020010, 'UI', options.transferSyntaxUid],
      [0x00020012, 'UI', '2.25.20240613'],
    ],
    true,
  );
  const length = encodeDataSet([[0x00020000, 'UL', [meta.length]]], true);
  return concatBytes([new Uint8Array(128), utf8('DICM'), length, meta, options.dataSet]);
}

const longLengthVrs = new Set([
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'SQ',
  'SV',
  'UC',
  'UN',
  'UR',
  'UT',
]);

function encodeElement([tag, vr, value]: TestElement, explicit: boolean): Uint8Array[] {
  const bytes = padded(encodeValue(vr, value), vr);
  const long = longLengthVrs.has(vr);
  const head = new DataView(new ArrayBuffer(explicit && long ? 12 : 8));
  head.setUint16(0, tag >>> 16, true);
  head.setUint16(2, tag & 0xffff, true);
  if (explicit) {
    head.setUint8(4, vr.charCodeAt(0));
    head.setUint8(5, vr.charCodeAt(1));
  }
  if (explicit && !long) head.setUint16(6, bytes.length, true);
  else head.setUint32(head.byteLength - 4, bytes.length, true);
  return [new Uint8Array(head.buffer), bytes];
}

function encodeValue(vr: string, value: TestElement[2]): Uint8Array {
  if (typeof value === 'string') return utf8(value);
  if (value instanceof Uint8Array) return value;
  const width = { US: 2, SS: 2, UL: 4, SL: 4 }[vr] ?? 0;
  if (width === 0) return utf8(value.map(decimal).join('\\'));
  const view = new DataView(new ArrayBuffer(value.length * width));
  value.forEach((one, index) => {
    if (width === 2) view.setUint16(index * 2, one & 0xffff, true);
    else view.setUint32(index * 4, one >>> 0, true);
  });
  return new Uint8Array(view.buffer);
}

/** At most 16 characters, as DS demands. */
function decimal(value: number): string {
  const text = String(value);
  return text.length <= 16 ? text : String(Number(value.toPrecision(10)));
}

function padded(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const binary = vr === 'UI' || vr === 'OB' || vr === 'UN';
  return concatBytes([bytes, Uint8Array.of(binary ? 0 : 0x20)]);
}
