import type { KeyLine } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Sealer, Signer } from '../seal/index.ts';
import type { Storage } from '../storage/storage.ts';
import type { ProductionLimits } from './limits.ts';
import { Pass } from './pass.ts';
import type { Production } from './production.ts';
import type { Spill } from './spill/spill-file.ts';

/** A fresh private key on its way into shares. */
export interface NewKey {
  readonly keyId: string;
  readonly guid: string;
  readonly version: number;
  readonly generation: number;
  /** Where its file stands: collection, subject, study, series, stem, by their names. */
  readonly of: KeyLine;
  readonly policyId: string;
  readonly recipientPublicKey: Uint8Array;
  /** Wiped by the caller once the promise settles. */
  readonly privateKey: Uint8Array;
}

/** Where keys go: shares on at least the threshold of servers, durable when the promise resolves. */
export interface KeyDeposits {
  readonly serverNames: readonly string[];
  readonly threshold: number;
  deposit(keys: readonly NewKey[]): Promise<void>;
}

/** What production works with. */
export interface ProductionPorts {
  readonly storage: Pick<Storage, 'name' | 'create'>;
  readonly sealer: Sealer;
  readonly deposits: KeyDeposits;
  /** Where frames rest that memory has no room for. */
  readonly spill: Spill;
  /** The clinical side's producer key. */
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: ProductionLimits;
}

/** Compose production. */
export function createProduction(ports: ProductionPorts): Production {
  return { produce: (job) => new Pass(ports, job).run() };
}
