/** The durable, hash-chained record of what was done and disclosed. */
export {
  type AcceptAuditOptions,
  type Acceptance,
  acceptAudit,
  gapIn,
  newestKnown,
} from './accept-audit.ts';
export { AnchorFile } from './anchor-file.ts';
export type { Audit, AuditAction, AuditEvent, AuditGap, AuditHead } from './audit.ts';
export type { AuditPlaces } from './audit-folder.ts';
export {
  type AcceptedGap,
  type AuditProblem,
  type AuditVerdict,
  acceptedIn,
  ChainCheck,
  isSame,
  type Link,
  type StatedGap,
} from './chain-check.ts';
export { type CheckBeside, checkBeside } from './check-beside.ts';
export { describeGap, describeProblem } from './describe.ts';
export { auditErrors } from './errors.ts';
export { HeadFile, readHeadFile } from './head-file.ts';
export { HeadKeeper } from './head-keeper.ts';
export { type AuditLimits, auditLimits } from './limits.ts';
export { notThrough } from './not-through.ts';
export { type OpenAuditOptions, openAudit } from './open-audit.ts';
export type { AuditRecord } from './record.ts';
export { genesis } from './record.ts';
export {
  type CountedRefusal,
  createRefusalCount,
  type Refusal,
  type RefusalCount,
} from './refusal-count.ts';
export { acceptedGaps, goesThrough, recordEnd } from './tail.ts';
export { type AuditProgress, type VerifyOptions, verifyAudit } from './verify-audit.ts';
