import type { IsOperator } from '../authz/index.ts';
import type { CatalogLocks, LockRow } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { PolicyFeed } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { checkReason } from './check-reason.ts';
import { policyErrors } from './errors.ts';
import type { PolicyService } from './policy-service.ts';
import { type SpreadTimes, waitForSpread } from './wait-for-spread.ts';

/** What an operator did to a collection. */
export interface AppliedCollection {
  readonly collection: string;
  readonly seriesHidden: number;
}

/** A lock that was set or cleared, and how far that has come at the key servers. */
export type LockChange = LockRow & SpreadTimes;

/** What only operators of the installation may do. All throw POLICY_OPERATORS_ONLY. */
export interface OperatorDesk {
  /**
   * Hide what a collection does not show any more, however much that is.
   * @throws POLICY_COLLECTION_UNKNOWN
   */
  applyCollection(caller: Principal, collection: string): Promise<AppliedCollection>;
  /**
   * Stop all disclosure at and below a path: the doors at once, open downloads at their next look,
   * the key servers until none gives a share, for which it waits within a limit. Holds however the
   * call ends from the moment it is recorded; nothing is erased.
   * @throws POLICY_INVALID, POLICY_PATH_UNKNOWN, POLICY_LOCKS_TOO_MANY
   */
  lock(
    caller: Principal,
    lock: { readonly path: string; readonly reason: string },
    call: OperatorCall,
  ): Promise<LockChange>;
  /**
   * End the lock that is set exactly there; waits for the quorum.
   * @throws POLICY_NOT_LOCKED
   */
  unlock(caller: Principal, path: string, call: OperatorCall): Promise<LockChange>;
  /** What is locked. */
  locks(caller: Principal): Promise<readonly LockRow[]>;
}

/** Options of a call. */
export interface OperatorCall {
  readonly signal?: AbortSignal;
}

/** What it works with. */
export interface OperatorPorts {
  readonly isOperator: IsOperator;
  /** Hides; undefined where there is no such collection. */
  readonly applyHiding: (collection: string) => Promise<number | undefined>;
  readonly locks: CatalogLocks;
  /** Ends recalls of what is not served any more. */
  readonly dropRecalls: () => Promise<void>;
  readonly policy: Pick<PolicyService, 'reconcile'>;
  readonly feed: Pick<PolicyFeed, 'spread' | 'spreadNow'>;
  readonly clock: Clock;
  /** Durable before it is done. */
  readonly audit: (act: {
    readonly caller: Principal;
    readonly action: 'collection-apply' | 'lock' | 'unlock';
    readonly path: string;
    readonly detail?: string;
  }) => Promise<void>;
}

/** Compose it. */
export function createOperatorDesk(ports: OperatorPorts): OperatorDesk {
  const { isOperator, clock, audit } = ports;
  const checkOperator = (caller: Principal): void => {
    if (!isOperator(caller, clock.nowMs())) throw policyErrors.create('POLICY_OPERATORS_ONLY');
  };
  return {
    async applyCollection(caller, collection) {
      checkOperator(caller);
      await audit({ caller, action: 'collection-apply', path: collection });
      const seriesHidden = await ports.applyHiding(collection);
      if (seriesHidden === undefined) throw policyErrors.create('POLICY_COLLECTION_UNKNOWN');
      return { collection, seriesHidden };
    },
    async lock(caller, { path, reason }, call) {
      checkOperator(caller);
      checkReason(reason);
      await audit({ caller, action: 'lock', path, detail: reason });
      const startMs = clock.monotonicMs();
      const lock = await setLock(ports.locks, { path, reason, by: caller.subject });
      return { ...lock, ...(await tell(ports, startMs, { ...call, until: 'complete' })) };
    },
    async unlock(caller, path, call) {
      checkOperator(caller);
      await audit({ caller, action: 'unlock', path });
      const startMs = clock.monotonicMs();
      const lock = await ports.locks.clear(path);
      if (lock === undefined) throw policyErrors.create('POLICY_NOT_LOCKED');
      return { ...lock, ...(await tell(ports, startMs, { ...call, until: 'quorum' })) };
    },
    async locks(caller) {
      checkOperator(caller);
      return ports.locks.all();
    },
  };
}

async function setLock(
  locks: CatalogLocks,
  wanted: Parameters<CatalogLocks['set']>[0],
): Promise<LockRow> {
  try {
    return await locks.set(wanted);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'CATALOG_NODE_UNKNOWN')
      throw policyErrors.create('POLICY_PATH_UNKNOWN', { cause });
    if (code === 'CATALOG_LOCKS_TOO_MANY')
      throw policyErrors.create('POLICY_LOCKS_TOO_MANY', { cause });
    throw cause;
  }
}

/** Recalls end first, because they leave keys of which the servers must hear too. */
async function tell(
  ports: OperatorPorts,
  startMs: number,
  options: Parameters<typeof waitForSpread>[2],
): Promise<SpreadTimes> {
  await ports.dropRecalls();
  const position = await ports.policy.reconcile();
  return waitForSpread(ports, { position, startMs }, options);
}
