import { present } from '../lib/assert.ts';
import type { Origin, Pace } from '../lib/pace.ts';
import type { ListenerLimits } from './limits.ts';

/** A connection on which nobody is known yet. */
export interface Guest {
  /** Its turn has come: it may be read. */
  begin(): void;
  /** There is no room for it, not even to wait. */
  cut(): void;
}

type AdmissionLimits = Pick<
  ListenerLimits,
  'turnsPerAddressMax' | 'waitingPerAddressMax' | 'turnsMax' | 'waitingMax'
>;

/** A guest with where it stands; what is over has no more effect. */
interface Entry {
  readonly guest: Guest;
  state: 'waiting' | 'turn' | 'over';
}

/** The guests of one network. */
interface Network {
  readonly origin: Origin;
  readonly turnsMax: number;
  readonly waitingMax: number;
  turns: number;
  readonly waiting: Set<Entry>;
  /** While its next guest waits for the pace. */
  stopWaiting: (() => void) | undefined;
}

/**
 * Who is served of those whom nobody knows yet. Each network has a few turns at a time, and so has
 * all the world together, and each turn costs its network a token of its pace; the others wait, and
 * networks take turns, so that who comes in great numbers makes only his own wait. When even waiting
 * is full, the network with the most there loses its newest.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #networks = new Map<string, Network>();
  readonly #pace: Pace;
  /** Networks whose next guest is due, in the order in which they get a turn. */
  readonly #ring = new Set<Network>();
  #turns = 0;
  #waiting = 0;

  constructor(limits: AdmissionLimits, pace: Pace) {
    this.#limits = limits;
    this.#pace = pace;
  }

  /**
   * Ask for a turn; `begin` or `cut` may be called before this returns.
   * @returns gives the turn or the place back; call it once the connection is closed or its caller
   *   known. Idempotent.
   */
  enter(origin: Origin, guest: Guest): () => void {
    const network = this.#networkOf(origin);
    const entry: Entry = { guest, state: 'waiting' };
    network.waiting.add(entry);
    this.#waiting += 1;
    this.#offer(network);
    this.#next();
    if (network.waiting.size > network.waitingMax) this.#cut(network);
    else if (this.#waiting > this.#limits.waitingMax) this.#cut(this.#longest());
    return () => this.#leave(network, entry);
  }

  #networkOf(origin: Origin): Network {
    const known = this.#networks.get(origin.network);
    if (known !== undefined) return known;
    const { turnsPerAddressMax, waitingPerAddressMax, turnsMax, waitingMax } = this.#limits;
    const made: Network = {
      origin,
      turnsMax: origin.isExempt ? turnsMax : turnsPerAddressMax,
      waitingMax: origin.isExempt ? waitingMax : waitingPerAddressMax,
      turns: 0,
      waiting: new Set(),
      stopWaiting: undefined,
    };
    this.#networks.set(origin.network, made);
    return made;
  }

  /** See to it that the next guest of a network becomes due, if one could begin; else that none is. */
  #offer(network: Network): void {
    const { origin, stopWaiting } = network;
    const isDue = this.#ring.has(network);
    const isWanted = network.waiting.size > 0 && network.turns < network.turnsMax;
    if (isWanted === (isDue || stopWaiting !== undefined)) return;
    if (isWanted) {
      if (this.#pace.take(origin)) this.#ring.add(network);
      else network.stopWaiting = this.#pace.wait(origin, () => this.#fallDue(network));
    } else if (isDue) {
      this.#ring.delete(network);
      this.#pace.giveBack(origin, 1);
    } else {
      network.stopWaiting = undefined;
      stopWaiting?.();
    }
  }

  #fallDue(network: Network): void {
    network.stopWaiting = undefined;
    this.#ring.add(network);
    this.#next();
  }

  #next(): void {
    while (this.#turns < this.#limits.turnsMax) {
      const [network] = this.#ring;
      if (network === undefined) return;
      this.#ring.delete(network);
      const [entry] = network.waiting;
      if (entry === undefined) continue;
      this.#takeOut(network, entry);
      entry.state = 'turn';
      network.turns += 1;
      this.#turns += 1;
      this.#offer(network);
      entry.guest.begin();
    }
  }

  #leave(network: Network, entry: Entry): void {
    if (entry.state === 'over') return;
    if (entry.state === 'waiting') this.#takeOut(network, entry);
    else {
      network.turns -= 1;
      this.#turns -= 1;
    }
    entry.state = 'over';
    this.#offer(network);
    if (network.turns === 0 && network.waiting.size === 0)
      this.#networks.delete(network.origin.network);
    this.#next();
  }

  #takeOut(network: Network, entry: Entry): void {
    network.waiting.delete(entry);
    this.#waiting -= 1;
  }

  /** The newest that waits there; only looked for when somebody has too many. */
  #cut(network: Network): void {
    const entry = [...network.waiting].at(-1);
    if (entry === undefined) return;
    this.#leave(network, entry);
    entry.guest.cut();
  }

  #longest(): Network {
    let longest: Network | undefined;
    for (const network of this.#networks.values())
      if (longest === undefined || network.waiting.size > longest.waiting.size) longest = network;
    return present(longest, 'somebody waits');
  }
}
