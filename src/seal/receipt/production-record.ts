import { JsonFields } from '../../lib/json/json-fields.ts';
import { layout, sealedSizeOf, segmentCountOf } from '../crypt4gh/layout.ts';
import { sealErrors } from '../errors.ts';
import { pattern } from './patterns.ts';

/**
 * What the clinical side states of one production, one sealed file of a version. A version has one
 * receipt and as many production records as it was produced, each with its own header and key.
 */
export interface ProductionRecord {
  readonly format: 'mdm-production-record';
  readonly formatVersion: 1;
  /** `statementDigestOf` the version receipt. */
  readonly receiptDigest: string;
  readonly guid: string;
  readonly version: number;
  readonly generation: number;
  /** Random. */
  readonly productionId: string;
  readonly headerDigest: string;
  readonly segmentCount: number;
  readonly sealedSize: number;
  readonly sealedSha256: string;
  /** UTC, ISO 8601. */
  readonly time: string;
}

/** @throws SEAL_RECEIPT_INVALID */
export function readProductionRecord(value: unknown): ProductionRecord {
  const fields = new JsonFields(value, { path: 'record', refuse: refuseField });
  const record: ProductionRecord = {
    format: fields.choice('format', ['mdm-production-record']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    receiptDigest: fields.text('receiptDigest', pattern.digest),
    guid: fields.text('guid', pattern.id),
    version: fields.integer('version', 1),
    generation: fields.integer('generation', 1),
    productionId: fields.text('productionId', pattern.id),
    headerDigest: fields.text('headerDigest', pattern.digest),
    segmentCount: fields.integer('segmentCount', 0),
    sealedSize: fields.integer('sealedSize', layout.headerSize),
    sealedSha256: fields.text('sealedSha256', pattern.digest),
    time: fields.text('time', pattern.instant),
  };
  fields.end();
  return record;
}

/** Whether the sizes follow from a plaintext of this size. */
export function sizesAgree(record: ProductionRecord, plaintextSize: number): boolean {
  return (
    record.segmentCount === segmentCountOf(plaintextSize) &&
    record.sealedSize === sealedSizeOf(plaintextSize)
  );
}

function refuseField(path: string): Error {
  return sealErrors.create('SEAL_RECEIPT_INVALID', { message: path });
}
