import { hash } from 'node:crypto';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { type AliasStatement, readAliasStatement } from './alias-statement.ts';
import { type ProductionStatement, readProductionStatement } from './production-statement.ts';
import { readVersionStatement, type VersionStatement } from './version-statement.ts';

/** What a producer states. */
export type Statement = VersionStatement | ProductionStatement | AliasStatement;

/** A statement ready to be signed. */
export interface StatementBytes {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, hex: how other statements refer to it. */
  readonly digest: string;
}

/** The bytes that are signed, stored and sent for a statement. @throws SEAL_RECEIPT_INVALID */
export function statementBytes(statement: Statement): StatementBytes {
  // Read back what is about to be signed: a statement that readers refuse must never exist.
  readBack(statement);
  const bytes = utf8(JSON.stringify(statement));
  return { bytes, digest: statementDigest(bytes) };
}

/** SHA-256 of the exact bytes of a statement, hex. */
export function statementDigest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

function readBack(statement: Statement): void {
  switch (statement.format) {
    case 'mdm-version-statement':
      readVersionStatement(statement);
      return;
    case 'mdm-production-statement':
      readProductionStatement(statement);
      return;
    case 'mdm-alias-statement':
      readAliasStatement(statement);
  }
}
