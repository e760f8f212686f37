import type { KeyObject } from 'node:crypto';
import { assert, present } from '../../lib/assert.ts';
import { toHex, utf8 } from '../../lib/bytes/bytes.ts';
import { JsonFields } from '../../lib/json/json-fields.ts';
import type { Random } from '../../lib/random.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { isSameRoot, pathOf, rootFrom, rootOf } from '../tree/hash-tree.ts';
import { saltSize, statementLeaf } from '../tree/leaf.ts';
import { pattern } from './patterns.ts';
import {
  keyIdOf,
  type Signer,
  signerOf,
  signStatement,
  verifyStatement,
} from './signed-statement.ts';
import { type StatementBytes, statementDigest } from './statement.ts';

/** What a producer signs: the root of the tree of some statements. */
interface Batch {
  readonly format: 'mdm-batch';
  readonly formatVersion: 2;
  readonly site: string;
  readonly collection: string;
  /** Random. */
  readonly batchId: string;
  readonly leaves: number;
  readonly root: string;
  /** UTC, ISO 8601. */
  readonly time: string;
}

/** What stands alone for a statement: verifiable without any other of its batch. */
interface Receipt {
  readonly format: 'mdm-receipt';
  readonly formatVersion: 2;
  /** Exact bytes, base64url. */
  readonly statement: string;
  readonly salt: string;
  /** Place of its leaf in the batch, and the siblings on the way to the root, the lowest first. */
  readonly index: number;
  readonly path: readonly string[];
  /** Compact JWS. */
  readonly batch: string;
}

/** A producer's key, and from when on what it signed counts. */
export interface ProducerKey {
  readonly publicKey: KeyObject;
  /** UTC ms; 0: ever since. */
  readonly fromMs: number;
}

/** Producers that are believed, by key id. */
export type ProducerKeys = ReadonlyMap<string, ProducerKey>;

/** Believe exactly these producers. */
export function pinProducers(keys: readonly ProducerKey[]): ProducerKeys {
  return new Map(keys.map((key) => [keyIdOf(key.publicKey), key]));
}

/** Where and when statements are signed together. */
export interface BatchContext {
  readonly site: string;
  readonly collection: string;
  /** UTC ms. */
  readonly timeMs: number;
  readonly signer: Signer;
  readonly random: Random;
}

/**
 * Sign statements with one signature. Each receipt is a JSON text that proves its statement alone and
 * says nothing of the others.
 * @param statements at most `batchLeavesMax`
 */
export async function signBatch(
  statements: readonly StatementBytes[],
  context: BatchContext,
): Promise<readonly string[]> {
  assert(
    statements.length > 0 && statements.length <= sealLimits.batchLeavesMax,
    'a batch is not empty, and bounded',
  );
  const { site, collection, timeMs, signer, random } = context;
  const salts = statements.map(() => random.bytes(saltSize));
  const leaves = statements.map(({ bytes }, index) =>
    statementLeaf(present(salts[index], 'a salt for each'), bytes),
  );
  const signed: Batch = {
    format: 'mdm-batch',
    formatVersion: 2,
    site,
    collection,
    batchId: toHex(random.bytes(16)),
    leaves: leaves.length,
    root: toHex(rootOf(leaves)),
    time: new Date(timeMs).toISOString(),
  };
  const batch = await signStatement('mdm-batch', signed, signer);
  return statements.map(({ bytes }, index) => {
    const receipt: Receipt = {
      format: 'mdm-receipt',
      formatVersion: 2,
      statement: base64url(bytes),
      salt: base64url(present(salts[index], 'a salt for each')),
      index,
      path: pathOf(leaves, index).map(base64url),
      batch,
    };
    return JSON.stringify(receipt);
  });
}

/** A statement that a believed producer signed. */
export interface ProvenStatement extends StatementBytes {
  /** Decoded JSON; of which kind, its reader says. */
  readonly value: unknown;
  readonly site: string;
  readonly collection: string;
}

/**
 * Verify a receipt.
 * @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED when no believed key signed it, or one before
 *   its time, SEAL_RECEIPT_MISMATCH when it is not of the signed batch
 */
export async function openReceipt(text: string, producers: ProducerKeys): Promise<ProvenStatement> {
  const receipt = readReceipt(text);
  const keys = new Map([...producers].map(([id, { publicKey }]) => [id, publicKey]));
  const batch = readBatch(await verifyStatement('mdm-batch', receipt.batch, { pinned: keys }));
  const bytes = bytesOf(receipt.statement);
  const root = rootFrom(
    statementLeaf(bytesOf(receipt.salt), bytes),
    { index: receipt.index, count: batch.leaves },
    receipt.path.map(bytesOf),
  );
  if (!isSameRoot(root, Buffer.from(batch.root, 'hex'))) {
    throw sealErrors.create('SEAL_RECEIPT_MISMATCH', { message: 'statement and batch' });
  }
  const fromMs = producers.get(signerOf(receipt.batch))?.fromMs ?? Number.POSITIVE_INFINITY;
  if (Date.parse(batch.time) < fromMs) {
    throw sealErrors.create('SEAL_RECEIPT_UNTRUSTED', { message: 'signed before the key counts' });
  }
  const { site, collection } = batch;
  return { bytes, digest: statementDigest(bytes), value: jsonOf(bytes), site, collection };
}

function readReceipt(text: string): Receipt {
  if (text.length > sealLimits.statementSizeMax) throw refuseField('receipt');
  const fields = new JsonFields(jsonOf(utf8(text)), { path: 'receipt', refuse: refuseField });
  const receipt: Receipt = {
    format: fields.choice('format', ['mdm-receipt']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    statement: fields.text('statement', pattern.base64url),
    salt: fields.text('salt', pattern.salt),
    index: fields.integer('index', 0, sealLimits.batchLeavesMax - 1),
    path: fields.texts('path', pathLengthMax, pattern.key),
    batch: fields.text('batch', /^[A-Za-z0-9._-]+$/),
  };
  fields.end();
  return receipt;
}

const pathLengthMax = Math.ceil(Math.log2(sealLimits.batchLeavesMax));

function readBatch(value: unknown): Batch {
  const fields = new JsonFields(value, { path: 'batch', refuse: refuseField });
  const batch: Batch = {
    format: fields.choice('format', ['mdm-batch']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    site: fields.text('site', pattern.name),
    collection: fields.text('collection', pattern.name),
    batchId: fields.text('batchId', pattern.id),
    leaves: fields.integer('leaves', 1, sealLimits.batchLeavesMax),
    root: fields.text('root', pattern.digest),
    time: fields.text('time', pattern.instant),
  };
  fields.end();
  return batch;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw sealErrors.create('SEAL_RECEIPT_INVALID', { message: 'not JSON', cause });
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

function refuseField(path: string): Error {
  return sealErrors.create('SEAL_RECEIPT_INVALID', { message: path });
}
