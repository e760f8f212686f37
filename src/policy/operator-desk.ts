import type { IsOperator } from '../authz/index.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../lib/clock.ts';
import { policyErrors } from './errors.ts';

/** What an operator did to a collection. */
export interface AppliedCollection {
  readonly collection: string;
  readonly seriesHidden: number;
}

/** What only operators of the installation may do. */
export interface OperatorDesk {
  /**
   * Hide what a collection does not show any more, however much that is.
   * @throws POLICY_OPERATORS_ONLY, POLICY_COLLECTION_UNKNOWN
   */
  applyCollection(caller: Principal, collection: string): Promise<AppliedCollection>;
}

/** What it works with. */
export interface OperatorPorts {
  readonly isOperator: IsOperator;
  /** Hides; undefined where there is no such collection. */
  readonly applyHiding: (collection: string) => Promise<number | undefined>;
  readonly clock: Clock;
  /** Durable before it is done. */
  readonly audit: (act: {
    readonly caller: Principal;
    readonly action: 'collection-apply';
    readonly path: string;
  }) => Promise<void>;
}

/** Compose it. */
export function createOperatorDesk(ports: OperatorPorts): OperatorDesk {
  return {
    async applyCollection(caller, collection) {
      if (!ports.isOperator(caller, ports.clock.nowMs())) {
        throw policyErrors.create('POLICY_OPERATORS_ONLY');
      }
      await ports.audit({ caller, action: 'collection-apply', path: collection });
      const seriesHidden = await ports.applyHiding(collection);
      if (seriesHidden === undefined) throw policyErrors.create('POLICY_COLLECTION_UNKNOWN');
      return { collection, seriesHidden };
    },
  };
}
