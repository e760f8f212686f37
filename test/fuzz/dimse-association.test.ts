/**
 * A sound conversation, damaged anywhere: the framer says malformed with a code or goes on, the
 * acceptor ends that association, no task dies and others are served.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sopClass, transferSyntax } from '../../src/dicom/index.ts';
import {
  type AssociationEnd,
  chooseFrom,
  dimseErrors,
  dimseLimits,
  echo,
  listenForAssociations,
  openAssociation,
  provideServices,
} from '../../src/dimse/index.ts';
import { encodeCommand } from '../../src/dimse/message/command-codec.ts';
import { Framer } from '../../src/dimse/pdu/framer.ts';
import { encodePDataTf } from '../../src/dimse/pdu/p-data-tf.ts';
import { encodePdu } from '../../src/dimse/pdu/pdu.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';

const isLong = process.env['MDM_LONG'] === '1';
const seed = 20240613;
const explicit = transferSyntax.ExplicitVRLittleEndian;

function data(bytes: Uint8Array, about: { id: number; isCommand: boolean }): Uint8Array {
  const { id: presentationContextId, isCommand } = about;
  const pdv = { presentationContextId, isCommand, isLast: true, bytes };
  return encodePDataTf({ kind: 'P-DATA-TF', pdvs: [pdv] });
}

const request = encodePdu({
  kind: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAeTitle: 'HERE',
  callingAeTitle: 'FUZZ',
  applicationContextName: '1.2.840.10008.3.1.1.1',
  presentationContexts: [
    { id: 1, abstractSyntax: sopClass.Verification, transferSyntaxes: [explicit] },
    { id: 3, abstractSyntax: sopClass.CTImageStorage, transferSyntaxes: [explicit] },
  ],
  userItems: [
    { kind: 'maximum-length', length: 16384 },
    { kind: 'role-selection', sopClassUid: sopClass.CTImageStorage, scu: true, scp: true },
  ],
});
const echoRq = encodeCommand({
  kind: 'C-ECHO-RQ',
  messageId: 1,
  affectedSopClassUid: sopClass.Verification,
  hasDataSet: false,
});
const storeRq = encodeCommand({
  kind: 'C-STORE-RQ',
  messageId: 2,
  affectedSopClassUid: sopClass.CTImageStorage,
  affectedSopInstanceUid: '2.25.1',
  hasDataSet: true,
});
const release = encodePdu({ kind: 'A-RELEASE-RQ' });
const conversation: readonly Uint8Array[] = [
  request,
  data(echoRq, { id: 1, isCommand: true }),
  data(storeRq, { id: 3, isCommand: true }),
  data(new Uint8Array(300), { id: 3, isCommand: false }),
  release,
];
const sound = Buffer.concat(conversation);

type Damage =
  | { readonly kind: 'byte'; readonly at: number; readonly value: number }
  | { readonly kind: 'cut'; readonly from: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly from: number; readonly length: number };

const position = fc.nat(sound.length - 1);
const damages: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), at: position, value: fc.nat(255) }),
    fc.record({ kind: fc.constant('cut' as const), from: position, length: fc.nat(40) }),
    fc.record({ kind: fc.constant('repeat' as const), from: position, length: fc.nat(40) }),
  ),
  { minLength: 1, maxLength: 4 },
);

function damaged(list: readonly Damage[]): Buffer {
  let bytes = Buffer.from(sound);
  for (const one of list) {
    if (one.kind === 'byte') {
      if (one.at < bytes.length) bytes[one.at] = one.value;
      continue;
    }
    const until = one.from + one.length;
    const again = one.kind === 'repeat' ? bytes.subarray(one.from, until) : Buffer.alloc(0);
    const after = one.kind === 'repeat' ? bytes.subarray(one.from) : bytes.subarray(until);
    bytes = Buffer.concat([bytes.subarray(0, one.from), again, after]);
  }
  return bytes;
}

/** What the framer makes of bytes that come in pieces of `size`. */
function frame(bytes: Buffer, size: number): string {
  const framer = new Framer(dimseLimits);
  const seen: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    framer.push(bytes.subarray(at, at + size));
    for (let found = framer.next(); found !== undefined; found = framer.next()) {
      if (found.kind === 'malformed') {
        assert.ok(dimseErrors.has(found.error), String(found.error));
        return [...seen, found.error.code].join(' ');
      }
      if (found.kind !== 'fragment') seen.push(found.kind === 'pdu' ? found.pdu.kind : found.kind);
    }
  }
  return seen.join(' ');
}

test('the framer: a code or a PDU, the same however the bytes are cut', () => {
  fc.assert(
    fc.property(damages, fc.integer({ min: 1, max: 50 }), (list, size) => {
      const bytes = damaged(list);
      assert.equal(frame(bytes, size), frame(bytes, bytes.length + 1));
    }),
    { seed, numRuns: isLong ? 1_000_000 : 20_000 },
  );
});

test('the acceptor: every damaged conversation ends, none by a bug of ours', {
  timeout: isLong ? 3_600_000 : 60_000,
}, async (t) => {
  const ends: AssociationEnd[] = [];
  const short = { artimMs: 100, idleMs: 100, pduMs: 100, associateMs: 100, responseMs: 100 };
  const acceptor = await listenForAssociations({
    host: '127.0.0.1',
    port: 0,
    refuse: () => undefined,
    chooseTransferSyntax: chooseFrom({ supports: () => true, preferred: [explicit] }),
    onAssociation: (association) => {
      const store = () => ({ write() {}, end: async () => {}, abort() {} });
      provideServices(association, { store }, silentLog);
      void association.ended.then((end) => ends.push(end));
    },
    clock: systemClock,
    log: silentLog,
    limits: { ...short, associationsPerPeerMax: 64 },
  });
  t.after(() => acceptor.close());
  const attack = async (list: readonly Damage[]): Promise<void> => {
    const socket = connect({ port: acceptor.port, host: '127.0.0.1' });
    socket.on('error', () => {}); // a reset is one way to be thrown out
    socket.resume();
    await once(socket, 'connect');
    socket.write(damaged(list));
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
  };
  const lists = fc.sample(damages, { seed, numRuns: isLong ? 100_000 : 1000 });
  const attackers = Array.from({ length: 20 }, async (_, index) => {
    for (let at = index; at < lists.length; at += 20) await attack(lists[at] ?? []);
  });
  await Promise.all(attackers);
  assert.ok(ends.length > lists.length / 10, 'many got as far as an association');
  for (const end of ends) assert.notEqual(end.kind, 'aborted-by-us', JSON.stringify(end));
  const outcome = await openAssociation({
    host: '127.0.0.1',
    port: acceptor.port,
    callingAeTitle: 'GOOD',
    calledAeTitle: 'HERE',
    contexts: [{ abstractSyntax: sopClass.Verification, transferSyntaxes: [explicit] }],
    clock: systemClock,
  });
  assert(outcome.kind === 'accepted');
  assert.equal(await echo(outcome.association), 0);
  await outcome.association.release();
});
