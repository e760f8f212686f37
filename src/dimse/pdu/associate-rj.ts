import { fieldInvalid, PduReader } from './pdu-reader.ts';
import { PduWriter } from './pdu-writer.ts';

/** Refuse an association; its reason is typed by its source. */
export type AssociateRj = {
  readonly kind: 'A-ASSOCIATE-RJ';
  readonly result: 'rejected-permanent' | 'rejected-transient';
} & RejectReason;

/** Who refuses and why; `reserved-N` for a reason outside the table. */
export type RejectReason =
  | { readonly source: 'service-user'; readonly reason: UserReason | Reserved }
  | { readonly source: 'service-provider-acse'; readonly reason: AcseReason | Reserved }
  | { readonly source: 'service-provider-presentation'; readonly reason: LimitReason | Reserved };

type UserReason =
  | 'no-reason-given'
  | 'application-context-name-not-supported'
  | 'calling-ae-title-not-recognized'
  | 'called-ae-title-not-recognized';
type AcseReason = 'no-reason-given' | 'protocol-version-not-supported';
type LimitReason = 'temporary-congestion' | 'local-limit-exceeded';
type Reserved = `reserved-${number}`;

const results = [undefined, 'rejected-permanent', 'rejected-transient'] as const;
const sources = [
  undefined,
  'service-user',
  'service-provider-acse',
  'service-provider-presentation',
] as const;

const reasons: Readonly<Record<RejectReason['source'], Readonly<Record<number, string>>>> = {
  'service-user': {
    1: 'no-reason-given',
    2: 'application-context-name-not-supported',
    3: 'calling-ae-title-not-recognized',
    7: 'called-ae-title-not-recognized',
  },
  'service-provider-acse': { 1: 'no-reason-given', 2: 'protocol-version-not-supported' },
  'service-provider-presentation': { 1: 'temporary-congestion', 2: 'local-limit-exceeded' },
};

/**
 * Decode the body of an A-ASSOCIATE-RJ PDU.
 *
 * A rejection is an ordinary answer to a request, so it is a value; only bytes that break the
 * layout are an error. Keeps no reference to `body`.
 *
 * | byte | field        | values                                         |
 * | ---- | ------------ | ---------------------------------------------- |
 * | 0    | reserved     | not tested                                     |
 * | 1    | Result       | 1 permanent, 2 transient                       |
 * | 2    | Source       | 1 service-user, 2 ACSE, 3 presentation related |
 * | 3    | Reason/Diag. | read according to Source                       |
 *
 * @standard PS3.8 §9.3.4, Table 9-21
 * @throws MdmError `PDU_LENGTH_INVALID` when `body` is not 4 bytes, `PDU_FIELD_INVALID` when
 *   Result or Source is outside the table
 */
export function decodeAssociateRj(body: Uint8Array): AssociateRj {
  const reader = new PduReader(body);
  reader.skip(1);
  const result = results[reader.u8()];
  if (result === undefined) throw fieldInvalid('Result', 1);
  const source = sources[reader.u8()];
  if (source === undefined) throw fieldInvalid('Source', 2);
  const code = reader.u8();
  reader.finish();
  const reason = reasons[source][code] ?? `reserved-${code}`;
  return { kind: 'A-ASSOCIATE-RJ', result, source, reason } as AssociateRj;
}

/** The whole PDU, its 6-byte header included. */
export function encodeAssociateRj(pdu: AssociateRj): Uint8Array {
  return new PduWriter().pdu(0x03, (body) => {
    body.u8(0).u8(results.indexOf(pdu.result)).u8(sources.indexOf(pdu.source));
    body.u8(reasonCode(pdu));
  });
}

function reasonCode(pdu: AssociateRj): number {
  const known = Object.entries(reasons[pdu.source]).find(([, name]) => name === pdu.reason);
  return Number(known?.[0] ?? pdu.reason.slice('reserved-'.length));
}
