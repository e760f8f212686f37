import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { present } from '../../lib/assert.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import { systemRandom } from '../../lib/random.ts';
import { segmentProofOf, segmentRootOf, segmentRunsOf } from '../crypt4gh/segment-digests.ts';
import type { AliasStatement } from './alias-statement.ts';
import { type BatchContext, type ProducerKeys, pinProducers, signBatch } from './batch.ts';
import type { ProductionStatement } from './production-statement.ts';
import {
  checkSegmentDigests,
  checkSegmentProof,
  verifyAlias,
  verifyProduction,
  verifyVersion,
} from './receipts.ts';
import { keyIdOf, type Signer, signStatement } from './signed-statement.ts';
import { type Statement, statementBytes } from './statement.ts';
import type { VersionStatement } from './version-statement.ts';

const digest = 'ab'.repeat(32);
const digests = Uint8Array.from({ length: 5 * 32 }, (_, index) => index);
const plaintextSize = 4 * 65_536 + 1;
const time = '2026-11-23T07:00:00.000Z';
const timeMs = Date.parse(time);

function newSigner(fromMs = 0): { readonly signer: Signer; readonly producers: ProducerKeys } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const producers = pinProducers([{ publicKey, fromMs }]);
  return { signer: { keyId: keyIdOf(publicKey), privateKey }, producers };
}
const { signer, producers } = newSigner();

const file = {
  site: 'hospital-a',
  collection: 'stroke',
  name: 'p-0001/t-0002/s-0003/v-0004.nii.gz',
  guid: '0123456789abcdef',
  stateNumber: 2,
} as const;

const version: VersionStatement = {
  format: 'mdm-version-statement',
  formatVersion: 2,
  ...file,
  stacks: 1,
  version: 3,
  generation: 1,
  keyId: 'k1',
  recipientPublicKey: 'A'.repeat(43),
  keyServers: ['hospital', 'office', 'infrastructure'],
  threshold: 2,
  plaintextSize,
  plaintextSha256: digest,
  segmentRoot: toHex(await segmentRootOf(digests, plaintextSize)),
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
  time,
};

const alias: AliasStatement = {
  format: 'mdm-alias-statement',
  formatVersion: 2,
  site: 'hospital-a',
  collection: 'stroke',
  from: 'p-0009',
  to: 'p-0001',
  time,
};

function productionOf(versionDigest: string): ProductionStatement {
  return {
    format: 'mdm-production-statement',
    formatVersion: 2,
    ...file,
    versionDigest,
    version: 3,
    generation: 1,
    productionId: 'p1',
    headerDigest: digest,
    segmentCount: 5,
    sealedSize: 124 + plaintextSize + 5 * 28,
    sealedSha256: digest,
    time,
  };
}

const sign = (
  statements: readonly Statement[],
  context: Partial<BatchContext> = {},
): Promise<readonly string[]> =>
  signBatch(statements.map(statementBytes), {
    site: 'hospital-a',
    collection: 'stroke',
    timeMs,
    signer,
    random: systemRandom,
    ...context,
  });

async function signPair(
  production = productionOf(statementBytes(version).digest),
): Promise<{ readonly version: string; readonly production: string }> {
  const [one = '', other = ''] = await sign([version, production]);
  return { version: one, production: other };
}

test('statements of one batch verify alone and come back as they were', async () => {
  const pair = await signPair();
  const verified = await verifyProduction(pair, producers);
  assert.deepEqual(verified.version, version);
  assert.deepEqual(verified.production, productionOf(verified.versionDigest));
  assert.deepEqual((await verifyVersion(pair.version, producers)).version, version);
  const statements = Array.from({ length: 7 }, (_, index) => ({ ...version, version: index + 1 }));
  const receipts = await sign(statements);
  for (const [index, receipt] of receipts.entries()) {
    assert.equal((await verifyVersion(receipt, producers)).version.version, index + 1);
  }
  const [alone = ''] = await sign([alias]);
  assert.deepEqual(await verifyAlias(alone, producers), alias);
  assert.deepEqual(JSON.parse(alone).path, []);
});

test('a list of segment digests, and a part of it, is that of the version or none', async () => {
  await checkSegmentDigests(digests, version);
  const runs = await segmentRunsOf(digests);
  const mismatch = { code: 'SEAL_RECEIPT_MISMATCH' };
  const changed = digests.with(63, 8);
  for (const wrong of [changed, digests.subarray(32), new Uint8Array(6 * 32)])
    await assert.rejects(checkSegmentDigests(wrong, version), mismatch);
  for (let first = 0; first < 5; first++) {
    for (let end = first + 1; end <= 5; end++) {
      const proof = segmentProofOf({ digests, runs }, { first, end });
      checkSegmentProof(proof, version);
      const wrong = [
        { ...proof, digests: proof.digests.with(0, 255) },
        { ...proof, first: first + 1 },
        { ...proof, beside: [...proof.beside, new Uint8Array(32)] },
      ];
      for (const each of wrong) assert.throws(() => checkSegmentProof(each, version), mismatch);
    }
  }
});

