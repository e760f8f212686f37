import { hash } from 'node:crypto';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import { segmentCountOf } from '../crypt4gh/layout.ts';
import {
  digestSize,
  isSegmentProof,
  type SegmentProof,
  segmentRootOf,
} from '../crypt4gh/segment-digests.ts';
import { sealErrors } from '../errors.ts';
import { type AliasStatement, readAliasStatement } from './alias-statement.ts';
import { openReceipt, type ProducerKeys, type ProvenStatement } from './batch.ts';
import {
  type ProductionStatement,
  readProductionStatement,
  sizesAgree,
} from './production-statement.ts';
import { readVersionStatement, type VersionStatement } from './version-statement.ts';

/** A version as a producer stated it. */
export interface VerifiedVersion {
  readonly version: VersionStatement;
  /** SHA-256 of the exact bytes of the statement, hex. */
  readonly versionDigest: string;
}

/** What the version is, and which sealed file holds it. */
export interface VerifiedProduction extends VerifiedVersion {
  readonly production: ProductionStatement;
}

/** @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED, SEAL_RECEIPT_MISMATCH */
export async function verifyVersion(
  receipt: string,
  producers: ProducerKeys,
): Promise<VerifiedVersion> {
  const proven = await openReceipt(receipt, producers);
  const version = ofBatch(readVersionStatement(proven.value), proven);
  return { version, versionDigest: proven.digest };
}

/**
 * Verify a version and a production of it.
 * @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED, SEAL_RECEIPT_MISMATCH
 */
export async function verifyProduction(
  receipts: { readonly version: string; readonly production: string },
  producers: ProducerKeys,
): Promise<VerifiedProduction> {
  const verified = await verifyVersion(receipts.version, producers);
  const { version, versionDigest } = verified;
  const proven = await openReceipt(receipts.production, producers);
  const production = ofBatch(readProductionStatement(proven.value), proven);
  const agree =
    production.versionDigest === versionDigest &&
    production.site === version.site &&
    production.collection === version.collection &&
    production.name === version.name &&
    production.guid === version.guid &&
    production.version === version.version &&
    production.generation === version.generation &&
    sizesAgree(production, version.plaintextSize);
  if (!agree) throw mismatch('production and version');
  return { ...verified, production };
}

/** @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED, SEAL_RECEIPT_MISMATCH */
export async function verifyAlias(
  receipt: string,
  producers: ProducerKeys,
): Promise<AliasStatement> {
  const proven = await openReceipt(receipt, producers);
  return ofBatch(readAliasStatement(proven.value), proven);
}

/** The header is the one of the production. @throws SEAL_RECEIPT_MISMATCH */
export function checkHeader(header: Uint8Array, production: ProductionStatement): void {
  if (hash('sha256', header, 'hex') !== production.headerDigest) throw mismatch('header');
}

/** What of a version statement the digests of its segments are held against. */
export type SegmentedVersion = Pick<VersionStatement, 'plaintextSize' | 'segmentRoot'>;

/** The list of segment digests is the one of the version. @throws SEAL_RECEIPT_MISMATCH */
export async function checkSegmentDigests(
  digests: Uint8Array,
  { plaintextSize, segmentRoot }: SegmentedVersion,
): Promise<void> {
  if (digests.length !== segmentCountOf(plaintextSize) * digestSize)
    throw mismatch('length of the list of segment digests');
  const root = await segmentRootOf(digests, plaintextSize);
  if (!equalBytes(root, Buffer.from(segmentRoot, 'hex'))) throw mismatch('list of segment digests');
}

/** These are digests of segments of the version. @throws SEAL_RECEIPT_MISMATCH */
export function checkSegmentProof(
  proof: SegmentProof,
  { plaintextSize, segmentRoot }: SegmentedVersion,
): void {
  const file = { plaintextSize, segmentRoot: Buffer.from(segmentRoot, 'hex') };
  if (!isSegmentProof(proof, file)) throw mismatch('digests of segments');
}

/** A statement is of the site and collection for which its batch was signed. */
function ofBatch<Statement extends { readonly site: string; readonly collection: string }>(
  statement: Statement,
  { site, collection }: ProvenStatement,
): Statement {
  if (statement.site !== site || statement.collection !== collection)
    throw mismatch('statement and batch');
  return statement;
}

function mismatch(message: string): Error {
  return sealErrors.create('SEAL_RECEIPT_MISMATCH', { message });
}
