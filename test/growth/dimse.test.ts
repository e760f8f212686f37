import { dimseLimits } from '../../src/dimse/limits.ts';
import { MessageAssembler } from '../../src/dimse/message/assembler.ts';
import { decodeCommand } from '../../src/dimse/message/command-codec.ts';
import { Framer } from '../../src/dimse/pdu/framer.ts';
import { decodePdu, pduType } from '../../src/dimse/pdu/pdu.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { checkGrowth } from './growth.ts';

/** The body of an A-ASSOCIATE-RQ with `items` behind its fixed part. */
function request(items: readonly Uint8Array[]): Uint8Array {
  const fixed = Buffer.alloc(68, 0x20);
  fixed.writeUInt16BE(1, 0);
  return concatBytes([fixed, item(0x10, Buffer.from('1.2.840.10008.3.1.1.1')), ...items]);
}

function item(type: number, body: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4);
  header[0] = type;
  header.writeUInt16BE(body.length, 2);
  return concatBytes([header, body]);
}

function proposal(id: number, syntaxes: number): Uint8Array {
  const names = Array.from({ length: syntaxes }, () => item(0x40, Buffer.from('1.2.3')));
  return item(
    0x20,
    concatBytes([Uint8Array.of(id, 0, 0, 0), item(0x30, Buffer.from('1.2')), ...names]),
  );
}

/** A P-DATA-TF of `n` empty PDVs. */
function emptyPdvs(n: number): Uint8Array {
  const pdv = Buffer.from([0, 0, 0, 2, 1, 0]);
  const header = Buffer.alloc(6);
  header[0] = pduType.pDataTf;
  header.writeUInt32BE(6 * n, 2);
  return concatBytes([header, ...Array.from({ length: n }, () => pdv)]);
}

function assemble(pdus: number, pdvs: number): void {
  const framer = new Framer(dimseLimits);
  const assembler = new MessageAssembler(dimseLimits);
  const bytes = emptyPdvs(pdvs);
  // The end of a command without a data set is of no interest here: data that never end.
  for (let pdu = 0; pdu < pdus; pdu += 1) {
    framer.push(bytes);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next())
      if (frame.kind === 'fragment') assembler.push({ ...frame, isCommand: true });
  }
}

function command(elements: number): Uint8Array {
  const one = Buffer.alloc(8);
  return concatBytes(
    Array.from({ length: elements }, (_, index) => {
      const element = Buffer.from(one);
      element.writeUInt16LE(index, 2);
      return element;
    }),
  );
}

const refused = (work: () => unknown) => () => {
  try {
    work();
  } catch {
    // What it costs to refuse counts too.
  }
};

checkGrowth([
  {
    count: 'PDVs of a message',
    limit: 'dimse.pduLengthMax',
    n: 10,
    make: (n) => () => assemble(n, 20_000),
  },
  {
    count: 'presentation contexts of an association request',
    limit: 'dimse.presentationContextsMax',
    n: 64,
    make: (n) => {
      const contexts = Array.from({ length: n }, (_, index) => proposal(1 + 2 * (index % 128), 30));
      const body = request(contexts);
      return () => {
        for (let time = 0; time < 20; time += 1) decodePdu(pduType.associateRq, body);
      };
    },
    beyond: { n: 129, code: 'PDU_FIELD_INVALID' },
  },
  {
    count: 'transfer syntaxes of a presentation context',
    limit: 'dimse.transferSyntaxesMax',
    n: 64,
    make: (n) => {
      const body = request([proposal(1, n)]);
      return () => {
        for (let time = 0; time < 200; time += 1) decodePdu(pduType.associateRq, body);
      };
    },
    beyond: { n: 200, code: 'PDU_FIELD_INVALID' },
  },
  {
    count: 'user information items of an association request',
    limit: 'dimse.userItemsMax',
    n: 500,
    make: (n) => {
      const body = request([item(0x50, concatBytes(Array(n).fill(item(0x7f, Uint8Array.of(0)))))]);
      return () => {
        for (let time = 0; time < 50; time += 1) decodePdu(pduType.associateRq, body);
      };
    },
    beyond: { n: 1025, code: 'PDU_FIELD_INVALID' },
  },
  {
    count: 'user information of an association request',
    limit: 'dimse.userItemsMax',
    n: 500,
    make: (n) => {
      const one = item(0x50, item(0x7f, Uint8Array.of(0)));
      const body = request(Array(n).fill(one));
      return () => {
        for (let time = 0; time < 50; time += 1) decodePdu(pduType.associateRq, body);
      };
    },
    beyond: { n: 1025, code: 'PDU_FIELD_INVALID' },
  },
  {
    count: 'padding inside a UID of an association request',
    limit: 'dimse.associateLengthMax',
    n: 30_000,
    make: (n) => {
      const uid = Buffer.from(`1${' '.repeat(n)}2`);
      const body = request([item(0x20, concatBytes([Uint8Array.of(1, 0, 0, 0), item(0x30, uid)]))]);
      return refused(() => decodePdu(pduType.associateRq, body));
    },
  },
  {
    count: 'elements of a command set',
    limit: 'dimse.commandLengthMax',
    n: 4_000,
    make: (n) => {
      const bytes = command(n);
      return refused(() => decodeCommand(bytes));
    },
  },
  {
    count: 'padding inside a text of a command set',
    limit: 'dimse.commandLengthMax',
    n: 30_000,
    make: (n) => {
      const us = (element: number, value: number) =>
        Buffer.from([0, 0, element & 255, element >> 8, 2, 0, 0, 0, value & 255, value >> 8]);
      const text = Buffer.from(`1${' '.repeat(n)}2`);
      const header = Buffer.from([0, 0, 2, 0, 0, 0, 0, 0]);
      header.writeUInt32LE(text.length, 4);
      const bytes = concatBytes([header, text, us(0x100, 0x30), us(0x110, 1), us(0x800, 0x101)]);
      return () => decodeCommand(bytes);
    },
  },
]);
