import { addressGroup } from '../../lib/address/address-group.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Origin, Pace } from '../../lib/pace.ts';

/** A connection that nobody has been accepted on yet. */
export interface NewConnection {
  readonly remoteAddress: string;
  /** Its turn has come: read it. */
  begin(): void;
  /** There is no room to wait in: close it. */
  drop(): void;
}

/** How many connections may be served and wait. */
export interface TurnLimits {
  /** Served at a time from one address (IPv6: one /64). */
  readonly halfKnownPerAddressMax: number;
  /** Served at a time from all addresses that are not expected. */
  readonly strangersMax: number;
  /** Waiting; of those from expected addresses as many again. */
  readonly connectionsWaitingMax: number;
  /** Begun by the strangers of one address at once, and a second from then on. */
  readonly strangersBurst: number;
  readonly strangersPerSecond: number;
  readonly networksTrackedMax: number;
}

interface Group {
  readonly origin: Origin;
  /** The pace allows its next. */
  isDue: boolean;
  /** While the next waits for the pace. */
  stopWaiting: (() => void) | undefined;
  served: number;
  readonly waiting: Set<NewConnection>;
}

/**
 * Whose turn it is of the connections that have not shown yet who they are. Those beyond the
 * bounds wait unread and are not cut. Addresses that are expected have room of their own, so that
 * no stranger is before them; each address has, so that one cannot keep out another. Strangers have
 * a pace too: each gets a rejection, and who comes again at once would take a processor for it.
 */
export class ConnectionTurns {
  readonly #limits: TurnLimits;
  readonly #isExpected: (remoteAddress: string) => boolean;
  readonly #pace: Pace;
  /** In the order in which the next turn goes to them. */
  readonly #groups = new Map<string, Group>();
  #strangersServed = 0;
  readonly #waiting = { expected: 0, strangers: 0 };

  constructor(options: {
    readonly clock: Clock;
    readonly limits: TurnLimits;
    readonly isExpected: (remoteAddress: string) => boolean;
  }) {
    this.#limits = options.limits;
    this.#isExpected = options.isExpected;
    this.#pace = new Pace(options.clock, options.limits);
  }

  /**
   * A connection came: it begins now, later, or is dropped.
   *
   * @returns to be called when it was accepted as somebody's, or has ended; more than once is once
   */
  enter(connection: NewConnection): () => void {
    const isExpected = this.#isExpected(connection.remoteAddress);
    const network = addressGroup(connection.remoteAddress);
    const key = `${isExpected} ${network}`;
    const group = this.#groups.get(key) ?? groupOf({ network, isExempt: isExpected });
    const kind = isExpected ? 'expected' : 'strangers';
    if (!this.#hasRoom(group) && this.#waiting[kind] >= this.#limits.connectionsWaitingMax) {
      connection.drop();
      return () => {};
    }
    this.#groups.set(key, group);
    group.waiting.add(connection);
    this.#waiting[kind] += 1;
    this.#serve(key, group);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#leave({ key, group, connection });
    };
  }

  #hasRoom(group: Group): boolean {
    return (
      group.served < this.#limits.halfKnownPerAddressMax &&
      (group.origin.isExempt || this.#strangersServed < this.#limits.strangersMax)
    );
  }

  /** Give the first that waits of a group its turn, if there is room and the pace allows it. */
  #serve(key: string, group: Group): boolean {
    const [first] = group.waiting;
    if (first === undefined || !this.#hasRoom(group) || !this.#takePace(key, group)) return false;
    group.waiting.delete(first);
    this.#count(group, { served: 1, waiting: -1 });
    // Who had a turn is the last to have another.
    this.#groups.delete(key);
    this.#groups.set(key, group);
    first.begin();
    return true;
  }

  /** Whether the pace allows the next now; if not, it is served when it does. */
  #takePace(key: string, group: Group): boolean {
    if (group.isDue || (group.stopWaiting === undefined && this.#pace.take(group.origin))) {
      group.isDue = false;
      return true;
    }
    group.stopWaiting ??= this.#pace.wait(group.origin, () => {
      group.stopWaiting = undefined;
      group.isDue = true;
      // Until one waits for the pace again.
      let isServed = true;
      while (isServed) isServed = this.#serve(key, group);
    });
    return false;
  }

  #leave(left: {
    readonly key: string;
    readonly group: Group;
    readonly connection: NewConnection;
  }): void {
    const { key, group, connection } = left;
    if (group.waiting.delete(connection)) this.#count(group, { served: 0, waiting: -1 });
    else this.#count(group, { served: -1, waiting: 0 });
    if (group.waiting.size === 0) this.#forgoPace(group);
    if (group.served === 0 && group.waiting.size === 0) this.#groups.delete(key);
    for (const [next, other] of [...this.#groups]) this.#serve(next, other);
  }

  #forgoPace(group: Group): void {
    group.stopWaiting?.();
    group.stopWaiting = undefined;
    if (group.isDue) this.#pace.giveBack(group.origin, 1);
    group.isDue = false;
  }

  #count(group: Group, change: { readonly served: number; readonly waiting: number }): void {
    group.served += change.served;
    if (!group.origin.isExempt) this.#strangersServed += change.served;
    this.#waiting[group.origin.isExempt ? 'expected' : 'strangers'] += change.waiting;
  }
}

function groupOf(origin: Origin): Group {
  return { origin, isDue: false, stopWaiting: undefined, served: 0, waiting: new Set() };
}
