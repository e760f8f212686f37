import { PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';

/** Why a service provider aborts. */
export type ProviderAbortReason =
  | 'reason-not-specified'
  | 'unrecognized-pdu'
  | 'unexpected-pdu'
  | 'unrecognized-pdu-parameter'
  | 'unexpected-pdu-parameter'
  | 'invalid-pdu-parameter-value'
  | `reserved-${number}`;

/** End the association at once. The reason is significant only from the service provider. */
export interface Abort {
  readonly kind: 'A-ABORT';
  readonly source: 'service-user' | 'service-provider';
  readonly reason: ProviderAbortReason;
}

const reasons: Readonly<Record<number, ProviderAbortReason>> = {
  0: 'reason-not-specified',
  1: 'unrecognized-pdu',
  2: 'unexpected-pdu',
  4: 'unrecognized-pdu-parameter',
  5: 'unexpected-pdu-parameter',
  6: 'invalid-pdu-parameter-value',
};

/**
 * Decode the body of an A-ABORT PDU. Lenient about values, as it ends the association anyway: a
 * source that is not the provider counts as the user.
 *
 * | byte | field        | values                              |
 * | ---- | ------------ | ----------------------------------- |
 * | 0-1  | reserved     | not tested                          |
 * | 2    | Source       | 0 service-user, 2 service-provider  |
 * | 3    | Reason/Diag. | significant if Source is 2          |
 *
 * @standard PS3.8 §9.3.8, Table 9-26
 */
export function decodeAbort(body: Uint8Array): Abort {
  const reader = new PduReader(body);
  reader.skip(2);
  const source = reader.u8() === 2 ? 'service-provider' : 'service-user';
  const code = reader.u8();
  reader.finish();
  const reason = source === 'service-user' ? reasons[0] : reasons[code];
  return { kind: 'A-ABORT', source, reason: reason ?? `reserved-${code}` };
}

/** The whole PDU, its 6-byte header included. */
export function encodeAbort(pdu: Abort): Uint8Array {
  const known = Object.entries(reasons).find(([, name]) => name === pdu.reason);
  const code = Number(known?.[0] ?? pdu.reason.slice('reserved-'.length));
  return new PduWriter().pdu(0x07, (body) => {
    body
      .zeros(2)
      .u8(pdu.source === 'service-provider' ? 2 : 0)
      .u8(code);
  });
}
