import type { PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';

/** Which software the sender is. @standard PS3.7 §D.3.3.2.1, Table D.3-1 */
export interface ImplementationClassUid {
  readonly kind: 'implementation-class-uid';
  readonly uid: string;
}

/** Which version of it; at most 16 characters. @standard PS3.7 §D.3.3.2.3, Table D.3-3 */
export interface ImplementationVersionName {
  readonly kind: 'implementation-version-name';
  readonly versionName: string;
}

export function decodeImplementationClassUid(reader: PduReader): ImplementationClassUid {
  return { kind: 'implementation-class-uid', uid: reader.uid(reader.remaining) };
}

export function encodeImplementationClassUid(
  writer: PduWriter,
  item: ImplementationClassUid,
): void {
  writer.text(item.uid);
}

export function decodeImplementationVersionName(reader: PduReader): ImplementationVersionName {
  return { kind: 'implementation-version-name', versionName: reader.text(reader.remaining) };
}

export function encodeImplementationVersionName(
  writer: PduWriter,
  item: ImplementationVersionName,
): void {
  writer.text(item.versionName);
}
