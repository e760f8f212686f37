import { PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';

/** Agree to end the association. @standard PS3.8 §9.3.7, Table 9-25 */
export interface ReleaseRp {
  readonly kind: 'A-RELEASE-RP';
}

/** Decode the body: 4 reserved bytes, not tested. */
export function decodeReleaseRp(body: Uint8Array): ReleaseRp {
  const reader = new PduReader(body);
  reader.skip(4);
  reader.finish();
  return { kind: 'A-RELEASE-RP' };
}

/** The whole PDU, its 6-byte header included. */
export function encodeReleaseRp(): Uint8Array {
  return new PduWriter().pdu(0x06, (body) => body.zeros(4));
}
