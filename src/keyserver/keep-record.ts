import { checkBeside, genesis, HeadKeeper, readHeadFile } from '../audit/index.ts';
import type { Database } from '../db/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { auditHead } from './store/audit-chain.ts';
import { checkAuditEnd, verifyAudit } from './store/audit-record.ts';
import type { KeyServerSchema } from './store/schema.ts';

/** The audit record of a server that runs: its end is kept apart from it, all of it is checked. */
export interface KeptRecord {
  /** The database of the record; what it commits is noticed. */
  readonly db: Database<KeyServerSchema>;
  /** Before the database is closed. */
  close(): Promise<void>;
}

/**
 * Check that the record goes through its newest head, and keep that from now on.
 * @throws AUDIT_DAMAGED, AUDIT_OPEN_FAILED
 */
export async function keepRecord(
  db: Database<KeyServerSchema>,
  { headFile, ...ports }: { readonly headFile: string; readonly clock: Clock; readonly log: Log },
): Promise<KeptRecord> {
  await checkAuditEnd(db, (await readHeadFile(headFile)) ?? genesis);
  const keeper = await HeadKeeper.open(headFile, { ...ports, head: () => auditHead(db) });
  keeper.grown();
  const check = checkBeside({
    ...ports,
    verify: async (options) => {
      const anchor = await readHeadFile(headFile);
      return verifyAudit(db, { ...options, anchors: anchor === undefined ? [] : [anchor] });
    },
  });
  return {
    db: {
      ...db,
      async transaction(work) {
        const result = await db.transaction(work);
        keeper.grown();
        return result;
      },
    },
    async close() {
      await check.stop();
      await keeper.close();
    },
  };
}
