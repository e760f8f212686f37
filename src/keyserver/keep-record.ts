import { type AcceptedGap, type AuditHead, checkBeside, HeadKeeper } from '../audit/index.ts';
import type { Database } from '../db/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { auditHeadFileOf, knownEnds } from './record-at-rest.ts';
import { auditHead } from './store/audit-chain.ts';
import { checkAuditEnd, goesThrough, verifyAudit } from './store/audit-record.ts';
import type { KeyServerSchema } from './store/schema.ts';

/** The audit record of a server that runs: its end is kept apart from it, all of it is checked. */
export interface KeptRecord {
  /** The database of the record; what it commits is noticed. */
  readonly db: Database<KeyServerSchema>;
  /** Gaps that were accepted, as far as they are known. */
  readonly accepted: readonly AcceptedGap[];
  /** Whether the record goes through an end of it. */
  goesThrough(head: AuditHead): Promise<boolean>;
  /** Before the database is closed. */
  close(): Promise<void>;
}

/**
 * Check that the record goes through the ends of it that are known, and keep its newest from now on.
 * @throws AUDIT_DAMAGED, AUDIT_OPEN_FAILED, AUDIT_ANCHORS_DAMAGED
 */
export async function keepRecord(
  db: Database<KeyServerSchema>,
  options: { readonly masterKeyFile: string; readonly clock: Clock; readonly log: Log },
): Promise<KeptRecord> {
  const { masterKeyFile } = options;
  const { accepted: known } = await checkAuditEnd(db, await knownEnds(masterKeyFile));
  const head = (): Promise<AuditHead> => auditHead(db);
  const keeper = await HeadKeeper.open(auditHeadFileOf(masterKeyFile), { ...options, head });
  keeper.grown();
  const check = checkBeside({
    ...options,
    known,
    verify: async (how) => verifyAudit(db, { ...how, anchors: await knownEnds(masterKeyFile) }),
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
    get accepted() {
      return check.accepted;
    },
    goesThrough: (end) => goesThrough(db, end),
    async close() {
      await check.stop();
      await keeper.close();
    },
  };
}
