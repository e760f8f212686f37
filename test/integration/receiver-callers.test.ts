/** Who may associate with the DICOM receiver, what everybody else is told, and what the log says. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { sopClass } from '../../src/dicom/index.ts';
import { echo, openAssociation } from '../../src/dimse/index.ts';
import { dimseLimits } from '../../src/dimse/limits.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { jsonLog } from '../../src/lib/log.ts';
import { MoveSender } from '../../src/pacs/kinds/dimse/index.ts';
import { type Receiver, startReceiver } from '../../src/pacs/receiver/index.ts';
import { relayFrom } from '../support/relay-from.ts';

interface Setup {
  readonly receiver: Receiver;
  readonly log: () => readonly Record<string, unknown>[];
}

/** A receiver for one PACS, which is at 127.0.0.1 and calls itself PACS. */
async function setUp(t: TestContext, host: string): Promise<Setup> {
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => lines.push(line), nowMs: () => 0 });
  const at = { pacs: 'pacs', host: '127.0.0.1', callingAeTitles: ['PACS'] };
  const senders = [new MoveSender({ ...at, clock: systemClock })];
  const options = { host, port: 0, aeTitle: 'RECV', senders, clock: systemClock, log };
  const receiver = await startReceiver(options);
  t.after(() => receiver.close());
  return { receiver, log: () => lines.map((line) => JSON.parse(line)) };
}

/** What comes of calling: the status of a C-ECHO, or why there is no association. */
async function call(
  port: number,
  callingAeTitle: string,
  calledAeTitle: string,
): Promise<number | string> {
  const outcome = await openAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle,
    calledAeTitle,
    contexts: [{ abstractSyntax: sopClass.Verification, transferSyntaxes: ['1.2.840.10008.1.2'] }],
    clock: systemClock,
  });
  if (outcome.kind === 'rejected') return outcome.rejection.reason;
  assert(outcome.kind === 'accepted');
  const status = await echo(outcome.association);
  await outcome.association.release();
  return status;
}

test('the PACS is let in at any time, under its AE title and for ours', async (t) => {
  const { receiver } = await setUp(t, '127.0.0.1');
  assert.equal(await call(receiver.port, 'PACS', 'RECV'), 0);
});

test('an IPv4 caller of a receiver on all addresses is the same caller', async (t) => {
  // Such a socket gives ::ffff:127.0.0.1 for it, where the machine has IPv6.
  const { receiver } = await setUp(t, '::');
  assert.equal(await call(receiver.port, 'PACS', 'RECV'), 0);
});

test('the PACS is served before strangers, who have all turns that strangers may have', async (t) => {
  const { receiver } = await setUp(t, '127.0.0.1');
  const { strangersMax, halfKnownPerAddressMax } = dimseLimits;
  let left = 0;
  for (let count = 0; count < strangersMax; count += 1) {
    const localAddress = `127.0.0.${2 + Math.floor(count / halfKnownPerAddressMax)}`;
    const socket = connect({ port: receiver.port, host: '127.0.0.1', localAddress });
    t.after(() => socket.destroy());
    socket.on('error', () => {}).once('close', () => (left += 1));
    await once(socket, 'connect');
  }
  assert.equal(await call(receiver.port, 'PACS', 'RECV'), 0);
  assert.equal(left, 0, 'no stranger had to leave first');
});

test('everybody else is told why not, and the log says which setting would let him in', async (t) => {
  const { receiver, log } = await setUp(t, '127.0.0.1');
  const relay = await relayFrom(t, '127.0.0.2', receiver.port);
  const calling = 'calling-ae-title-not-recognized';
  const called = 'called-ae-title-not-recognized';
  assert.equal(await call(receiver.port, 'EVIL', 'RECV'), calling);
  assert.equal(await call(relay, 'PACS', 'RECV'), calling);
  assert.equal(await call(receiver.port, 'PACS', 'OTHER'), called);
  const told = log()
    .filter(({ event }) => event === 'dimse.association.refused')
    .map(({ remoteAddress, callingAeTitle, reason, setting }) => [
      remoteAddress,
      callingAeTitle,
      reason,
      setting,
    ]);
  assert.deepEqual(told, [
    ['127.0.0.1', 'EVIL', calling, 'pacs[].sendsAs'],
    ['127.0.0.2', 'PACS', calling, 'pacs[].sendsFrom'],
    ['127.0.0.1', 'PACS', called, 'receiver.aeTitle'],
  ]);
});
