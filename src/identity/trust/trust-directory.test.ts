import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  installAuthority,
  makeAuthority,
  makeCrl,
  type TestName,
} from '../../../test/support/certificates.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { silentLog } from '../../lib/log.ts';
import { createChainValidator } from '../chain/validator.ts';
import { openTrustDirectory } from './trust-directory.ts';

const caName: TestName = [
  ['DC', 'test'],
  ['CN', 'CA'],
];
const aliceName: TestName = [
  ['DC', 'test'],
  ['CN', 'Alice'],
];

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'mdm-trust-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('what fetch-crl and a grid administrator install is what decides', async (context) => {
  const path = directory(context);
  const authority = await makeAuthority(caName);
  const alice = await authority.issue({ subject: aliceName, serialNumber: '0a01' });
  const bob = await authority.issue({
    subject: [
      ['DC', 'test'],
      ['CN', 'Bob'],
    ],
  });
  installAuthority(path, authority, { crlPem: await makeCrl(authority, { revoked: ['0a01'] }) });
  writeFileSync(join(path, 'README'), 'ignored');
  writeFileSync(join(path, '00000000.0'), 'not a certificate: left out');
  const trust = await openTrustDirectory({ path, clock: systemClock, log: silentLog });
  context.after(() => trust.close());
  const validator = createChainValidator({ trust, clock: systemClock });
  const refused = validator.validate([alice.der]);
  assert.equal(refused.kind === 'refused' && refused.code, 'IDENTITY_REVOKED');
  assert.equal(validator.validate([bob.der]).kind, 'accepted');
});

test('a revocation list that cannot be read bars its authority', async (context) => {
  const path = directory(context);
  const authority = await makeAuthority(caName);
  const alice = await authority.issue({ subject: aliceName });
  installAuthority(path, authority, { crlPem: 'garbage' });
  const trust = await openTrustDirectory({ path, clock: systemClock, log: silentLog });
  context.after(() => trust.close());
  const outcome = createChainValidator({ trust, clock: systemClock }).validate([alice.der]);
  assert.equal(outcome.kind === 'refused' && outcome.code, 'IDENTITY_CRL_UNUSABLE');
});

test('a directory with nothing to trust is refused at start', async (context) => {
  const path = directory(context);
  for (const each of [path, join(path, 'absent')]) {
    await assert.rejects(
      openTrustDirectory({ path: each, clock: systemClock, log: silentLog }),
      (error) => codeOf(error) === 'IDENTITY_TRUST_UNREADABLE',
    );
  }
});

test('a new list takes effect at the next reading, also for a chain accepted before', async (context) => {
  const path = directory(context);
  const authority = await makeAuthority(caName);
  const alice = await authority.issue({ subject: aliceName, serialNumber: '0b' });
  installAuthority(path, authority);
  const scheduled: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    schedule(_delayMs, callback) {
      scheduled.push(callback);
      return { cancel() {} };
    },
  };
  const trust = await openTrustDirectory({ path, clock, log: silentLog });
  context.after(() => trust.close());
  const validator = createChainValidator({ trust, clock });
  assert.equal(validator.validate([alice.der]).kind, 'accepted');
  installAuthority(path, authority, { crlPem: await makeCrl(authority, { revoked: ['0b'] }) });
  const before = trust.current();
  scheduled[0]?.();
  while (scheduled.length < 2) await new Promise(setImmediate);
  assert.notEqual(trust.current(), before);
  assert.equal(validator.validate([alice.der]).kind, 'refused');

  // The whole directory gone: what was read last stays.
  const last = trust.current();
  for (const file of readdirSync(path)) rmSync(join(path, file));
  scheduled[1]?.();
  while (scheduled.length < 3) await new Promise(setImmediate);
  assert.equal(trust.current(), last);
});
