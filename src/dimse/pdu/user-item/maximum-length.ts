import type { PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';

/** The longest P-DATA-TF variable field its sender accepts; 0 is unlimited. */
export interface MaximumLength {
  readonly kind: 'maximum-length';
  readonly length: number;
}

/** @standard PS3.8 §D.1, Table D.1-1 (4 bytes: Maximum-length-received) */
export function decodeMaximumLength(reader: PduReader): MaximumLength {
  const length = reader.u32();
  reader.finish();
  return { kind: 'maximum-length', length };
}

export function encodeMaximumLength(writer: PduWriter, item: MaximumLength): void {
  writer.u32(item.length);
}
