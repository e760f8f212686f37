import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { dimseErrors } from '../errors.ts';
import { Framer } from '../pdu/framer.ts';
import { MessageAssembler } from './assembler.ts';
import type { Command, UnknownCommand } from './command.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { Fragmenter, fragmentSizeMax } from './fragmenter.ts';
import { statusCategory } from './status.ts';

type Known = Exclude<Command, UnknownCommand>;

const uid = fc.stringMatching(/^[0-9]{1,3}(\.[0-9]{1,6}){1,6}$/);
const id = fc.integer({ min: 0, max: 0xffff });
const rq = { messageId: id, affectedSopClassUid: uid };
const rsp = { messageIdBeingRespondedTo: id, affectedSopClassUid: uid, status: id };
const kind = fc.constant;
const anyCommand = fc
  .oneof(
    fc.record({ kind: kind('C-ECHO-RQ'), ...rq }),
    fc.record({ kind: kind('C-ECHO-RSP'), ...rsp }),
    fc.record({
      kind: kind('C-STORE-RQ'),
      ...rq,
      affectedSopInstanceUid: uid,
      priority: id,
      moveOriginatorAeTitle: fc.constantFrom('A', 'MDM', 'SIXTEEN_LETTERS_'),
      moveOriginatorMessageId: id,
    }),
    fc.record({ kind: kind('C-FIND-RQ'), ...rq, priority: id }),
    fc.record({ kind: kind('C-MOVE-RQ'), ...rq, moveDestination: fc.constantFrom('A', 'MDM') }),
    fc.record({ kind: kind('C-GET-RSP'), ...rsp, remaining: id, completed: id, failed: id }),
    fc.record({ kind: kind('C-CANCEL-RQ'), messageIdBeingRespondedTo: id }),
  )
  .chain((command) =>
    fc.boolean().map((hasDataSet) => ({ ...command, hasDataSet })),
  ) as fc.Arbitrary<Known>;

test('every command decodes to what was encoded, and its group length is right', () => {
  fc.assert(
    fc.property(anyCommand, (command) => {
      const bytes = encodeCommand(command);
      assert.deepEqual(decodeCommand(bytes), command);
      assert.equal(Buffer.from(bytes).readUInt32LE(8), bytes.length - 12);
    }),
  );
});

test('a command without a required element, or cut short, is refused', () => {
  const bytes = encodeCommand({
    kind: 'C-ECHO-RQ',
    messageId: 1,
    affectedSopClassUid: '1.2',
    hasDataSet: false,
  });
  for (let length = 0; length < bytes.length; length += 1) {
    assert.throws(() => decodeCommand(bytes.subarray(0, length)), {
      code: 'DIMSE_COMMAND_INVALID',
    });
  }
});

test('any bytes decode to a command or fail with its code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      try {
        decodeCommand(bytes);
      } catch (error) {
        assert(dimseErrors.has(error));
        assert.equal(error.code, 'DIMSE_COMMAND_INVALID');
      }
    }),
    { numRuns: 1000 },
  );
});

/** Send a message through fragmenter, framer and assembler; the data set in `chunks`. */
function roundTrip(
  command: Known,
  options: { readonly chunks: readonly Uint8Array[]; readonly sizeMax: number },
): { command: Command | undefined; data: Buffer; sizes: number[] } {
  const fragmenter = new Fragmenter({ contextId: 3, sizeMax: options.sizeMax });
  const gather = fragmenter.command(command);
  for (const chunk of options.chunks) {
    const sent = chunk.slice();
    gather.push(...fragmenter.chunk(sent).map((piece) => piece.slice()));
    sent.fill(0xee); // its memory is used again
  }
  if (command.hasDataSet) gather.push(...fragmenter.end());
  const framer = new Framer({
    pduLengthMax: options.sizeMax + 6,
    associateLengthMax: 0,
    unknownPduLengthMax: 0,
  });
  const assembler = new MessageAssembler({ commandLengthMax: 65536 });
  const data: Buffer[] = [];
  const sizes: number[] = [];
  let received: Command | undefined;
  let isComplete = false;
  framer.push(Buffer.concat(gather));
  for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
    assert.notEqual(frame.kind, 'malformed');
    if (frame.kind !== 'fragment') continue;
    sizes.push(frame.bytes.length);
    const part = assembler.push(frame);
    if (part?.kind === 'command') received = part.command;
    if (part?.kind === 'data') {
      data.push(Buffer.from(part.bytes));
      isComplete = part.isLast;
    }
  }
  assert.equal(isComplete, command.hasDataSet);
  assert.equal(assembler.isInsideMessage, false);
  return { command: received, data: Buffer.concat(data), sizes };
}

test('a message comes through whole whatever its chunks and the length of fragments', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 });
  const sizeMax = fc.integer({ min: 1, max: 40 }).map((half) => 2 * half);
  fc.assert(
    fc.property(anyCommand, chunks, sizeMax, (command, pieces, size) => {
      const sent = command.hasDataSet ? pieces : [];
      const {
        command: received,
        data,
        sizes,
      } = roundTrip(command, { chunks: sent, sizeMax: size });
      assert.deepEqual(received, command);
      assert.deepEqual(data, Buffer.concat(sent));
      // Fragments are even, but for the end of a data set that is not.
      assert(sizes.slice(0, -1).every((length) => length % 2 === 0 && length <= size));
    }),
  );
});

test('fragments respect the peer, and are never longer than ours', () => {
  assert.equal(fragmentSizeMax(0, 131072), 131066);
  assert.equal(fragmentSizeMax(16384, 131072), 16378);
  assert.equal(fragmentSizeMax(16383, 131072), 16376);
  assert.equal(fragmentSizeMax(1_000_000, 131072), 131066);
});

test('a fragment of another context or kind inside a message is refused', () => {
  const fragment = { kind: 'fragment', isLast: false, bytes: new Uint8Array(2) } as const;
  const command = { ...fragment, presentationContextId: 1, isCommand: true };
  for (const next of [
    { ...command, presentationContextId: 3 },
    { ...command, isCommand: false },
  ]) {
    const assembler = new MessageAssembler({ commandLengthMax: 100 });
    assembler.push(command);
    assert.throws(() => assembler.push(next), { code: 'DIMSE_MESSAGE_UNEXPECTED' });
  }
  const assembler = new MessageAssembler({ commandLengthMax: 100 });
  const data = { ...command, isCommand: false };
  assert.throws(() => assembler.push(data), { code: 'DIMSE_MESSAGE_UNEXPECTED' });
});

test('a command set beyond the limit is refused as it grows', () => {
  const assembler = new MessageAssembler({ commandLengthMax: 100 });
  const fragment = {
    kind: 'fragment',
    presentationContextId: 1,
    isCommand: true,
    isLast: false,
    bytes: new Uint8Array(60),
  } as const;
  assembler.push(fragment);
  assert.throws(() => assembler.push(fragment), { code: 'DIMSE_COMMAND_TOO_LONG' });
});

test('statuses fall into their categories', () => {
  const categories = [0x0000, 0xff00, 0xff01, 0xfe00, 0xb000, 0x0107, 0xa700, 0xc123, 0x0110];
  assert.deepEqual(categories.map(statusCategory), [
    'success',
    'pending',
    'pending',
    'cancel',
    'warning',
    'warning',
    'failure',
    'failure',
    'failure',
  ]);
});
