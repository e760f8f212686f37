import { calculateJwkThumbprint } from 'jose';
import type { Principal } from '../identity/principal.ts';
import { readTicketRequest, type TicketAnswer } from '../keys/index.ts';
import { keyserverErrors } from './errors.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { keyserverLimits } from './limits.ts';
import { appendAudit } from './store/audit-chain.ts';

/**
 * Give a ticket to who came with a credential of his own, recorded before it is given. A ticket
 * gives no other, or it would never end; a token that other parties accept gives none, or whoever
 * was shown it had a ticket too; a gateway gets none.
 *
 * @throws KEYSERVER_CREDENTIAL_SHARED, KEYS_RECORD_INVALID
 */
export async function issueTicket(
  core: KeyServerCore,
  caller: Principal,
  body: unknown,
): Promise<TicketAnswer> {
  assertMayAsk(caller);
  const { jwk, lifetimeSeconds } = readTicketRequest(body);
  const keyThumbprint = await calculateJwkThumbprint(jwk, 'sha256');
  const longestSeconds = keyserverLimits.ticketLifetimeSecondsMax;
  const answer = await core.tickets.issue(caller, {
    keyThumbprint,
    lifetimeSeconds: Math.min(lifetimeSeconds ?? longestSeconds, longestSeconds),
  });
  const { subject, method } = caller;
  const { expiresMs } = answer;
  const event = { kind: 'ticket', subject, method, keyThumbprint, expiresMs } as const;
  await core.db.transaction((tx) => appendAudit(tx, event, core.clock.nowMs()));
  return answer;
}

/** @throws KEYSERVER_CREDENTIAL_SHARED */
function assertMayAsk({ method }: Principal): void {
  if (method === 'certificate' || method === 'token') return;
  const message = `a ticket is given for a certificate or a token of this server, not for a ${method}`;
  throw keyserverErrors.create('KEYSERVER_CREDENTIAL_SHARED', { message });
}
