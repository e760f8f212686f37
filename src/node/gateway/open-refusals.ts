import {
  type Audit,
  type AuditEvent,
  type CountedRefusal,
  createRefusalCount,
  type RefusalCount,
} from '../../audit/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

/** Count what the doors refuse, into the audit record. */
export function openRefusals(ports: {
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
}): RefusalCount {
  const { audit, clock, log } = ports;
  return createRefusalCount({ record: (counted) => audit.record(eventOf(counted)), clock, log });
}

/** Several kinds that were counted together have neither caller nor code. */
function eventOf({ refusal, count }: CountedRefusal): AuditEvent {
  const { caller = 'anonymous', ...rest } = refusal ?? { caller: 'several' };
  return { action: 'refuse', subject: caller, outcome: 'refused', ...rest, count };
}
