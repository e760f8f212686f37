/** Associations over TLS, with the peer verified on both sides. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sopClass, transferSyntax } from '../../src/dicom/index.ts';
import {
  chooseFrom,
  echo,
  listenForAssociations,
  openAssociation,
  provideServices,
  store,
  type TlsClientOptions,
} from '../../src/dimse/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';
import { makeAuthority, type TestCertificate } from '../support/certificates.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;

async function listen(
  t: TestContext,
  tls: { readonly authority: TestCertificate; readonly host: TestCertificate },
  onBytes: (count: number) => void,
): Promise<number> {
  const acceptor = await listenForAssociations({
    host: '127.0.0.1',
    port: 0,
    tls: {
      ca: tls.authority.pem,
      cert: tls.host.pem,
      key: tls.host.keyPem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    refuse: () => undefined,
    chooseTransferSyntax: chooseFrom({ supports: () => true, preferred: [explicit] }),
    onAssociation: (association) =>
      provideServices(
        association,
        { store: () => ({ write: (c) => onBytes(c.length), end: async () => {}, abort() {} }) },
        silentLog,
      ),
    clock: systemClock,
    log: silentLog,
  });
  t.after(() => acceptor.close());
  return acceptor.port;
}

const open = (port: number, tls: TlsClientOptions): ReturnType<typeof openAssociation> =>
  openAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'SCU',
    calledAeTitle: 'SCP',
    contexts: [sopClass.Verification, sopClass.MRImageStorage].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [explicit],
    })),
    tls,
    clock: systemClock,
    limits: { associateMs: 2000 },
  });

test('messages go over TLS both ways; strangers are kept out on both sides', async (t) => {
  const authority = await makeAuthority([['CN', 'Test Authority']]);
  const host = await authority.issue({ subject: [['CN', 'host']], hosts: ['127.0.0.1'] });
  const client = await authority.issue({ subject: [['CN', 'client']] });
  let received = 0;
  const port = await listen(t, { authority, host }, (count) => {
    received += count;
  });

  const identity = { cert: client.pem, key: client.keyPem };
  const outcome = await open(port, { ca: authority.pem, ...identity });
  assert(outcome.kind === 'accepted');
  const { association } = outcome;
  assert.equal(await echo(association), 0);
  const bytes = new Uint8Array(3_000_000);
  const status = await store(association, {
    sopClassUid: sopClass.MRImageStorage,
    sopInstanceUid: '1.2.3',
    transferSyntaxUid: explicit,
    open: async () => bytes,
  });
  assert.deepEqual([status, received], [0, bytes.length]);
  await association.release();

  const codeFrom = async (tls: TlsClientOptions): Promise<string | undefined> =>
    open(port, tls).then(
      ({ kind }) => kind,
      (error: unknown) => codeOf(error),
    );
  const other = await makeAuthority([['CN', 'Other Authority']]);
  assert.equal(await codeFrom({ ca: other.pem, ...identity }), 'DIMSE_CONNECTION_FAILED');
  assert.equal(await codeFrom({ ca: authority.pem }), 'DIMSE_CONNECTION_CLOSED');
});
