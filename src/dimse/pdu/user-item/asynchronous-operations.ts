import type { PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';

/** How many operations may be outstanding; 0 is unlimited, absent means 1 and 1. */
export interface AsynchronousOperations {
  readonly kind: 'asynchronous-operations';
  readonly invokedMax: number;
  readonly performedMax: number;
}

/** @standard PS3.7 §D.3.3.3.1, Table D.3-7 (2 bytes invoked, 2 bytes performed) */
export function decodeAsynchronousOperations(reader: PduReader): AsynchronousOperations {
  const invokedMax = reader.u16();
  const performedMax = reader.u16();
  reader.finish();
  return { kind: 'asynchronous-operations', invokedMax, performedMax };
}

export function encodeAsynchronousOperations(
  writer: PduWriter,
  item: AsynchronousOperations,
): void {
  writer.u16(item.invokedMax).u16(item.performedMax);
}
