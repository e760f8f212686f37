import { PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';

/** Ask to end the association in order. @standard PS3.8 §9.3.6, Table 9-24 */
export interface ReleaseRq {
  readonly kind: 'A-RELEASE-RQ';
}

/** Decode the body: 4 reserved bytes, not tested. */
export function decodeReleaseRq(body: Uint8Array): ReleaseRq {
  const reader = new PduReader(body);
  reader.skip(4);
  reader.finish();
  return { kind: 'A-RELEASE-RQ' };
}

/** The whole PDU, its 6-byte header included. */
export function encodeReleaseRq(): Uint8Array {
  return new PduWriter().pdu(0x05, (body) => body.zeros(4));
}
