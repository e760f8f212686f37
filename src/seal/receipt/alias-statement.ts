import { JsonFields } from '../../lib/json/json-fields.ts';
import { sealErrors } from '../errors.ts';
import { pattern } from './patterns.ts';

/** What the clinical side states of a directory that has another name now, as when patients are merged. */
export interface AliasStatement {
  readonly format: 'mdm-alias-statement';
  readonly formatVersion: 2;
  readonly site: string;
  readonly collection: string;
  /** `p-<H>`, `p-<H>/t-<H>` or `p-<H>/t-<H>/s-<H>`: the old name. */
  readonly from: string;
  /** The name that statements of its files have now. */
  readonly to: string;
  /** UTC, ISO 8601. */
  readonly time: string;
}

/** @throws SEAL_RECEIPT_INVALID */
export function readAliasStatement(value: unknown): AliasStatement {
  const fields = new JsonFields(value, { path: 'alias', refuse: refuseField });
  const statement: AliasStatement = {
    format: fields.choice('format', ['mdm-alias-statement']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    site: fields.text('site', pattern.name),
    collection: fields.text('collection', pattern.name),
    from: fields.text('from', pattern.directory),
    to: fields.text('to', pattern.directory),
    time: fields.text('time', pattern.instant),
  };
  fields.end();
  return statement;
}

function refuseField(path: string): Error {
  return sealErrors.create('SEAL_RECEIPT_INVALID', { message: path });
}
