import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Frame, Framer } from './framer.ts';
import { encodePdu, type Pdu } from './pdu.ts';

const limits = { pduLengthMax: 1024, associateLengthMax: 4096, unknownPduLengthMax: 64 };

const stream: readonly Pdu[] = [
  {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAeTitle: 'CALLED',
    callingAeTitle: 'CALLING',
    applicationContextName: '1.2.3',
    presentationContexts: [{ id: 1, abstractSyntax: '1.2', transferSyntaxes: ['1.2.1', '1.2.2'] }],
    userItems: [{ kind: 'maximum-length', length: 16384 }],
  },
  {
    kind: 'P-DATA-TF',
    pdvs: [
      { presentationContextId: 1, isCommand: true, isLast: true, bytes: Uint8Array.of(1, 2, 3, 4) },
      { presentationContextId: 1, isCommand: false, isLast: false, bytes: Uint8Array.of(5, 6) },
    ],
  },
  {
    kind: 'P-DATA-TF',
    pdvs: [{ presentationContextId: 1, isCommand: false, isLast: true, bytes: new Uint8Array(0) }],
  },
  { kind: 'A-RELEASE-RQ' },
  { kind: 'unknown', type: 0x33, bytes: Uint8Array.of(9, 9) },
];
const bytes = Buffer.concat(stream.map((pdu) => encodePdu(pdu)));

/** Frames as text; fragments of a PDV joined, so that how they were cut does not show. */
function framesOf(chunks: Iterable<Uint8Array>): string[] {
  const framer = new Framer(limits);
  const out: string[] = [];
  let held = '';
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      if (frame.kind !== 'fragment') {
        if (held !== '') out.push(held);
        held = '';
        out.push(textOf(frame));
        if (frame.kind === 'malformed') return out;
      } else {
        const head = `${frame.presentationContextId} ${frame.isCommand ? 'command' : 'data'} `;
        if (!held.startsWith(head)) {
          if (held !== '') out.push(held);
          held = head;
        }
        held += Buffer.from(frame.bytes).toString('hex') + (frame.isLast ? '.' : '');
      }
    }
  }
  return held === '' ? out : [...out, held];
}

function textOf(frame: Exclude<Frame, { kind: 'fragment' }>): string {
  if (frame.kind === 'malformed') return frame.error.code;
  return frame.kind === 'p-data' ? 'p-data' : JSON.stringify(frame.pdu);
}

const whole = framesOf([bytes]);

test('a stream of PDUs comes out in order, P-DATA as fragments', () => {
  assert.deepEqual(whole.slice(1, 6), [
    'p-data',
    '1 command 01020304.',
    '1 data 0506',
    'p-data',
    '1 data .',
  ]);
  assert.equal(whole.length, 8);
});

test('a stream cut at any byte gives the same frames', () => {
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    assert.deepEqual(framesOf([bytes.subarray(0, cut), bytes.subarray(cut)]), whole);
  }
});

test('a stream byte by byte gives the same frames', () => {
  assert.deepEqual(framesOf([...bytes].map((byte) => Uint8Array.of(byte))), whole);
});

test('fragments are views into the chunk, not copies', () => {
  const framer = new Framer(limits);
  framer.push(bytes);
  const frames: Frame[] = [];
  for (let frame = framer.next(); frame !== undefined; frame = framer.next()) frames.push(frame);
  const fragments = frames.filter((frame) => frame.kind === 'fragment');
  assert(fragments.every((fragment) => fragment.bytes.buffer === bytes.buffer));
});

test('a length beyond its limit is refused when the header is there, before any of the body', () => {
  const headers: readonly (readonly [type: number, length: number])[] = [
    [1, limits.associateLengthMax + 1],
    [2, 0xffffffff],
    [3, 5],
    [4, limits.pduLengthMax + 1],
    [5, 0xfffffff0],
    [7, 5],
    [0x50, limits.unknownPduLengthMax + 1],
  ];
  for (const [type, length] of headers) {
    const header = Buffer.alloc(6);
    header[0] = type;
    header.writeUInt32BE(length, 2);
    assert.deepEqual(framesOf([header]), ['PDU_TOO_LONG'], `type ${type}`);
  }
});

test('a PDV that does not fit its PDU is refused', () => {
  const cases = [
    [0, 0, 0, 1, 1, 0], // shorter than its own header
    [0, 0, 0, 9, 1, 0], // longer than the PDU
    [0xff, 0xff, 0xff, 0xff, 1, 0],
    [0, 0, 0, 2, 1, 0, 7], // leaves a byte that is no PDV
  ];
  for (const body of cases) {
    const pdu = Buffer.from([4, 0, 0, 0, 0, body.length, ...body]);
    assert.deepEqual(framesOf([pdu]), ['p-data', 'PDU_LENGTH_INVALID']);
  }
  const evenId = Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 2, 0]);
  assert.deepEqual(framesOf([evenId]), ['p-data', 'PDU_FIELD_INVALID']);
});

test('any bytes in any cut give frames or one coded error', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (chunks) => {
      framesOf(chunks);
    }),
    { numRuns: 2000 },
  );
});
