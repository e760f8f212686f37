import type { AuditHead } from './audit.ts';
import { auditErrors } from './errors.ts';

/** A record that ends at `end` does not go through an anchor. */
export function notThrough(anchor: AuditHead, end: AuditHead): Error {
  const message =
    end.count >= anchor.count
      ? `record ${anchor.count} is not the one that was anchored`
      : `${end.count === 0 ? 'there is no record' : `nothing whole follows record ${end.count}`}, and ${anchor.count} were anchored`;
  const context = { anchored: anchor.count, found: end.count };
  return auditErrors.create('AUDIT_DAMAGED', { message, context });
}
