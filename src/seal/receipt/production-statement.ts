import { JsonFields } from '../../lib/json/json-fields.ts';
import { layout, sealedSizeOf, segmentCountOf } from '../crypt4gh/layout.ts';
import { sealErrors } from '../errors.ts';
import { pattern } from './patterns.ts';
import { readStatedFile, type StatedFile } from './version-statement.ts';

/**
 * What the clinical side states of one production, one sealed file of a version. A version has as
 * many of them as it was produced, each with its own header and key.
 */
export interface ProductionStatement extends StatedFile {
  readonly format: 'mdm-production-statement';
  readonly formatVersion: 2;
  /** SHA-256 of the exact bytes of the version statement. */
  readonly versionDigest: string;
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
export function readProductionStatement(value: unknown): ProductionStatement {
  const fields = new JsonFields(value, { path: 'production', refuse: refuseField });
  const statement: ProductionStatement = {
    format: fields.choice('format', ['mdm-production-statement']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    ...readStatedFile(fields),
    versionDigest: fields.text('versionDigest', pattern.digest),
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
  return statement;
}

/** Whether the sizes follow from a plaintext of this size. */
export function sizesAgree(statement: ProductionStatement, plaintextSize: number): boolean {
  return (
    statement.segmentCount === segmentCountOf(plaintextSize) &&
    statement.sealedSize === sealedSizeOf(plaintextSize)
  );
}

function refuseField(path: string): Error {
  return sealErrors.create('SEAL_RECEIPT_INVALID', { message: path });
}
