import { addressGroup } from '../../lib/address/address-group.ts';

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
}

interface Group {
  readonly isExpected: boolean;
  served: number;
  readonly waiting: Set<NewConnection>;
}

/**
 * Whose turn it is of the connections that have not shown yet who they are. Those beyond the
 * bounds wait unread and are not cut. Addresses that are expected have room of their own, so that
 * no stranger is before them; each address has, so that one cannot keep out another.
 */
export class ConnectionTurns {
  readonly #limits: TurnLimits;
  readonly #isExpected: (remoteAddress: string) => boolean;
  /** In the order in which the next turn goes to them. */
  readonly #groups = new Map<string, Group>();
  #strangersServed = 0;
  readonly #waiting = { expected: 0, strangers: 0 };

  constructor(limits: TurnLimits, isExpected: (remoteAddress: string) => boolean) {
    this.#limits = limits;
    this.#isExpected = isExpected;
  }

  /**
   * A connection came: it begins now, later, or is dropped.
   *
   * @returns to be called when it was accepted as somebody's, or has ended; more than once is once
   */
  enter(connection: NewConnection): () => void {
    const isExpected = this.#isExpected(connection.remoteAddress);
    const key = `${isExpected} ${addressGroup(connection.remoteAddress)}`;
    const group = this.#groups.get(key) ?? { isExpected, served: 0, waiting: new Set() };
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
      (group.isExpected || this.#strangersServed < this.#limits.strangersMax)
    );
  }

  /** Give the first that waits of a group its turn, if there is room. */
  #serve(key: string, group: Group): void {
    const [first] = group.waiting;
    if (first === undefined || !this.#hasRoom(group)) return;
    group.waiting.delete(first);
    this.#count(group, { served: 1, waiting: -1 });
    // Who had a turn is the last to have another.
    this.#groups.delete(key);
    this.#groups.set(key, group);
    first.begin();
  }

  #leave(left: {
    readonly key: string;
    readonly group: Group;
    readonly connection: NewConnection;
  }): void {
    const { key, group, connection } = left;
    if (group.waiting.delete(connection)) this.#count(group, { served: 0, waiting: -1 });
    else this.#count(group, { served: -1, waiting: 0 });
    if (group.served === 0 && group.waiting.size === 0) this.#groups.delete(key);
    for (const [next, other] of [...this.#groups]) this.#serve(next, other);
  }

  #count(group: Group, change: { readonly served: number; readonly waiting: number }): void {
    group.served += change.served;
    if (!group.isExpected) this.#strangersServed += change.served;
    this.#waiting[group.isExpected ? 'expected' : 'strangers'] += change.waiting;
  }
}
