import type { IsOperator } from '../authz/index.ts';
import type { Principal } from '../identity/principal.ts';
import type { Misconduct, UpkeepJob } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
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
}

/** What it works with. */
export interface KeyDeskPorts {
  readonly isOperator: IsOperator;
  readonly clock: Clock;
  readonly status: () => Promise<KeyCare>;
  readonly recover: () => UpkeepJob;
  /** Durable before it is done. */
  readonly audit: (act: {
    readonly caller: Principal;
    readonly action: 'key-recover';
    readonly path: string;
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
  };
}
