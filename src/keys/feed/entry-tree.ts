import type { VerifiedFeedEntry } from '../wire/feed-entry.ts';
import { feedStart } from '../wire/feed-position.ts';

/** An entry with what it is for whoever reads it. */
export type SignedEntry = VerifiedFeedEntry & { readonly statement: string };

interface Node {
  readonly signed: SignedEntry;
  /** Servers that hold it. */
  readonly holders: Set<string>;
}

/** All entries that anybody holds, as they follow each other: a chain, or several that parted. */
export class EntryTree {
  readonly #nodes = new Map<string, Node>();
  readonly #after = new Map<string, Node[]>();

  /** Enter a chain that `holder` has; undefined for our own, which makes no quorum. */
  add(chain: readonly SignedEntry[], holder: string | undefined): void {
    for (const signed of chain) {
      const node = this.#nodeOf(signed);
      if (holder !== undefined) node.holders.add(holder);
    }
  }

  /**
   * The chain to keep: at each parting the entry that `quorum` servers hold, else the one that leads
   * furthest; the one entered first, of two that lead as far.
   */
  kept(quorum: number): readonly SignedEntry[] {
    const chain: SignedEntry[] = [];
    for (let digest = feedStart.digest; ; ) {
      const [next] = this.#nodesAfter(digest).toSorted(
        (a, b) =>
          Number(b.holders.size >= quorum) - Number(a.holders.size >= quorum) ||
          this.#reach(b) - this.#reach(a),
      );
      if (next === undefined) return chain;
      chain.push(next.signed);
      digest = next.signed.digest;
    }
  }

  /** Entries that are not of a chain, in the order of their numbers, with who holds each. */
  beside(
    chain: readonly SignedEntry[],
  ): readonly { readonly signed: SignedEntry; readonly holders: readonly string[] }[] {
    const kept = new Set(chain.map(({ digest }) => digest));
    return [...this.#nodes.values()]
      .filter(({ signed }) => !kept.has(signed.digest))
      .map(({ signed, holders }) => ({ signed, holders: [...holders] }))
      .toSorted((a, b) => a.signed.entry.seq - b.signed.entry.seq);
  }

  #nodeOf(signed: SignedEntry): Node {
    const known = this.#nodes.get(signed.digest);
    if (known !== undefined) return known;
    const node = { signed, holders: new Set<string>() };
    this.#nodes.set(signed.digest, node);
    const { previous } = signed.entry;
    this.#after.set(previous, [...this.#nodesAfter(previous), node]);
    return node;
  }

  #nodesAfter(digest: string): readonly Node[] {
    return this.#after.get(digest) ?? [];
  }

  /** Number of the last entry that some chain through this one has. */
  #reach(node: Node): number {
    let furthest = node.signed.entry.seq;
    const open = [node];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      furthest = Math.max(furthest, one.signed.entry.seq);
      open.push(...this.#nodesAfter(one.signed.digest));
    }
    return furthest;
  }
}
