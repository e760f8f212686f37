/**
 * Peers that break the protocol at every stage: each costs its own association, with a coded
 * error, and nothing else.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { dataSetOf, sopClass, transferSyntax } from '../../src/dicom/index.ts';
import {
  type Acceptor,
  type AssociationEnd,
  chooseFrom,
  type DimseLimits,
  echo,
  endError,
  get,
  listenForAssociations,
  openAssociation,
  provideServices,
} from '../../src/dimse/index.ts';
import { encodeCommand } from '../../src/dimse/message/command-codec.ts';
import { encodePDataTf } from '../../src/dimse/pdu/p-data-tf.ts';
import { encodePdu, type Pdu } from '../../src/dimse/pdu/pdu.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { codeOf, type MdmError } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;
const getModel = sopClass.StudyRootQueryRetrieveInformationModelGet;
/** Short enough to wait for in a test; long enough that a healthy loopback peer never meets them. */
const shortLimits: Partial<DimseLimits> = {
  artimMs: 200,
  associateMs: 200,
  responseMs: 200,
  idleMs: 200,
  pduMs: 200,
  cancelMs: 100,
};

const request: Pdu = {
  kind: 'A-ASSOCIATE-RQ',
  protocolVersion: 1,
  calledAeTitle: 'HERE',
  callingAeTitle: 'EVIL',
  applicationContextName: '1.2.840.10008.3.1.1.1',
  presentationContexts: [
    { id: 1, abstractSyntax: sopClass.Verification, transferSyntaxes: [explicit] },
    { id: 3, abstractSyntax: sopClass.CTImageStorage, transferSyntaxes: [explicit] },
  ],
  userItems: [{ kind: 'maximum-length', length: 16384 }],
};
const rq = encodePdu(request);
const echoRq = encodeCommand({
  kind: 'C-ECHO-RQ',
  messageId: 1,
  affectedSopClassUid: sopClass.Verification,
  hasDataSet: false,
});
const header = (type: number, length: number): Buffer => {
  const bytes = Buffer.alloc(6);
  bytes[0] = type;
  bytes.writeUInt32BE(length, 2);
  return bytes;
};
const pdv = (
  bytes: Uint8Array,
  flags: Partial<{ id: number; command: boolean; last: boolean }>,
): Uint8Array =>
  encodePDataTf({
    kind: 'P-DATA-TF',
    pdvs: [
      {
        presentationContextId: flags.id ?? 1,
        isCommand: flags.command ?? true,
        isLast: flags.last ?? true,
        bytes,
      },
    ],
  });

interface Victim {
  readonly acceptor: Acceptor;
  readonly ends: AssociationEnd[];
}

async function startVictim(t: TestContext, limits: Partial<DimseLimits> = {}): Promise<Victim> {
  const ends: AssociationEnd[] = [];
  const acceptor = await listenForAssociations({
    host: '127.0.0.1',
    port: 0,
    refuse: () => undefined,
    chooseTransferSyntax: chooseFrom({ supports: () => true, preferred: [explicit] }),
    onAssociation: (association) => {
      provideServices(association, {}, silentLog);
      void association.ended.then((end) => ends.push(end));
    },
    clock: systemClock,
    log: silentLog,
    limits: { ...shortLimits, ...limits },
  });
  t.after(() => acceptor.close());
  return { acceptor, ends };
}

/** Unlike `once`, an error before the close is no failure. */
function closed(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

/** Send `chunks` one by one, each after the peer took the one before; gives all it answered. */
async function attack(port: number, chunks: readonly Uint8Array[]): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const answers: Buffer[] = [];
  socket.on('data', (chunk) => answers.push(chunk));
  socket.on('error', () => {}); // a reset is one way to be thrown out
  await once(socket, 'connect');
  for (const chunk of chunks) {
    if (!socket.destroyed) await new Promise((resolve) => socket.write(chunk, resolve));
  }
  await closed(socket);
  return Buffer.concat(answers);
}

/** Ask for an association for C-ECHO. */
function openFor(port: number): ReturnType<typeof openAssociation> {
  return openAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'GOOD',
    calledAeTitle: 'HERE',
    contexts: [{ abstractSyntax: sopClass.Verification, transferSyntaxes: [explicit] }],
    clock: systemClock,
  });
}

async function assertStillServes(port: number): Promise<void> {
  const outcome = await openFor(port);
  assert(outcome.kind === 'accepted');
  assert.equal(await echo(outcome.association), 0);
  await outcome.association.release();
}

