import { assert } from '../../lib/assert.ts';

/** Counts open associations of a listener, in all and per remote address. */
export class AssociationCounter {
  readonly #limits: {
    readonly associationsMax: number;
    readonly associationsPerPeerMax: number;
  };
  readonly #perPeer = new Map<string, number>();
  #total = 0;

  constructor(limits: {
    readonly associationsMax: number;
    readonly associationsPerPeerMax: number;
  }) {
    this.#limits = limits;
  }

  hasRoom(remoteAddress: string): boolean {
    return (
      this.#total < this.#limits.associationsMax &&
      (this.#perPeer.get(remoteAddress) ?? 0) < this.#limits.associationsPerPeerMax
    );
  }

  add(remoteAddress: string): void {
    this.#total += 1;
    this.#perPeer.set(remoteAddress, (this.#perPeer.get(remoteAddress) ?? 0) + 1);
  }

  remove(remoteAddress: string): void {
    const count = this.#perPeer.get(remoteAddress) ?? 0;
    assert(count > 0, 'an association that ends was counted');
    this.#total -= 1;
    if (count === 1) this.#perPeer.delete(remoteAddress);
    else this.#perPeer.set(remoteAddress, count - 1);
  }
}
