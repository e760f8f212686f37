import { type TakenTicket, takeTickets } from '../../client/credentials/take-tickets.ts';
import { clientErrors } from '../../client/errors.ts';
import { MdmError } from '../../lib/errors/mdm-error.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';

/**
 * `mdm ticket`: ask each key server for a ticket and keep it, for a job that can show nothing else. Fails
 * where too few gave one to open a file.
 */
export async function takeTicketsNow(
  connection: Connection,
  output: Output,
  options: { readonly hours: number; readonly signal: AbortSignal },
): Promise<void> {
  const { keyServers, settings, ownCredential, tickets } = connection;
  if (keyServers === undefined)
    throw clientErrors.create('CLIENT_SETTINGS', { message: 'keyServers: not set' });
  const taken = await takeTickets(
    { keyServers, servers: settings.keyServers, credential: ownCredential, store: tickets },
    { lifetimeSeconds: Math.floor(options.hours * 3600), signal: options.signal },
  );
  for (const one of taken) output.result(reportOf(one), lineOf(one));
  const failures = taken.flatMap((one) => ('error' in one ? [one.error] : []));
  if (taken.length - failures.length < settings.threshold) throw failures[0];
}

function reportOf(taken: TakenTicket): object {
  const { name } = taken;
  return 'error' in taken ? { name, code: codeIn(taken.error) } : taken;
}

function lineOf(taken: TakenTicket): string {
  return 'error' in taken
    ? `${taken.name}: none (${codeIn(taken.error)})`
    : `${taken.name}: a ticket until ${formatInstant(taken.expiresMs)}`;
}

/** What the server said, rather than what it is called here. */
function codeIn(error: unknown): string {
  if (!(error instanceof MdmError)) return String(error);
  const { reason } = error.context;
  return typeof reason === 'string' ? reason : error.code;
}
