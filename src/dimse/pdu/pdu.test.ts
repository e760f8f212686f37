import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { dimseErrors } from '../errors.ts';
import { decodePdu, encodePdu, type Pdu } from './pdu.ts';
import type { UserItem } from './user-item/user-item.ts';

const uid = fc.stringMatching(/^[0-9.]{1,64}$/);
const aeTitle = fc.stringMatching(/^[A-Z0-9_]{1,16}$/);
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const u16 = fc.integer({ min: 0, max: 0xffff });
const oddId = fc.integer({ min: 0, max: 127 }).map((n) => 2 * n + 1);

const userItem: fc.Arbitrary<UserItem> = fc.oneof(
  fc.record({ kind: fc.constant('maximum-length'), length: fc.nat() }),
  fc.record({ kind: fc.constant('implementation-class-uid'), uid }),
  fc.record({ kind: fc.constant('implementation-version-name'), versionName: aeTitle }),
  fc.record({ kind: fc.constant('asynchronous-operations'), invokedMax: u16, performedMax: u16 }),
  fc.record({
    kind: fc.constant('role-selection'),
    sopClassUid: uid,
    scu: fc.boolean(),
    scp: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('extended-negotiation'),
    sopClassUid: uid,
    information: bytes(50),
  }),
  fc.record({
    kind: fc.constant('common-extended-negotiation'),
    sopClassUid: uid,
    serviceClassUid: uid,
    relatedGeneralSopClassUids: fc.array(uid, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('user-identity'),
    type: fc.constantFrom('username', 'username-passcode', 'kerberos', 'saml', 'jwt'),
    responseRequested: fc.boolean(),
    primary: bytes(100),
    secondary: bytes(30),
  }),
  fc.record({ kind: fc.constant('user-identity-response'), response: bytes(100) }),
  fc.record({
    kind: fc.constant('unknown'),
    type: fc.integer({ min: 0x5a, max: 0xff }),
    bytes: bytes(100),
  }),
) as fc.Arbitrary<UserItem>;

const associateFields = {
  protocolVersion: u16,
  calledAeTitle: aeTitle,
  callingAeTitle: aeTitle,
  applicationContextName: uid,
  userItems: fc.array(userItem, { maxLength: 12 }),
};
const accepted = fc.record({
  id: oddId,
  result: fc.constant('acceptance'),
  transferSyntax: uid,
});
const refused = fc.record({
  id: oddId,
  result: fc.constantFrom('user-rejection', 'no-reason', 'abstract-syntax-not-supported'),
  transferSyntax: fc.constant(undefined),
});

/** Any PDU of the standard, and unknown ones. */
const anyPdu = fc.oneof(
  fc.record({
    kind: fc.constant('A-ASSOCIATE-RQ'),
    ...associateFields,
    presentationContexts: fc.array(
      fc.record({
        id: oddId,
        abstractSyntax: uid,
        transferSyntaxes: fc.array(uid, { minLength: 1, maxLength: 6 }),
      }),
      { maxLength: 128 },
    ),
  }),
  fc.record({
    kind: fc.constant('A-ASSOCIATE-AC'),
    ...associateFields,
    presentationContexts: fc.array(fc.oneof(accepted, refused), { maxLength: 128 }),
  }),
  fc.constantFrom(
    {
      kind: 'A-ASSOCIATE-RJ',
      result: 'rejected-permanent',
      source: 'service-user',
      reason: 'called-ae-title-not-recognized',
    },
    {
      kind: 'A-ASSOCIATE-RJ',
      result: 'rejected-transient',
      source: 'service-provider-presentation',
      reason: 'local-limit-exceeded',
    },
    {
      kind: 'A-ASSOCIATE-RJ',
      result: 'rejected-permanent',
      source: 'service-provider-acse',
      reason: 'reserved-77',
    },
    { kind: 'A-RELEASE-RQ' },
    { kind: 'A-RELEASE-RP' },
    { kind: 'A-ABORT', source: 'service-user', reason: 'reason-not-specified' },
    { kind: 'A-ABORT', source: 'service-provider', reason: 'unexpected-pdu' },
    { kind: 'A-ABORT', source: 'service-provider', reason: 'reserved-99' },
  ),
  fc.record({
    kind: fc.constant('P-DATA-TF'),
    pdvs: fc.array(
      fc.record({
        presentationContextId: oddId,
        isCommand: fc.boolean(),
        isLast: fc.boolean(),
        bytes: bytes(300),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  fc.record({
    kind: fc.constant('unknown'),
    type: fc.integer({ min: 8, max: 255 }),
    bytes: bytes(64),
  }),
) as fc.Arbitrary<Pdu>;

test('every PDU decodes to what was encoded, and encodes to the same bytes again', () => {
  fc.assert(
    fc.property(anyPdu, (pdu) => {
      const encoded = encodePdu(pdu);
      assert.equal(
        new DataView(encoded.buffer, encoded.byteOffset).getUint32(2),
        encoded.length - 6,
      );
      const decoded = decodePdu(encoded[0] ?? 0, encoded.subarray(6));
      assert.deepEqual(plain(decoded), plain(pdu));
      assert.deepEqual(encodePdu(decoded), encoded);
    }),
    { numRuns: 300 },
  );
});

test('any bytes decode to a PDU or fail with a PDU code, nothing else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.uint8Array({ maxLength: 300 }), (type, body) => {
      assertDecodesOrCodes(type, body);
    }),
    { numRuns: 2000 },
  );
});

test('a good PDU with one byte changed decodes or fails with a PDU code', () => {
  fc.assert(
    fc.property(anyPdu, fc.nat(), fc.integer({ min: 0, max: 255 }), (pdu, at, value) => {
      const encoded = encodePdu(pdu);
      encoded[at % encoded.length] = value;
      assertDecodesOrCodes(encoded[0] ?? 0, encoded.subarray(6));
    }),
    { numRuns: 500 },
  );
});

test('a rejection outside the table is refused, a reserved reason is kept', () => {
  assert.throws(() => decodePdu(3, Uint8Array.of(0, 3, 1, 1)), { code: 'PDU_FIELD_INVALID' });
  assert.throws(() => decodePdu(3, Uint8Array.of(0, 1, 4, 1)), { code: 'PDU_FIELD_INVALID' });
  assert.throws(() => decodePdu(3, Uint8Array.of(0, 1, 1)), { code: 'PDU_LENGTH_INVALID' });
  const { reason } = decodePdu(3, Uint8Array.of(0, 1, 1, 9)) as { reason: string };
  assert.equal(reason, 'reserved-9');
});

const request = {
  kind: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAeTitle: 'CALLED',
  callingAeTitle: 'A B',
  applicationContextName: '1.2',
  presentationContexts: [{ id: 1, abstractSyntax: '1.2', transferSyntaxes: ['1.2'] }],
  userItems: [],
} as const;

test('AE title fields are padded on the wire and bare in the value', () => {
  const encoded = encodePdu(request);
  assert.equal(Buffer.from(encoded.subarray(10, 26)).toString(), 'CALLED          ');
  encoded.set(Buffer.from('  A B\0\0'), 26);
  assert.deepEqual(decodePdu(1, encoded.subarray(6)), request);
});

test('an even presentation context id is refused', () => {
  const presentationContexts = [{ id: 2, abstractSyntax: '1.2', transferSyntaxes: ['1.2'] }];
  const encoded = encodePdu({ ...request, presentationContexts });
  assert.throws(() => decodePdu(1, encoded.subarray(6)), { code: 'PDU_FIELD_INVALID' });
});

function assertDecodesOrCodes(type: number, body: Uint8Array): void {
  try {
    decodePdu(type, body);
  } catch (error) {
    assert(dimseErrors.has(error), String(error));
    assert.match(error.code, /^PDU_/);
  }
}

/** Byte arrays as hexadecimal, absent members left out, for comparison. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(members.map(([name, inner]) => [name, plain(inner)]));
}
