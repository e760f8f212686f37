import { hash } from 'node:crypto';
import { toHex } from '../../lib/bytes/bytes.ts';
import { segmentCountOf } from '../crypt4gh/layout.ts';
import { digestSize, segmentRootOf } from '../crypt4gh/segment-digests.ts';
import { sealErrors } from '../errors.ts';
import { type ProductionRecord, readProductionRecord, sizesAgree } from './production-record.ts';
import {
  type PinnedKeys,
  type Signer,
  signStatement,
  statementDigestOf,
  verifyStatement,
} from './signed-statement.ts';
import { readVersionReceipt, type VersionReceipt } from './version-receipt.ts';

/** A receipt or record that may be signed. */
export type Receipt = VersionReceipt | ProductionRecord;

/** A verified pair: what the version is, and which sealed file holds it. */
export interface VerifiedReceipts {
  readonly version: VersionReceipt;
  readonly production: ProductionRecord;
  readonly receiptDigest: string;
}

/** Sign a receipt or record; what is returned is stored and sent as it is. @throws SEAL_RECEIPT_INVALID */
export async function signReceipt(receipt: Receipt, signer: Signer): Promise<string> {
  // Read back what is about to be signed: a receipt that readers refuse must never exist.
  if (receipt.format === 'mdm-version-receipt') readVersionReceipt(receipt);
  else readProductionRecord(receipt);
  return signStatement(receipt.format, receipt, signer);
}

/** @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyReceipt(jws: string, pinned: PinnedKeys): Promise<VersionReceipt> {
  return readVersionReceipt(await verifyStatement('mdm-version-receipt', jws, { pinned }));
}

/**
 * Verify a version receipt and a production record, and that the record is of this receipt.
 * @throws SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED, SEAL_RECEIPT_MISMATCH
 */
export async function verifyReceipts(
  jws: { readonly version: string; readonly production: string },
  pinned: PinnedKeys,
): Promise<VerifiedReceipts> {
  const version = await verifyReceipt(jws.version, pinned);
  const production = readProductionRecord(
    await verifyStatement('mdm-production-record', jws.production, { pinned }),
  );
  const receiptDigest = statementDigestOf(jws.version);
  const agree =
    production.receiptDigest === receiptDigest &&
    production.guid === version.guid &&
    production.version === version.version &&
    production.generation === version.generation &&
    sizesAgree(production, version.plaintextSize);
  if (!agree) throw mismatch('production record and version receipt');
  return { version, production, receiptDigest };
}

/** The header is the one of the production. @throws SEAL_RECEIPT_MISMATCH */
export function checkHeader(header: Uint8Array, production: ProductionRecord): void {
  if (hash('sha256', header, 'hex') !== production.headerDigest) throw mismatch('header');
}

/** The list of segment digests is the one of the receipt. @throws SEAL_RECEIPT_MISMATCH */
export function checkSegmentDigests(digests: Uint8Array, receipt: VersionReceipt): void {
  const { plaintextSize, segmentRoot } = receipt;
  if (digests.length !== segmentCountOf(plaintextSize) * digestSize)
    throw mismatch('length of the list of segment digests');
  if (toHex(segmentRootOf(digests, plaintextSize)) !== segmentRoot)
    throw mismatch('list of segment digests');
}

function mismatch(message: string): Error {
  return sealErrors.create('SEAL_RECEIPT_MISMATCH', { message });
}
