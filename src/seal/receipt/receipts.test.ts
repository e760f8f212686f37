import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { toHex } from '../../lib/bytes/bytes.ts';
import { segmentRootOf } from '../crypt4gh/segment-digests.ts';
import type { ProductionRecord } from './production-record.ts';
import { checkSegmentDigests, signReceipt, verifyReceipt, verifyReceipts } from './receipts.ts';
import {
  keyIdOf,
  pinKeys,
  type Signer,
  signStatement,
  statementDigestOf,
} from './signed-statement.ts';
import type { VersionReceipt } from './version-receipt.ts';

const digest = 'ab'.repeat(32);
const digests = new Uint8Array(64).fill(7);
const plaintextSize = 65_537;

function newSigner(): { readonly signer: Signer; readonly pinned: ReturnType<typeof pinKeys> } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signer: { keyId: keyIdOf(publicKey), privateKey }, pinned: pinKeys([publicKey]) };
}
const { signer, pinned } = newSigner();

const receipt: VersionReceipt = {
  format: 'mdm-version-receipt',
  formatVersion: 1,
  site: 'hospital-a',
  guid: '0123456789abcdef',
  version: 3,
  generation: 1,
  keyId: 'k1',
  recipientPublicKey: 'A'.repeat(43),
  keyServers: ['hospital', 'office', 'infrastructure'],
  threshold: 2,
  plaintextSize,
  plaintextSha256: digest,
  segmentRoot: toHex(segmentRootOf(digests, plaintextSize)),
  source: {
    expectedInstances: 300,
    countedInstances: 300,
    instances: 300,
    withoutImage: 0,
    completeness: 'verified',
    reason: null,
  },
  uids: { study: '2.25.1', series: '2.25.2', instance: null },
  recipe: [{ name: 'profile', value: digest }],
  time: '2026-11-23T07:00:00.000Z',
};

function recordOf(receiptDigest: string): ProductionRecord {
  return {
    format: 'mdm-production-record',
    formatVersion: 1,
    receiptDigest,
    guid: receipt.guid,
    version: 3,
    generation: 1,
    productionId: 'p1',
    headerDigest: digest,
    segmentCount: 2,
    sealedSize: 124 + plaintextSize + 56,
    sealedSha256: digest,
    time: receipt.time,
  };
}

test('a signed receipt and its production record verify and come back as they were', async () => {
  const version = await signReceipt(receipt, signer);
  const record = recordOf(statementDigestOf(version));
  const production = await signReceipt(record, signer);
  const verified = await verifyReceipts({ version, production }, pinned);
  assert.deepEqual(verified.version, receipt);
  assert.deepEqual(verified.production, record);
  checkSegmentDigests(digests, verified.version);
  const changed = digests.slice();
  changed[63] = 8;
  for (const wrong of [changed, digests.subarray(32), new Uint8Array(96)])
    assert.throws(() => checkSegmentDigests(wrong, receipt), { code: 'SEAL_RECEIPT_MISMATCH' });
});

test('signatures by keys that are not pinned, and changed statements, are not trusted', async () => {
  const untrusted = { code: 'SEAL_RECEIPT_UNTRUSTED' };
  const foreign = newSigner();
  await assert.rejects(
    verifyReceipt(await signReceipt(receipt, foreign.signer), pinned),
    untrusted,
  );
  const claimed = { keyId: signer.keyId, privateKey: foreign.signer.privateKey };
  await assert.rejects(verifyReceipt(await signReceipt(receipt, claimed), pinned), untrusted);
  const jws = await signReceipt(receipt, signer);
  const [head, , signature] = jws.split('.');
  const payload = JSON.stringify({ ...receipt, version: 4 });
  const forged = [head, Buffer.from(payload).toString('base64url'), signature].join('.');
  await assert.rejects(verifyReceipt(forged, pinned), untrusted);
});

test('no statement passes for one of another type, and unsigned ones do not pass at all', async () => {
  const invalid = { code: 'SEAL_RECEIPT_INVALID' };
  const version = await signReceipt(receipt, signer);
  const asRecord = await signStatement('mdm-production-record', receipt, signer);
  await assert.rejects(verifyReceipt(asRecord, pinned), invalid);
  await assert.rejects(verifyReceipts({ version, production: version }, pinned), invalid);
  const head = { alg: 'none', typ: 'mdm-version-receipt', kid: signer.keyId };
  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const jws of ['', 'a.b.c', `${encode(head)}.${encode(receipt)}.`, `${encode(head)}.e30.AA`])
    await assert.rejects(verifyReceipt(jws, pinned), invalid, jws);
  await assert.rejects(verifyReceipt(`${'A'.repeat(70_000)}.B.C`, pinned), invalid);
});

test('a record of another receipt, version or size does not agree', async () => {
  const version = await signReceipt(receipt, signer);
  const good = recordOf(statementDigestOf(version));
  const wrong: readonly ProductionRecord[] = [
    { ...good, receiptDigest: digest },
    { ...good, version: 4 },
    { ...good, generation: 2 },
    { ...good, guid: 'other' },
    { ...good, segmentCount: 3 },
    { ...good, sealedSize: good.sealedSize + 1 },
  ];
  for (const record of wrong) {
    const production = await signReceipt(record, signer);
    const verified = verifyReceipts({ version, production }, pinned);
    await assert.rejects(verified, { code: 'SEAL_RECEIPT_MISMATCH' });
  }
});

test('a receipt that readers would refuse is never signed', async () => {
  const wrong: readonly object[] = [
    { formatVersion: 2 },
    { threshold: 4 },
    { threshold: 1 },
    { plaintextSize: -1 },
    { plaintextSha256: 'AB'.repeat(32) },
    { site: 'Hospital A' },
    { unknown: 1 },
    { source: { ...receipt.source, instances: 0 } },
    { source: { ...receipt.source, reason: 'not-counted' } },
    { source: { ...receipt.source, completeness: 'unverified' } },
    { source: { ...receipt.source, completeness: 'unverified', reason: 'Name of somebody' } },
    { source: { ...receipt.source, completeness: 'perhaps' } },
    { uids: { ...receipt.uids, study: 'x' } },
    { time: 'yesterday' },
  ];
  for (const change of wrong) {
    const changed = { ...receipt, ...change } as VersionReceipt;
    await assert.rejects(signReceipt(changed, signer), { code: 'SEAL_RECEIPT_INVALID' });
  }
});
