import { join } from 'node:path';
import {
  type Acceptance,
  type AcceptedGap,
  AnchorFile,
  type AuditHead,
  type AuditVerdict,
  HeadFile,
  readHeadFile,
  type VerifyOptions,
} from '../audit/index.ts';
import { openSqlite, openSqliteReader } from '../db/index.ts';
import type { Clock } from '../lib/clock.ts';
import { auditHead } from './store/audit-chain.ts';
import { acceptAudit, verifyAudit } from './store/audit-record.ts';
import { type KeyServerSchema, migrations } from './store/schema.ts';

/** Where a key server keeps its record and the newest head of it. */
export interface RecordPlaces {
  readonly folder: string;
  readonly masterKeyFile: string;
}

export const databaseFileOf = (folder: string): string => join(folder, 'keyserver.db');

/** The newest head lies with the master key: a restored folder does not bring one of its own. */
export const auditHeadFileOf = (masterKeyFile: string): string => `${masterKeyFile}.audit-head`;

/** What it keeps of the gateway's record, and of its own what the gateway showed. */
export const anchorFileOf = (masterKeyFile: string): string => `${masterKeyFile}.anchors`;

/**
 * Check the record of a key server, beside it or where none runs.
 * @throws DB_OPEN_FAILED
 */
export async function verifyRecord(
  { folder, masterKeyFile }: Pick<RecordPlaces, 'folder'> & Partial<RecordPlaces>,
  options: VerifyOptions,
): Promise<AuditVerdict> {
  // The head first: records that come while we read are then no surprise.
  const known = masterKeyFile === undefined ? [] : await knownEnds(masterKeyFile);
  const db = await openSqliteReader<KeyServerSchema>({ path: databaseFileOf(folder), migrations });
  try {
    return await verifyAudit(db, { ...options, anchors: [...(options.anchors ?? []), ...known] });
  } finally {
    await db.close();
  }
}

/** Accept what is missing of it; no server must be running. @throws AUDIT_GAP_TOO_WIDE, DB_* */
export async function acceptRecord(
  { folder, masterKeyFile }: RecordPlaces,
  options: Acceptance & VerifyOptions & { readonly clock: Clock },
): Promise<AcceptedGap | undefined> {
  const { clock } = options;
  const path = databaseFileOf(folder);
  const anchors = [...(options.anchors ?? []), ...(await knownEnds(masterKeyFile))];
  const db = await openSqlite<KeyServerSchema>({ path, migrations, secureDelete: true, clock });
  try {
    const gap = await acceptAudit(db, { ...options, anchors });
    const file = await HeadFile.open(auditHeadFileOf(masterKeyFile));
    await file.write(await auditHead(db));
    await file.close();
    await (await AnchorFile.open(anchorFileOf(masterKeyFile))).forgetMissed();
    return gap;
  } finally {
    await db.close();
  }
}

/** Ends of the record that it must go through: its newest head, and what the gateway showed. */
export async function knownEnds(masterKeyFile: string): Promise<readonly AuditHead[]> {
  const head = await readHeadFile(auditHeadFileOf(masterKeyFile));
  const { missed } = await AnchorFile.open(anchorFileOf(masterKeyFile));
  return head === undefined ? missed : [...missed, head];
}
