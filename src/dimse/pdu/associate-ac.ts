import {
  type AssociateFields,
  type ContextCodec,
  decodeAssociateFields,
  encodeAssociateFields,
} from './associate-fields.ts';
import { PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';
import {
  type AnsweredContext,
  decodeAnsweredContext,
  encodeAnsweredContext,
} from './presentation-context-item.ts';

/** Accept an association. @standard PS3.8 §9.3.3, Table 9-17 */
export interface AssociateAc extends AssociateFields<AnsweredContext> {
  readonly kind: 'A-ASSOCIATE-AC';
}

const contexts: ContextCodec<AnsweredContext> = {
  itemType: 0x21,
  decode: decodeAnsweredContext,
  encode: encodeAnsweredContext,
};

/** Decode the body; the layout is at `decodeAssociateFields`. Keeps no reference to `body`. */
export function decodeAssociateAc(body: Uint8Array): AssociateAc {
  const fields = decodeAssociateFields(new PduReader(body), contexts);
  return { kind: 'A-ASSOCIATE-AC', ...fields };
}

/** The whole PDU, its 6-byte header included. */
export function encodeAssociateAc(pdu: AssociateAc): Uint8Array {
  return new PduWriter().pdu(0x02, (body) => encodeAssociateFields(body, pdu, contexts));
}
