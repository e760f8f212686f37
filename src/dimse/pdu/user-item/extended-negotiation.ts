import type { PduReader } from '../pdu-reader.ts';
import type { PduWriter } from '../pdu-writer.ts';

/** Service-class application information of a SOP class, its meaning is in PS3.4. */
export interface ExtendedNegotiation {
  readonly kind: 'extended-negotiation';
  readonly sopClassUid: string;
  readonly information: Uint8Array;
}

/** A SOP class with its service class and the general classes it is a special case of. */
export interface CommonExtendedNegotiation {
  readonly kind: 'common-extended-negotiation';
  readonly sopClassUid: string;
  readonly serviceClassUid: string;
  readonly relatedGeneralSopClassUids: readonly string[];
}

/** @standard PS3.7 §D.3.3.5, Table D.3-11 (UID length, UID, information to the end) */
export function decodeExtendedNegotiation(reader: PduReader): ExtendedNegotiation {
  const sopClassUid = reader.uid(reader.u16());
  return { kind: 'extended-negotiation', sopClassUid, information: new Uint8Array(reader.rest()) };
}

export function encodeExtendedNegotiation(writer: PduWriter, item: ExtendedNegotiation): void {
  writer.sized(item.sopClassUid).bytes(item.information);
}

/** @standard PS3.7 §D.3.3.6, Table D.3-12 (two UIDs, then a list of UIDs, each with its length) */
export function decodeCommonExtendedNegotiation(reader: PduReader): CommonExtendedNegotiation {
  const sopClassUid = reader.uid(reader.u16());
  const serviceClassUid = reader.uid(reader.u16());
  const list = reader.sub(reader.u16());
  const relatedGeneralSopClassUids: string[] = [];
  while (list.remaining > 0) relatedGeneralSopClassUids.push(list.uid(list.u16()));
  // What follows is reserved for later editions and not tested.
  return {
    kind: 'common-extended-negotiation',
    sopClassUid,
    serviceClassUid,
    relatedGeneralSopClassUids,
  };
}

export function encodeCommonExtendedNegotiation(
  writer: PduWriter,
  item: CommonExtendedNegotiation,
): void {
  const uids = item.relatedGeneralSopClassUids;
  writer.sized(item.sopClassUid).sized(item.serviceClassUid);
  writer.u16(uids.reduce((length, uid) => length + 2 + uid.length, 0));
  for (const uid of uids) writer.sized(uid);
}
