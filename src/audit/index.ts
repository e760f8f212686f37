/** The durable, hash-chained record of what was done and disclosed. */
export type { Audit, AuditAction, AuditEvent, AuditHead } from './audit.ts';
export { auditErrors } from './errors.ts';
export { type AuditLimits, auditLimits } from './limits.ts';
export { type OpenAuditOptions, openAudit } from './open-audit.ts';
export type { AuditRecord } from './record.ts';
export {
  type CountedRefusal,
  createRefusalCount,
  type Refusal,
  type RefusalCount,
} from './refusal-count.ts';
export { type AuditProblem, type AuditVerdict, verifyAudit } from './verify-audit.ts';
