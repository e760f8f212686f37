import type { Transaction } from 'kysely';
import { evaluate } from '../authz/index.ts';
import type { Policy, PolicyEntry } from '../authz/policy.ts';
import type { Principal } from '../identity/principal.ts';
import type { ShareItem } from '../keys/index.ts';
import type { KeyServerCore } from './key-server-core.ts';
import { appendAudit } from './store/audit-chain.ts';
import type { KeyServerSchema, ShareTable } from './store/schema.ts';
import { unwrapShare } from './store/share-row.ts';

/**
 * The shares that the caller may read. Decides for each key, in the transaction that reads it and
 * that makes the audit record durable. A key that is absent, destroyed or forbidden gives the same
 * null.
 *
 * @throws KEYSERVER_LEASE_EXPIRED
 */
export async function releaseShares(
  core: KeyServerCore,
  caller: Principal,
  keyIds: readonly string[],
): Promise<readonly ShareItem[]> {
  core.lease.check();
  const wanted = [...new Set(keyIds)];
  if (wanted.length === 0) return [];
  const rows = await core.db.transaction(async (tx) => {
    const allowed = await readAllowed(tx, { caller, wanted, nowMs: core.clock.nowMs() });
    const released = wanted.filter((keyId) => allowed.has(keyId));
    const refused = wanted.filter((keyId) => !allowed.has(keyId));
    const { subject, method } = caller;
    const event = { kind: 'shares', subject, method, released, refused } as const;
    await appendAudit(tx, event, core.clock.nowMs());
    return allowed;
  });
  // The lease may have run out while this waited for its turn.
  core.lease.check();
  return wanted.map((keyId) => {
    const row = rows.get(keyId);
    return { keyId, record: row === undefined ? null : unwrapShare(row, core.masterKey) };
  });
}

async function readAllowed(
  tx: Transaction<KeyServerSchema>,
  question: {
    readonly caller: Principal;
    readonly wanted: readonly string[];
    readonly nowMs: number;
  },
): Promise<ReadonlyMap<string, ShareTable>> {
  const { caller, wanted, nowMs } = question;
  const rows = await tx.selectFrom('share').selectAll().where('key_id', 'in', wanted).execute();
  const mapped = await tx
    .selectFrom('key_policy')
    .selectAll()
    .where('key_id', 'in', wanted)
    .execute();
  const policyIdOf = new Map(mapped.map((row) => [row.key_id, row.policy_id]));
  const idOf = (row: ShareTable): string => policyIdOf.get(row.key_id) ?? row.policy_id;
  const policies = await readPolicies(tx, [...new Set(rows.map(idOf))]);
  const allowed = rows.filter((row) => {
    const policy = policies.get(idOf(row));
    if (policy === undefined) return false;
    return evaluate({ principal: caller, right: 'read', policy, nowMs }).allowed;
  });
  return new Map(allowed.map((row) => [row.key_id, row]));
}

async function readPolicies(
  tx: Transaction<KeyServerSchema>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Policy>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.selectFrom('policy').selectAll().where('id', 'in', ids).execute();
  return new Map(
    rows.map((row) => {
      const entries = JSON.parse(row.entries) as readonly PolicyEntry[];
      return [row.id, { id: row.id, version: row.version, entries }];
    }),
  );
}
