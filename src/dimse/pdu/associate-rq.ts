import {
  type AssociateFields,
  type ContextCodec,
  decodeAssociateFields,
  encodeAssociateFields,
} from './associate-fields.ts';
import { PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';
import {
  decodeProposedContext,
  encodeProposedContext,
  type ProposedContext,
} from './presentation-context-item.ts';

/** Ask for an association. @standard PS3.8 §9.3.2, Table 9-11 */
export interface AssociateRq extends AssociateFields<ProposedContext> {
  readonly kind: 'A-ASSOCIATE-RQ';
}

const contexts: ContextCodec<ProposedContext> = {
  itemType: 0x20,
  decode: decodeProposedContext,
  encode: encodeProposedContext,
};

/** Decode the body; the layout is at `decodeAssociateFields`. Keeps no reference to `body`. */
export function decodeAssociateRq(body: Uint8Array): AssociateRq {
  const fields = decodeAssociateFields(new PduReader(body), contexts);
  return { kind: 'A-ASSOCIATE-RQ', ...fields };
}

/** The whole PDU, its 6-byte header included. */
export function encodeAssociateRq(pdu: AssociateRq): Uint8Array {
  return new PduWriter().pdu(0x01, (body) => encodeAssociateFields(body, pdu, contexts));
}
