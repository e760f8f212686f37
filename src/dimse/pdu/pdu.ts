import { unreachable } from '../../lib/assert.ts';
import { type Abort, decodeAbort, encodeAbort } from './abort.ts';
import { type AssociateAc, decodeAssociateAc, encodeAssociateAc } from './associate-ac.ts';
import { type AssociateRj, decodeAssociateRj, encodeAssociateRj } from './associate-rj.ts';
import { type AssociateRq, decodeAssociateRq, encodeAssociateRq } from './associate-rq.ts';
import { decodePDataTf, encodePDataTf, type PDataTf } from './p-data-tf.ts';
import { PduWriter } from './pdu-writer.ts';
import { decodeReleaseRp, encodeReleaseRp, type ReleaseRp } from './release-rp.ts';
import { decodeReleaseRq, encodeReleaseRq, type ReleaseRq } from './release-rq.ts';

/** A protocol data unit of the DICOM upper layer. @standard PS3.8 §9.3.1 */
export type Pdu =
  | AssociateRq
  | AssociateAc
  | AssociateRj
  | PDataTf
  | ReleaseRq
  | ReleaseRp
  | Abort
  | UnknownPdu;

/** A PDU of a type outside the standard, kept as its bytes. */
export interface UnknownPdu {
  readonly kind: 'unknown';
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** PDU types on the wire. */
export const pduType = {
  associateRq: 0x01,
  associateAc: 0x02,
  associateRj: 0x03,
  pDataTf: 0x04,
  releaseRq: 0x05,
  releaseRp: 0x06,
  abort: 0x07,
} as const;

/**
 * Decode a PDU from its type and the bytes after its 6-byte header.
 *
 * @throws MdmError `PDU_LENGTH_INVALID` or `PDU_FIELD_INVALID`
 */
export function decodePdu(type: number, body: Uint8Array): Pdu {
  switch (type) {
    case pduType.associateRq:
      return decodeAssociateRq(body);
    case pduType.associateAc:
      return decodeAssociateAc(body);
    case pduType.associateRj:
      return decodeAssociateRj(body);
    case pduType.pDataTf:
      return decodePDataTf(body);
    case pduType.releaseRq:
      return decodeReleaseRq(body);
    case pduType.releaseRp:
      return decodeReleaseRp(body);
    case pduType.abort:
      return decodeAbort(body);
    default:
      return { kind: 'unknown', type, bytes: new Uint8Array(body) };
  }
}

/** The whole PDU, its 6-byte header included. */
export function encodePdu(pdu: Pdu): Uint8Array {
  switch (pdu.kind) {
    case 'A-ASSOCIATE-RQ':
      return encodeAssociateRq(pdu);
    case 'A-ASSOCIATE-AC':
      return encodeAssociateAc(pdu);
    case 'A-ASSOCIATE-RJ':
      return encodeAssociateRj(pdu);
    case 'P-DATA-TF':
      return encodePDataTf(pdu);
    case 'A-RELEASE-RQ':
      return encodeReleaseRq();
    case 'A-RELEASE-RP':
      return encodeReleaseRp();
    case 'A-ABORT':
      return encodeAbort(pdu);
    case 'unknown':
      return new PduWriter().pdu(pdu.type, (body) => body.bytes(pdu.bytes));
    default:
      return unreachable(pdu);
  }
}
