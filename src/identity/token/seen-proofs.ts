import type { Clock } from '../../lib/clock.ts';
import type { IdentityLimits } from '../limits.ts';

type Generation = Map<string, Set<string>>;

/**
 * Remembers what was shown, so that nothing counts twice: for `keptMs` at least and twice that at
 * most. Each caller has room of his own; who fills it is refused, and forgets nothing for others.
 */
export class SeenProofs {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #limits: Pick<IdentityLimits, 'proofsPerCallerMax' | 'proofsMax'>;
  #young: Generation = new Map();
  #old: Generation = new Map();
  #count = 0;
  #bornMs: number;

  constructor(
    clock: Clock,
    options: {
      readonly keptMs: number;
      readonly limits: Pick<IdentityLimits, 'proofsPerCallerMax' | 'proofsMax'>;
    },
  ) {
    this.#clock = clock;
    this.#keptMs = options.keptMs;
    this.#limits = options.limits;
    this.#bornMs = clock.monotonicMs();
  }

  take(caller: string, proof: string): 'new' | 'seen' | 'no room' {
    this.#age();
    const own = this.#young.get(caller) ?? new Set();
    if (own.has(proof) || this.#old.get(caller)?.has(proof) === true) return 'seen';
    const { proofsPerCallerMax, proofsMax } = this.#limits;
    if (own.size >= proofsPerCallerMax || this.#count >= proofsMax) return 'no room';
    this.#young.set(caller, own.add(proof));
    this.#count += 1;
    return 'new';
  }

  #age(): void {
    const ageMs = this.#clock.monotonicMs() - this.#bornMs;
    if (ageMs < this.#keptMs) return;
    this.#old = ageMs < 2 * this.#keptMs ? this.#young : new Map();
    this.#young = new Map();
    this.#count = 0;
    this.#bornMs = this.#clock.monotonicMs();
  }
}
