import type { IsOperator } from '../authz/index.ts';
import type { Principal } from '../identity/principal.ts';
import type { Misconduct, UpkeepJob } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import { checkReason } from './check-reason.ts';
import { policyErrors } from './errors.ts';

/** A key server as its keys are looked after; what is absent it did not say. */
export interface KeyServerCare extends Partial<Misconduct> {
  readonly name: string;
  /** `reachable`, or the code of why not. */
  readonly state: string;
  readonly clockOffsetMs?: number;
  readonly leaseRemainingMs?: number;
  readonly feedPosition?: number;
}

/** How the keys are kept. */
export interface KeyCare {
  /** How many shares open a key. */
  readonly threshold: number;
  /** Number of the last entry of the policy feed. */
  readonly feedPosition: number;
  /** The entry that began the last refresh that is done, 0 where none is; and one that is not. */
  readonly refreshedSince: number;
  readonly refreshBegun: number | undefined;
  readonly servers: readonly KeyServerCare[];
  /** What this installation does not protect from. */
  readonly notes: readonly string[];
  /** The work on the shares that is under way, or was done last. */
  readonly job: UpkeepJob | undefined;
}

/** What only operators do with the keys of all files. All throw POLICY_OPERATORS_ONLY. */
export interface KeyDesk {
  status(caller: Principal): Promise<KeyCare>;
  /** Have the shares that key servers lack made again by the others; does not wait for it. */
  recover(caller: Principal): Promise<UpkeepJob>;
  /**
   * Have all key servers make their shares anew, so that those that leaked are good for nothing; does
   * not wait for it. What was begun goes on.
   * @throws POLICY_INVALID
   */
  refresh(caller: Principal, reason: string): Promise<UpkeepJob>;
}

/** What it works with. */
export interface KeyDeskPorts {
  readonly isOperator: IsOperator;
  readonly clock: Clock;
  readonly status: () => Promise<KeyCare>;
  readonly recover: () => UpkeepJob;
  readonly refresh: (reason: string) => UpkeepJob;
  /** Durable before it is done. */
  readonly audit: (act: {
    readonly caller: Principal;
    readonly action: 'key-recover' | 'key-refresh';
    readonly path: string;
    readonly detail?: string;
  }) => Promise<void>;
}

/** Compose it. */
export function createKeyDesk(ports: KeyDeskPorts): KeyDesk {
  const { isOperator, clock } = ports;
  const checkOperator = (caller: Principal): void => {
    if (!isOperator(caller, clock.nowMs())) throw policyErrors.create('POLICY_OPERATORS_ONLY');
  };
  return {
    async status(caller) {
      checkOperator(caller);
      return ports.status();
    },
    async recover(caller) {
      checkOperator(caller);
      await ports.audit({ caller, action: 'key-recover', path: '/' });
      return ports.recover();
    },
    async refresh(caller, reason) {
      checkOperator(caller);
      checkReason(reason);
      await ports.audit({ caller, action: 'key-refresh', path: '/', detail: reason });
      return ports.refresh(reason);
    },
  };
}