test('signatures by keys that are not pinned, or before their time, are not trusted', async () => {
  const untrusted = { code: 'SEAL_RECEIPT_UNTRUSTED' };
  const foreign = newSigner();
  const [byForeign = ''] = await sign([version], { signer: foreign.signer });
  await assert.rejects(verifyVersion(byForeign, producers), untrusted);
  const claimed = { keyId: signer.keyId, privateKey: foreign.signer.privateKey };
  const [byClaim = ''] = await sign([version], { signer: claimed });
  await assert.rejects(verifyVersion(byClaim, producers), untrusted);
  const later = newSigner(timeMs + 1);
  const [early = ''] = await sign([version], { signer: later.signer });
  await assert.rejects(verifyVersion(early, later.producers), untrusted);
  const [inTime = ''] = await sign([version], { signer: later.signer, timeMs: timeMs + 1 });
  await verifyVersion(inTime, later.producers);
});

test('a changed statement, salt, place, path or signature proves nothing', async () => {
  const receipts = await sign([version, { ...version, version: 4 }, { ...version, version: 5 }]);
  const receipt = JSON.parse(present(receipts[0], 'the first'));
  const other = JSON.parse(present(receipts[1], 'the second'));
  const another = JSON.parse((await sign([version]))[0] ?? '');
  const encoded = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong = [
    { statement: encoded({ ...version, version: 4 }) },
    { statement: other.statement },
    { salt: other.salt },
    { index: 1 },
    { index: 2 },
    { index: 3 },
    { path: [] },
    { path: other.path },
    { path: [...receipt.path, receipt.path[0]] },
    { path: receipt.path.toReversed() },
    { batch: another.batch },
  ];
  for (const change of wrong) {
    const changed = verifyVersion(JSON.stringify({ ...receipt, ...change }), producers);
    await assert.rejects(changed, { code: 'SEAL_RECEIPT_MISMATCH' }, JSON.stringify(change));
  }
});

test('what is no receipt of this format is refused', async () => {
  const [good = ''] = await sign([version]);
  const receipt = JSON.parse(good);
  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = { alg: 'none', typ: 'mdm-batch', kid: signer.keyId };
  const ofOtherType = await signStatement('mdm-share-deposit', { any: 1 }, signer);
  const wrong = [
    '',
    'a.b.c',
    '[]',
    JSON.stringify({ ...receipt, formatVersion: 1 }),
    JSON.stringify({ ...receipt, formatVersion: 3 }),
    JSON.stringify({ ...receipt, more: 1 }),
    JSON.stringify({ ...receipt, index: -1 }),
    JSON.stringify({ ...receipt, batch: ofOtherType }),
    JSON.stringify({ ...receipt, batch: `${encode(unsigned)}.${encode(version)}.` }),
    good.padEnd(70_000),
    await signStatement('mdm-batch', version, signer),
  ];
  for (const each of wrong) {
    const refused = { code: 'SEAL_RECEIPT_INVALID' };
    await assert.rejects(verifyVersion(each, producers), refused, each.slice(0, 99));
  }
});

test('no statement passes for one of another kind, nor for one of another collection', async () => {
  const invalid = { code: 'SEAL_RECEIPT_INVALID' };
  const pair = await signPair();
  await assert.rejects(verifyVersion(pair.production, producers), invalid);
  await assert.rejects(verifyAlias(pair.version, producers), invalid);
  const twice = { version: pair.version, production: pair.version };
  await assert.rejects(verifyProduction(twice, producers), invalid);
  const [elsewhere = ''] = await sign([version], { collection: 'other' });
  await assert.rejects(verifyVersion(elsewhere, producers), { code: 'SEAL_RECEIPT_MISMATCH' });
});

test('a production of another version, file or size does not agree', async () => {
  const good = productionOf(statementBytes(version).digest);
  const wrong: readonly ProductionStatement[] = [
    { ...good, versionDigest: digest },
    { ...good, name: 'p-0001/t-0002/s-0003/v-0005.nii.gz' },
    { ...good, version: 4 },
    { ...good, generation: 2 },
    { ...good, guid: 'other' },
    { ...good, segmentCount: 3 },
    { ...good, sealedSize: good.sealedSize + 1 },
  ];
  for (const production of wrong) {
    const verified = verifyProduction(await signPair(production), producers);
    await assert.rejects(verified, { code: 'SEAL_RECEIPT_MISMATCH' });
  }
});

test('a statement that readers would refuse is never signed', () => {
  const wrong: readonly object[] = [
    { formatVersion: 1 },
    { threshold: 4 },
    { threshold: 1 },
    { plaintextSize: -1 },
    { plaintextSha256: 'AB'.repeat(32) },
    { site: 'Hospital A' },
    { unknown: 1 },
    { name: 'p-0001/t-0002/s-0003' },
    { name: 'p-0001/t-0002/s-0003/volume.nii.gz' },
    { name: '/p-0001/t-0002/s-0003/v-0004.nii.gz' },
    { name: 'p-0001/t-0002/s-0003/v-0004.nii.gz/..' },
    { stateNumber: 0 },
    { stacks: -1 },
    { source: { ...version.source, instances: 0 } },
    { source: { ...version.source, reason: 'not-counted' } },
    { source: { ...version.source, completeness: 'unverified' } },
    { source: { ...version.source, completeness: 'unverified', reason: 'Name of somebody' } },
    { source: { ...version.source, completeness: 'perhaps' } },
    { uids: { ...version.uids, study: 'x' } },
    { time: 'yesterday' },
  ];
  for (const change of wrong) {
    const changed = { ...version, ...change } as VersionStatement;
    const refused = { code: 'SEAL_RECEIPT_INVALID' };
    assert.throws(() => statementBytes(changed), refused, JSON.stringify(change));
  }
});
