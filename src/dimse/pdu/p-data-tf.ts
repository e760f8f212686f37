import { fieldInvalid, lengthInvalid, PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';

/** Carry fragments of messages. The framer never makes one: it hands the fragments on as they come. */
export interface PDataTf {
  readonly kind: 'P-DATA-TF';
  /** At least one. */
  readonly pdvs: readonly Pdv[];
}

/** A presentation data value: one fragment of a command set or a data set. */
export interface Pdv {
  readonly presentationContextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

/** Bytes of a P-DATA-TF with one PDV before its fragment: PDU header, PDV length, id, control. */
export const pDataHeaderSize = 12;

/**
 * Decode the body of a P-DATA-TF PDU. The fragments are views into `body`.
 *
 * | byte | field                                                                 |
 * | ---- | --------------------------------------------------------------------- |
 * | 0-3  | item length n, of what follows                                        |
 * | 4    | presentation context id                                               |
 * | 5    | message control header: bit 0 command, bit 1 last fragment            |
 * | 6-   | n-2 bytes of fragment; then the next item                             |
 *
 * @standard PS3.8 §9.3.5, Table 9-22, Table 9-23; §E.2
 */
export function decodePDataTf(body: Uint8Array): PDataTf {
  const reader = new PduReader(body);
  const pdvs: Pdv[] = [];
  while (reader.remaining > 0) {
    const length = reader.u32();
    if (length < 2) throw lengthInvalid(reader.offset - 4);
    const presentationContextId = reader.u8();
    if (presentationContextId % 2 === 0) {
      throw fieldInvalid('presentation context id', reader.offset - 1);
    }
    const control = reader.u8();
    pdvs.push({
      presentationContextId,
      isCommand: (control & 1) !== 0,
      isLast: (control & 2) !== 0,
      bytes: reader.bytes(length - 2),
    });
  }
  if (pdvs.length === 0) throw lengthInvalid(0);
  return { kind: 'P-DATA-TF', pdvs };
}

/** The whole PDU, its 6-byte header included. For tests and small messages: copies the fragments. */
export function encodePDataTf(pdu: PDataTf): Uint8Array {
  return new PduWriter().pdu(0x04, (body) => {
    for (const pdv of pdu.pdvs) {
      body.u32(pdv.bytes.length + 2).u8(pdv.presentationContextId);
      body.u8(Number(pdv.isCommand) | (Number(pdv.isLast) << 1)).bytes(pdv.bytes);
    }
  });
}

/** The 12 bytes before the fragment of a P-DATA-TF with one PDV, so that it need not be copied. */
export function encodePDataHeader(pdv: Omit<Pdv, 'bytes'>, fragmentSize: number): Uint8Array {
  const header = Buffer.alloc(pDataHeaderSize);
  header[0] = 0x04;
  header.writeUInt32BE(fragmentSize + 6, 2);
  header.writeUInt32BE(fragmentSize + 2, 6);
  header[10] = pdv.presentationContextId;
  header[11] = Number(pdv.isCommand) | (Number(pdv.isLast) << 1);
  return header;
}