const attacks: Readonly<Record<string, readonly Uint8Array[]>> = {
  'garbage instead of a request': [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  'a request of 4 GiB': [header(1, 0xffffffff)],
  'half a request, then silence': [rq.subarray(0, 40)],
  'nothing at all': [],
  'data before a request': [pdv(echoRq, {})],
  'a release before a request': [encodePdu({ kind: 'A-RELEASE-RQ' })],
  'an accept nobody asked for': [
    encodePdu({ ...request, kind: 'A-ASSOCIATE-AC', presentationContexts: [] }),
  ],
  'two requests': [rq, rq],
  'an unknown PDU': [rq, Buffer.concat([header(0x55, 4), Buffer.alloc(4)])],
  'an unknown PDU of 4 GiB': [rq, header(0x55, 0xffffffff)],
  'a P-DATA-TF of 4 GiB': [rq, header(4, 0xffffffff)],
  'a P-DATA-TF longer than announced': [rq, header(4, 131073)],
  'a PDV longer than its PDU': [rq, Buffer.concat([header(4, 6), Buffer.from([0, 0, 1, 0, 1, 3])])],
  'half a PDU, then silence': [rq, pdv(echoRq, {}).subarray(0, 20)],
  'a context that was not accepted': [rq, pdv(echoRq, { id: 9 })],
  'a data set without a command': [rq, pdv(echoRq, { command: false })],
  'a command that is no command': [rq, pdv(Buffer.from('not a command set'), {})],
  'a response to nothing': [
    rq,
    pdv(
      encodeCommand({
        kind: 'C-ECHO-RSP',
        messageIdBeingRespondedTo: 7,
        status: 0,
        hasDataSet: false,
      }),
      {},
    ),
  ],
  'a command set of 80 KiB': [
    rq,
    ...Array.from({ length: 6 }, () => pdv(new Uint8Array(16000), { last: false })),
  ],
  'requests without waiting for answers to a store': [
    rq,
    ...Array.from({ length: 4 }, () =>
      pdv(
        encodeCommand({
          kind: 'C-STORE-RQ',
          messageId: 1,
          affectedSopClassUid: sopClass.CTImageStorage,
          affectedSopInstanceUid: '1.2.3',
          hasDataSet: true,
        }),
        { id: 3 },
      ),
    ),
  ],
  'an association that then does nothing': [rq],
  'a thousand requests without reading an answer': [
    rq,
    Buffer.concat(Array.from({ length: 1000 }, () => pdv(echoRq, {}))),
  ],
};

for (const [name, chunks] of Object.entries(attacks)) {
  test(`an acceptor ends ${name}, and goes on serving`, async (t) => {
    const { acceptor, ends } = await startVictim(t);
    await attack(acceptor.port, chunks);
    await assertStillServes(acceptor.port);
    for (const end of ends) assert.notEqual(end.kind, 'aborted-by-us', 'no bug of ours ended it');
  });
}

test('a byte at a time is cut off when ARTIM expires, however alive it looks', async (t) => {
  const { acceptor } = await startVictim(t);
  const socket = connect({ port: acceptor.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  let at = 0;
  const timer = setInterval(() => socket.write(rq.subarray(at, (at += 1))), 20);
  await closed(socket);
  clearInterval(timer);
  assert(at < 60, 'it did not get far');
});

test('a PDU that comes a byte at a time is cut off, however alive it looks', async (t) => {
  const { acceptor, ends } = await startVictim(t);
  const socket = connect({ port: acceptor.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.resume();
  const drip = pdv(new Uint8Array(16_000), { last: false });
  socket.write(rq);
  let at = 0;
  const timer = setInterval(() => {
    socket.write(drip.subarray(at, at + 1));
    at += 1;
  }, 20);
  await closed(socket);
  clearInterval(timer);
  assert.deepEqual(ends, [{ kind: 'timed-out', waitingFor: 'rest of a PDU' }]);
});

test('the peer gets an A-ABORT that says what was wrong', async (t) => {
  const { acceptor } = await startVictim(t);
  const answers = await attack(acceptor.port, [
    rq,
    Buffer.concat([header(0x55, 4), Buffer.alloc(4)]),
  ]);
  // After the A-ASSOCIATE-AC: abort by the service provider, unrecognized PDU.
  assert.deepEqual([...answers.subarray(-10)], [7, 0, 0, 0, 0, 4, 0, 0, 2, 1]);
});

test('an association that was accepted takes the turn of no other from its address', {
  timeout: 20_000,
}, async (t) => {
  const { acceptor } = await startVictim(t, { halfKnownPerAddressMax: 1, idleMs: 60_000 });
  const first = await openFor(acceptor.port);
  assert(first.kind === 'accepted');
  await assertStillServes(acceptor.port);
  await first.association.release();
});

test('associations beyond the cap of a peer are rejected as transient', async (t) => {
  const { acceptor } = await startVictim(t, { associationsPerPeerMax: 1, idleMs: 60_000 });
  const open = (): ReturnType<typeof openAssociation> => openFor(acceptor.port);
  const first = await open();
  assert(first.kind === 'accepted');
  const second = await open();
  assert(second.kind === 'rejected');
  const { result, reason } = second.rejection;
  assert.deepEqual([result, reason], ['rejected-transient', 'local-limit-exceeded']);
  await first.association.release();
  const third = await open();
  assert(third.kind === 'accepted');
  await third.association.release();
});

test('callers that are refused and stay take no place of those who are let in', async (t) => {
  const acceptor = await listenForAssociations({
    host: '127.0.0.1',
    port: 0,
    refuse: ({ callingAeTitle }) =>
      callingAeTitle === 'EVIL'
        ? { source: 'service-user', reason: 'calling-ae-title-not-recognized' }
        : undefined,
    chooseTransferSyntax: chooseFrom({ supports: () => true, preferred: [explicit] }),
    onAssociation: (association) => provideServices(association, {}, silentLog),
    clock: systemClock,
    log: silentLog,
    limits: { associationsPerPeerMax: 2 },
  });
  t.after(() => acceptor.close());
  for (let count = 0; count < 8; count += 1) {
    const socket = connect({ port: acceptor.port, host: '127.0.0.1' });
    t.after(() => socket.destroy());
    socket.write(rq);
    const [answer] = await once(socket, 'data');
    // A-ASSOCIATE-RJ: permanent, by the service user, calling AE title not recognized.
    assert.deepEqual([...answer], [3, 0, 0, 0, 0, 4, 0, 1, 1, 3]);
  }
  await assertStillServes(acceptor.port);
});

test('a port that is taken is refused with a code, and named', async (t) => {
  const { acceptor } = await startVictim(t);
  const again = listenForAssociations({
    host: '127.0.0.1',
    port: acceptor.port,
    refuse: () => undefined,
    chooseTransferSyntax: chooseFrom({ supports: () => true, preferred: [explicit] }),
    onAssociation: () => {},
    clock: systemClock,
    log: silentLog,
  });
  await assert.rejects(again, (error: MdmError) => {
    assert.equal(error.code, 'DIMSE_ADDRESS_UNAVAILABLE');
    assert.deepEqual(error.context, {
      host: '127.0.0.1',
      port: acceptor.port,
      reason: 'EADDRINUSE',
    });
    return true;
  });
});

test('message ids do not start where the last association started', async (t) => {
  const { acceptor } = await startVictim(t);
  const ids = new Set<number>();
  for (let count = 0; count < 8; count += 1) {
    const outcome = await openFor(acceptor.port);
    assert(outcome.kind === 'accepted');
    const id = outcome.association.nextMessageId();
    assert.ok(id >= 1 && id <= 0xffff);
    ids.add(id);
    await outcome.association.release();
  }
  assert.ok(ids.size > 4, 'eight ids of 65,535');
});

type Answer = Uint8Array | 'close' | 'close at once';

/** A scripted acceptor: on each thing that arrives, the next answer. */
async function startScript(t: TestContext, answers: readonly Answer[]): Promise<number> {
  const server = createServer((socket: Socket) => {
    let next = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      const answer = answers[next];
      next += 1;
      if (answer === 'close' || answer === 'close at once') socket.destroy();
      else if (answer !== undefined) socket.write(answer);
      if (answers[next] === 'close at once') socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  return address.port;
}

const ac = (transferSyntaxOf3: string = explicit): Uint8Array =>
  encodePdu({
    ...request,
    kind: 'A-ASSOCIATE-AC',
    presentationContexts: [
      { id: 1, result: 'acceptance', transferSyntax: explicit },
      { id: 3, result: 'acceptance', transferSyntax: transferSyntaxOf3 },
    ],
    userItems: [
      { kind: 'maximum-length', length: 16384 },
      { kind: 'role-selection', sopClassUid: sopClass.CTImageStorage, scu: false, scp: true },
    ],
  });
const abort = encodePdu({ kind: 'A-ABORT', source: 'service-provider', reason: 'unexpected-pdu' });
const storeRq = pdv(
  encodeCommand({
    kind: 'C-STORE-RQ',
    messageId: 1,
    affectedSopClassUid: sopClass.CTImageStorage,
    affectedSopInstanceUid: '1.2.3',
    hasDataSet: true,
  }),
  { id: 3 },
);
const halfAnInstance = pdv(new Uint8Array(100), { id: 3, command: false, last: false });

/** What the requestor says of each script: an outcome, or the code of the error of C-GET. */
const scripts: readonly (readonly [string, string, readonly Answer[]])[] = [
  ['closes at the request', 'DIMSE_CONNECTION_CLOSED', ['close']],
  ['aborts at the request', 'aborted', [abort]],
  ['is silent at the request', 'timedOut', []],
  ['answers with garbage', 'PDU_TOO_LONG', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ['answers with 4 GiB', 'PDU_TOO_LONG', [header(2, 0xffffffff)]],
  ['answers with a request', 'DIMSE_MESSAGE_UNEXPECTED', [rq]],
  ['answers with data', 'DIMSE_MESSAGE_UNEXPECTED', [storeRq]],
  ['accepts a syntax that was not proposed', 'PDU_FIELD_INVALID', [ac('1.2.3')]],
  ['closes at the C-GET', 'DIMSE_CONNECTION_CLOSED', [ac(), 'close']],
  ['aborts at the C-GET', 'DIMSE_ABORTED', [ac(), abort]],
  ['is silent at the C-GET', 'DIMSE_TIMEOUT', [ac()]],
  ['releases at the C-GET', 'DIMSE_RELEASED', [ac(), encodePdu({ kind: 'A-RELEASE-RQ' })]],
  [
    'closes in an instance',
    'DIMSE_CONNECTION_CLOSED',
    [ac(), Buffer.concat([storeRq, halfAnInstance]), 'close at once'],
  ],
  [
    'aborts in an instance',
    'DIMSE_ABORTED',
    [ac(), Buffer.concat([storeRq, halfAnInstance, abort])],
  ],
  ['is silent in an instance', 'DIMSE_TIMEOUT', [ac(), Buffer.concat([storeRq, halfAnInstance])]],
  [
    'sends a command in an instance',
    'DIMSE_MESSAGE_UNEXPECTED',
    [ac(), Buffer.concat([storeRq, halfAnInstance, storeRq])],
  ],
  [
    'sends a PDU of 4 GiB in an instance',
    'PDU_TOO_LONG',
    [ac(), Buffer.concat([storeRq, halfAnInstance, header(4, 0xffffffff)])],
  ],
  [
    'answers another request',
    'DIMSE_MESSAGE_UNEXPECTED',
    [
      ac(),
      pdv(
        encodeCommand({
          kind: 'C-GET-RSP',
          messageIdBeingRespondedTo: 99,
          status: 0,
          hasDataSet: false,
        }),
        {},
      ),
    ],
  ],
  [
    'answers over another context',
    'DIMSE_MESSAGE_UNEXPECTED',
    [
      ac(),
      pdv(
        encodeCommand({
          kind: 'C-GET-RSP',
          messageIdBeingRespondedTo: 1,
          status: 0,
          hasDataSet: false,
        }),
        { id: 3 },
      ),
    ],
  ],
  [
    'answers with another command',
    'DIMSE_MESSAGE_UNEXPECTED',
    [
      ac(),
      pdv(
        encodeCommand({
          kind: 'C-FIND-RSP',
          messageIdBeingRespondedTo: 1,
          status: 0,
          hasDataSet: false,
        }),
        {},
      ),
    ],
  ],
];

for (const [name, expected, answers] of scripts) {
  test(`a requestor reports ${expected} of a peer that ${name}`, async (t) => {
    const port = await startScript(t, answers);
    let aborted = 0;
    let began = 0;
    const result = await getFrom(port, {
      began: () => (began += 1),
      aborted: () => (aborted += 1),
    });
    assert.equal(result, expected);
    assert.equal(aborted, began, 'an instance that began was aborted');
  });
}

async function getFrom(
  port: number,
  count: { readonly began: () => void; readonly aborted: () => void },
): Promise<string> {
  try {
    const outcome = await openAssociation({
      host: '127.0.0.1',
      port,
      callingAeTitle: 'GOOD',
      calledAeTitle: 'THERE',
      contexts: [
        { abstractSyntax: getModel, transferSyntaxes: [explicit] },
        { abstractSyntax: sopClass.CTImageStorage, transferSyntaxes: [explicit], asScp: true },
      ],
      clock: systemClock,
      random: { bytes: (count) => new Uint8Array(count) }, // message ids from 1 on, as scripted
      limits: shortLimits,
    });
    if (outcome.kind !== 'accepted') return outcome.kind;
    const { status } = await get(outcome.association, {
      sopClassUid: getModel,
      identifier: dataSetOf({ QueryRetrieveLevel: 'SERIES', SeriesInstanceUID: '1.2' }),
      onStore: () => {
        count.began();
        return { write() {}, end: async () => {}, abort: count.aborted };
      },
    });
    const end = await outcome.association.ended;
    return `${status} ${String(endError(end))}`;
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}
