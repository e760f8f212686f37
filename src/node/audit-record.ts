import type { Acceptance, AcceptedGap, AuditVerdict, VerifyOptions } from '../audit/index.ts';

/** The audit record of a service, for its operators; the service need not run. */
export interface AuditRecordDesk {
  /** Check all of it; the service may be running. @throws AUDIT_OPEN_FAILED */
  readonly verify: (options: VerifyOptions) => Promise<AuditVerdict>;
  /**
   * Accept what is missing; the service must not be running.
   * @returns undefined where nothing is missing
   * @throws DB_LOCKED, AUDIT_OPEN_FAILED, AUDIT_GAP_TOO_WIDE
   */
  readonly accept: (acceptance: Acceptance & VerifyOptions) => Promise<AcceptedGap | undefined>;
}
