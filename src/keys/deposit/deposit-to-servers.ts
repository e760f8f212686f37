import { assert } from '../../lib/assert.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Signer } from '../../seal/index.ts';
import type { Conduct } from '../conduct.ts';
import { keysErrors } from '../errors.ts';
import type { JsonClient, JsonQuestion } from '../http/json-client.ts';
import { errorOf } from '../http/refusal.ts';
import type { KeyCredential } from '../http/server-address.ts';
import { shownTo } from '../http/shown-to.ts';
import type { DepositOutcome, KeysCall } from '../key-servers.ts';
import { keysLimits } from '../limits.ts';
import { depositRecordsOf, type KeyDeposit } from '../shares/deposit-records.ts';
import { signDeposit } from '../wire/deposit.ts';
import { keyServerPath } from '../wire/messages.ts';
import type { StoredShare } from '../wire/share-record.ts';

/** Makes the request that stores records at one server. */
type DepositRequest = (
  server: string,
  records: readonly StoredShare[],
) => Promise<Pick<JsonQuestion, 'path' | 'body' | 'credential'>>;

/** Signed by the producer, whose files the keys are of. */
export function signedBy(producer: Signer): DepositRequest {
  return async (server, records) => ({
    path: keyServerPath.deposits,
    body: { deposit: await signDeposit({ server, records }, producer) },
  });
}

/** Under the credential of who owns the keys. */
export function ownedBy(credential: KeyCredential): DepositRequest {
  return async (server, records) => ({
    path: keyServerPath.ownDeposits,
    body: { records },
    credential: shownTo(server, credential),
  });
}

/** What depositing needs. */
export interface DepositOptions {
  readonly clients: readonly JsonClient[];
  readonly threshold: number;
  readonly conduct?: Conduct;
  readonly requestOf: DepositRequest;
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws KEYS_QUORUM, KEYS_DEPOSIT_REFUSED, KEYS_TOO_MANY */
export async function depositToServers(
  batch: readonly KeyDeposit[],
  options: DepositOptions,
  call: KeysCall,
): Promise<DepositOutcome> {
  if (batch.length > keysLimits.keysPerRequestMax) throw keysErrors.create('KEYS_TOO_MANY');
  const { clients, threshold, requestOf } = options;
  const shape = { servers: clients.map(({ server }) => server), threshold };
  const records = await Promise.all(batch.map((deposit) => depositRecordsOf(deposit, shape)));
  const stored = new Set<string>();
  const failures = new Map<string, unknown>();
  const attempts = clients.map(async (client, index) => {
    const own = records.map((all) => all[index] as StoredShare);
    try {
      await send(client, await requestOf(client.server, own), call);
      stored.add(client.server);
    } catch (error) {
      failures.set(client.server, error);
      throw error;
    }
  });
  await settle(attempts, options, call);
  const missing = clients.map((client) => client.server).filter((name) => !stored.has(name));
  for (const server of missing) {
    const failure = failures.get(server);
    const reason = reasonOf(failure);
    if (isRefusal(failure)) options.conduct?.refused(server, reason ?? 'KEYS_SERVER_REFUSED');
    options.log.warn('keys.deposit_missing', { server, reason });
  }
  call.signal?.throwIfAborted();
  if (stored.size < threshold) throw tooFew({ stored: stored.size, failures, options });
  assert(stored.size + missing.length === clients.length, 'each server stored or is missing');
  return { stored: [...stored], missing };
}

/** Silence may end by itself; a refusal does not. */
function tooFew(about: {
  readonly stored: number;
  readonly failures: ReadonlyMap<string, unknown>;
  readonly options: Pick<DepositOptions, 'clients' | 'threshold'>;
}): MdmError {
  const { stored, failures } = about;
  const { clients, threshold } = about.options;
  const refused = [...failures.values()].filter(isRefusal);
  const isRefused = clients.length - refused.length < threshold;
  const cause = isRefused ? refused[0] : failures.values().next().value;
  const reason = reasonOf(cause);
  return keysErrors.create(isRefused ? 'KEYS_DEPOSIT_REFUSED' : 'KEYS_QUORUM', {
    context: { stored, threshold, ...(reason === undefined ? {} : { reason }) },
    cause,
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof MdmError && error.disposition === 'permanent';
}

/** What the server said, or what became of the question. */
function reasonOf(error: unknown): string | undefined {
  const said = error instanceof MdmError ? error.context['reason'] : undefined;
  return typeof said === 'string' ? said : codeOf(error);
}

async function send(
  client: JsonClient,
  request: Awaited<ReturnType<DepositRequest>>,
  call: KeysCall,
): Promise<void> {
  const answer = await client.ask({ method: 'POST', ...request, ...call });
  if (answer.status !== 200) throw errorOf(client.server, answer);
}

/** Wait for all, or for the grace time after `threshold` of them succeeded. */
async function settle(
  attempts: readonly Promise<void>[],
  options: { readonly threshold: number; readonly clock: Clock },
  call: KeysCall,
): Promise<void> {
  const enough = Promise.withResolvers<void>();
  let succeeded = 0;
  const outcomes = attempts.map(async (attempt) => {
    try {
      await attempt;
      succeeded += 1;
      if (succeeded >= options.threshold) enough.resolve();
    } catch {
      // Kept by who made the attempt.
    }
  });
  const grace = enough.promise.then(() => sleep(options.clock, keysLimits.depositGraceMs, call));
  await Promise.race([Promise.all(outcomes), grace.catch(() => undefined)]);
}
